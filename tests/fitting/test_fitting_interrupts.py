"""Ctrl-C, checkpoints, and going on exactly where a fit stood."""

import json
import os
import signal
import weakref

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.errors import VaeworksError
from vaeworks.fitting.checkpoint import Position, read_checkpoint, write_checkpoint
from vaeworks.fitting.interrupts import Interrupts
from vaeworks.fitting.plan import Phase, Plan, Schedule
from vaeworks.fitting.training import Interrupted, fit

from ..toys import CtrlC, Examples, linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=80)
DATA, HELD_OUT = Examples(Batch(X[:60]), 20), Examples(Batch(X[60:]), 20)
STEPS_AN_EPOCH = 3


def made():
    torch.manual_seed(0)
    return linear_vae()


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


PLANS = {
    "plain": Plan((Phase(5),)),
    "rate": Plan((Phase(5, rate=1.0),)),
    "averaged": Plan((Phase(5),), averaging=0.9, patience=2),
    "phases": Plan((Phase(2, trains=("decoder",)), Phase(4, learning_rate=Schedule(0.1, 0.0, 4))), averaging=0.9),
    "worse and worse": Plan((Phase(5, learning_rate=Schedule(0.01, 3.0, 5)),)),
}


@pytest.mark.slow
@pytest.mark.parametrize("validation", [None, HELD_OUT], ids=["no validation", "validation"])
@pytest.mark.parametrize("epoch", [1, 2, 3])
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_resumed_fit_is_bit_for_bit_the_one_that_was_never_interrupted(tmp_path, plan, epoch, validation):
    whole, parts, path = made(), made(), tmp_path / "state.safetensors"
    history = fit(whole, DATA, plan, validation)
    with pytest.raises(Interrupted):
        fit(parts, DATA, plan, validation, checkpoint=path, monitors=[CtrlC(epoch * STEPS_AN_EPOCH + 2)])
    resumed = made()
    again = fit(resumed, DATA, plan, validation, checkpoint=path, resume=True)
    assert_close(weights(resumed), weights(whole), rtol=0, atol=0)
    assert [{**record, "seconds": 0} for record in again] == [{**record, "seconds": 0} for record in history]


def test_a_fit_that_was_interrupted_twice_is_still_the_same(tmp_path):
    whole, path, plan = made(), tmp_path / "state.safetensors", PLANS["averaged"]
    fit(whole, DATA, plan, HELD_OUT)
    for step, resume in ((4, False), (8, True)):
        with pytest.raises(Interrupted):
            fit(made(), DATA, plan, HELD_OUT, checkpoint=path, resume=resume, monitors=[CtrlC(step)])
    resumed = made()
    fit(resumed, DATA, plan, HELD_OUT, checkpoint=path, resume=True)
    assert_close(weights(resumed), weights(whole), rtol=0, atol=0)


def test_resuming_a_fit_that_was_over_gives_its_model(tmp_path):
    whole, again, path = made(), made(), tmp_path / "state.safetensors"
    fit(whole, DATA, PLANS["averaged"], HELD_OUT, checkpoint=path)
    history = fit(again, DATA, PLANS["averaged"], HELD_OUT, checkpoint=path, resume=True)
    assert_close(weights(again), weights(whole), rtol=0, atol=0)
    assert len(history) > 2


def test_ctrl_c_before_the_first_epoch_is_over_is_no_fit():
    with pytest.raises(KeyboardInterrupt) as caught:
        fit(made(), DATA, PLANS["plain"], HELD_OUT, monitors=[CtrlC(2)])
    assert not isinstance(caught.value, Interrupted)


def test_ctrl_c_later_leaves_the_best_weights_and_the_history():
    class Best(CtrlC):
        def epoch(self, record):
            if record["validation"]["negative_elbo"] == min(one["validation"]["negative_elbo"] for one in history):
                self.weights = weights(model)

    model, history, best = made(), [], Best(4 * STEPS_AN_EPOCH + 2)
    with pytest.raises(Interrupted):
        fit(model, DATA, PLANS["worse and worse"], HELD_OUT, monitors=[best], history=history)
    assert len(history) == 4
    assert_close(weights(model), best.weights, rtol=0, atol=0)


def test_a_second_monitor_is_told_of_the_end_when_the_first_one_interrupts():
    class Ends(CtrlC):
        ended = False

        def stop(self):
            self.ended = True

    ends = Ends(-1)
    with pytest.raises(Interrupted):
        fit(made(), DATA, PLANS["plain"], monitors=[CtrlC(5), ends])
    assert ends.ended


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "state.safetensors"
    with pytest.raises(Interrupted):
        fit(made(), DATA, PLANS["plain"], checkpoint=path, settings={"latent_dim": 2, "seed": 1}, monitors=[CtrlC(5)])
    return path


