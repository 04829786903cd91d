"""The top-down pass, and what a batch is."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.core.batch import Batch, repeat_rows
from vaeworks.core.choosing import from_prior, replay
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.core.priors import VampPrior, make_prior
from vaeworks.errors import VaeworksError

from ..toys import damaged_batch, linear_vae


def made(**parts):
    torch.manual_seed(0)
    return linear_vae(**parts)


@torch.no_grad()
def test_generation_reads_no_input_and_gives_the_rows_asked_for():
    levels, state, condition = made().descend(Batch(None), from_prior, 7)
    assert levels[0].posterior is None
    assert state.shape == (7, 2)
    assert condition is None


@torch.no_grad()
def test_the_state_of_a_flat_model_is_z():
    z = torch.randn(3, 2)
    levels, state, _ = made().descend(Batch(None), replay([z]), 3)
    assert state is levels[0].z is z


def test_a_posterior_keeps_its_scale_within_what_float32_can_hold():
    wide = diagonal_normal(torch.zeros(1, 2), torch.tensor([[-1e4, 1e4]]))
    assert_close(wide.stddev.log() * 2, torch.tensor([[-14.0, 6.0]]))


def test_a_vamp_prior_learns_real_pseudo_inputs_and_keeps_discrete_ones():
    assert isinstance(VampPrior(torch.randn(3, 2)).pseudo_inputs, nn.Parameter)
    discrete = VampPrior(torch.ones(3, 2, dtype=torch.long))
    assert "pseudo_inputs" in dict(discrete.named_buffers())
    assert "pseudo_inputs" in discrete.state_dict()


def test_a_vamp_prior_draws_its_gradient_through_the_encoder():
    model = made(prior=VampPrior(torch.randn(3, 5)))
    model.prior(None, model.encode).expand((4,)).log_prob(torch.zeros(4, 2)).sum().backward()
    assert model.posterior.linear.weight.grad.any()


def test_a_prior_of_an_unknown_name_is_refused_and_the_known_ones_are_named():
    with pytest.raises(VaeworksError, match=r"'cauchy'.*normal, mixture, vamp, flow"):
        make_prior("cauchy", 2, lambda: torch.zeros(1, 2))


def test_only_a_vamp_prior_asks_for_pseudo_inputs():
    def refuse():
        raise AssertionError

    for name in ("normal", "mixture", "flow"):
        make_prior(name, 2, refuse)


def test_the_target_of_a_batch_is_its_input_where_none_is_given():
    batch = Batch(torch.zeros(2, 1))
    assert batch.target is batch.input


@pytest.mark.parametrize("which", [slice(1, 4), torch.tensor([4, 0])])
def test_rows_of_a_batch_are_rows_of_all_its_parts(which):
    batch = damaged_batch()
    batch.labels["label"] = torch.arange(6)
    part = batch.rows(which)
    for name in ("input", "target", "observed", "condition"):
        assert_close(getattr(part, name), getattr(batch, name)[which], equal_nan=True)
    assert_close(part.labels["label"], torch.arange(6)[which])


def test_the_length_of_a_batch_is_that_of_what_it_holds():
    assert len(Batch(None)) == 1
    assert len(Batch(None, condition=torch.zeros(5, 2))) == 5
    assert len(Batch(torch.zeros(3, 2))) == 3


def test_features_repeat_sample_major_in_tuples_and_dicts():
    rows = torch.tensor([[1], [2]])
    repeated = repeat_rows({"a": rows, "b": (rows, None)}, 2)
    assert repeated["a"].flatten().tolist() == repeated["b"][0].flatten().tolist() == [1, 2, 1, 2]
    assert repeated["b"][1] is None


def test_features_of_another_type_are_refused():
    with pytest.raises(TypeError, match="list"):
        repeat_rows([torch.zeros(1)], 2)
