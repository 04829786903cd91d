"""Two processes under torchrun train as one does with the whole batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from vaeworks.core.batch import Batch
from vaeworks.fitting.training import shard

from . import two_processes

FOLDER = Path(__file__).parent


def torchrun(script, *arguments):
    """Run a script in two processes on the CPU, over loopback."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(
        [*command, FOLDER / script, *arguments], env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    path = tmp_path_factory.mktemp("processes") / "result.json"
    torchrun("two_processes.py", path)
    return two_processes.train(), json.loads(path.read_text())


@pytest.mark.slow
def test_two_processes_give_the_history_of_one(both):
    one, two = both
    assert two["processes"] == 2
    for mine, theirs in zip(one["history"], two["history"], strict=True):
        for split in ("train", "validation"):
            assert theirs.pop(split) == pytest.approx(mine.pop(split), abs=1e-5)
        assert theirs == pytest.approx(mine, abs=1e-5)


@pytest.mark.slow
def test_two_processes_give_the_weights_of_one(both):
    one, two = both
    for name, weights in one["weights"].items():
        assert torch.allclose(torch.tensor(two["weights"][name]), torch.tensor(weights), atol=1e-5), name


@pytest.mark.slow
def test_a_text_model_whose_batches_lack_its_rarest_words_trains_in_two_processes(tmp_path):
    torchrun("two_text_processes.py", tmp_path / "model")
    assert (tmp_path / "model" / "config.json").exists()


@pytest.mark.parametrize("rows", range(1, 8))
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_the_weighted_mean_over_processes_is_the_mean_over_the_batch(rows, processes):
    batch = Batch(torch.arange(rows).float() ** 2)
    shares = [shard(batch, rank, processes) for rank in range(processes)]
    assert sum(part.input.mean() * share for part, share in shares) / processes == pytest.approx(
        float(batch.input.mean())
    )