def resume(path, settings):
    return fit(made(), DATA, PLANS["plain"], checkpoint=path, settings=settings, resume=True)


def test_a_checkpoint_of_other_settings_is_refused_and_the_setting_named(checkpoint):
    with pytest.raises(VaeworksError, match=r"other settings: latent_dim 2 \(now 3\): give"):
        resume(checkpoint, {"latent_dim": 3, "seed": 1})


@pytest.mark.parametrize("settings", [{"latent_dim": 2}, {"latent_dim": 2, "seed": 1, "rate": 5.0}])
def test_a_setting_that_is_gone_or_new_is_a_difference_too(checkpoint, settings):
    with pytest.raises(VaeworksError, match=r"seed 1 \(now None\)|rate None \(now 5.0\)"):
        resume(checkpoint, settings)


def test_a_setting_that_is_no_number_or_a_tuple_is_no_difference(tmp_path):
    path, settings = tmp_path / "state.safetensors", {"missing_label": float("nan"), "sizes": (1, 2)}
    with pytest.raises(Interrupted):
        fit(made(), DATA, PLANS["plain"], checkpoint=path, settings=settings, monitors=[CtrlC(5)])
    assert len(resume(path, settings)) == 5


@pytest.mark.parametrize("damage", ["cut", "empty", "no position", "another field"])
def test_a_damaged_checkpoint_is_refused(checkpoint, damage):
    content = checkpoint.read_bytes()
    if damage in ("cut", "empty"):
        checkpoint.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    else:
        with safe_open(checkpoint, "pt") as file:
            position = json.loads(file.metadata()["position"]) | {"mood": 1}
        save_file(
            {"model/a": torch.zeros(1)},
            checkpoint,
            {"position": json.dumps(position)} if damage == "another field" else {},
        )
    with pytest.raises(VaeworksError, match="is damaged"):
        resume(checkpoint, {"latent_dim": 2, "seed": 1})


@pytest.mark.parametrize("seed", range(10))
def test_a_flipped_bit_of_a_checkpoint_is_damage(checkpoint, seed):
    content, random = bytearray(checkpoint.read_bytes()), np.random.default_rng(seed)
    content[random.integers(len(content))] ^= 1 << int(random.integers(8))
    checkpoint.write_bytes(content)
    with pytest.raises(VaeworksError, match="is damaged"):
        resume(checkpoint, {"latent_dim": 2, "seed": 1})


def test_a_checkpoint_of_numbers_that_are_not_finite_says_so(tmp_path):
    path, weights = tmp_path / "fit" / "state.safetensors", {"model": {"a": torch.tensor([1.0, torch.nan])}}
    write_checkpoint(path, Position(), weights, torch.optim.SGD([torch.zeros(1)]))
    with pytest.raises(VaeworksError, match=r"holds a fit that broke \(model a is not finite\)"):
        read_checkpoint(path, {})


def test_there_must_be_a_checkpoint_to_resume(tmp_path):
    with pytest.raises(VaeworksError, match="no unfinished fit"):
        resume(tmp_path / "state.safetensors", {})


def test_a_checkpoint_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VaeworksError, match="cannot write"):
        fit(made(), DATA, PLANS["plain"], checkpoint=tmp_path / "file" / "state.safetensors")


def swallowed():
    """Ctrl-C within a callback, where Python drops what is raised."""
    there = Plan((Phase(1),))
    gone = weakref.ref(there, lambda _: os.kill(os.getpid(), signal.SIGINT))
    del there
    assert gone() is None


class Swallowing(CtrlC):
    """At its step, Ctrl-C is dropped."""

    def step(self, record):
        if record["step"] == self.at:
            swallowed()


@pytest.fixture
def python_hears():
    """As in a process of its own: a shell that starts the tests in the background has them ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_that_python_drops_stops_the_fit_at_its_next_step(python_hears):
    model, history = made(), []
    with Interrupts() as interrupts, pytest.raises(Interrupted):
        fit(model, DATA, PLANS["plain"], monitors=[interrupts, Swallowing(STEPS_AN_EPOCH + 2)], history=history)
    assert len(history) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_the_callers_own_stays(python_hears):
    def own(number, frame):
        pass

    signal.signal(signal.SIGINT, own)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) is own
    assert signal.getsignal(signal.SIGINT) is own
