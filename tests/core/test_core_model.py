"""The top-down pass, and what a batch is."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.choosing import from_prior, replay
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.core.priors import VampPrior, make_prior
from vaeworks.errors import VaeworksError

from ..toys import linear_vae


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
