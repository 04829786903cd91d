"""Ctrl-C and kill -9, as they reach the real process, and going on exactly where the fit stood."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch.testing import assert_close

from vaeworks import load

pytestmark = pytest.mark.slow

EPOCHS = 4
# A shell that starts the tests in the background has its children ignore Ctrl-C.
HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
VAE = [sys.executable, "-c", f"{HEARS}; from vaeworks.cli.main import main; main()"]
PATIENCE = 120


@pytest.fixture(scope="module")
def settings(tiny_corpus, tmp_path_factory):
    """A fit of 45 steps an epoch, and the file that it reads."""
    source = tmp_path_factory.mktemp("data") / "some.csv"
    rows = "".join(f"{text},{label}\n" for text, label in zip(*tiny_corpus, strict=True))
    source.write_text("text,label\n" + rows)
    words = ("--epochs", EPOCHS, "--latent-dim", 4, "--max-tokens", 12, "--batch-size", 4, "--threads", 1)
    return ["fit", "text", source, *words]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As in the processes, since the sums of two threads differ in the last bit."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def whole(vae, settings, tmp_path_factory):
    """The model of the fit that nobody interrupted."""
    out = tmp_path_factory.mktemp("whole") / "model"
    assert vae(*settings, "--out", out).code == 0
    return load_file(out / "model.safetensors")


@pytest.fixture
def stopped(settings, tmp_path):
    """Start a fit in a process of its own, send it a signal once `reached`, and give the process when it has ended."""

    def stop(how, reached):
        command = [*VAE, *map(str, settings), "--out", str(tmp_path / "model")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                deadline = time.monotonic() + PATIENCE
                while not reached(tmp_path / "model.unfinished"):
                    assert process.poll() is None, process.stderr.read()
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
                process.send_signal(how)
                process.out, process.err = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        return process

    return stop


def two_epochs_are_done(unfinished):
    """So the third one runs."""
    state = unfinished / "state.safetensors"
    if not state.exists():
        return False
    with safe_open(state, "pt") as file:
        return json.loads(file.metadata()["position"])["epoch"] >= 2


def it_has_begun(unfinished):
    return (unfinished / "source.json").exists()


def test_ctrl_c_leaves_the_best_model_so_far_and_resume_ends_in_the_same_weights(
    vae, settings, stopped, whole, tmp_path
):
    out = tmp_path / "model"
    process = stopped(signal.SIGINT, two_epochs_are_done)
    assert (process.returncode, process.out) == (130, "")
    assert process.err.splitlines()[-1] == f"vae: interrupted: the best model so far is in {out}; go on with --resume"
    assert process.err.count("--resume") == 1
    assert "Traceback" not in process.err
    assert 2 <= len(load(out).history_) < EPOCHS
    assert vae("sample", out).code == 0
    assert vae(*settings, "--out", out, "--resume", "--json").json()["epochs"] == EPOCHS
    assert_close(load_file(out / "model.safetensors"), whole, rtol=0, atol=0)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_kill_leaves_no_model_and_resume_ends_in_the_same_weights(vae, settings, stopped, whole, tmp_path):
    out = tmp_path / "model"
    process = stopped(signal.SIGKILL, two_epochs_are_done)
    assert process.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["model.unfinished"]
    assert "--resume" in vae(*settings, "--out", out).refusal()
    assert vae(*settings, "--out", out, "--resume", "--json").json()["epochs"] == EPOCHS
    assert_close(load_file(out / "model.safetensors"), whole, rtol=0, atol=0)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_ctrl_c_before_the_first_epoch_is_over_leaves_nothing(stopped, tmp_path):
    process = stopped(signal.SIGINT, it_has_begun)
    assert (process.returncode, process.out) == (130, "")
    assert process.err.splitlines()[-1] == "vae: interrupted"
    assert "Traceback" not in process.err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_mistake():
    """As in `vae datasets | head -0`."""
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run([*VAE, "datasets"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (process.returncode, process.stderr) == (0, "")
