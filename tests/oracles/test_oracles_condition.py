"""A linear-Gaussian model with a condition, a damaged input and missing entries: its likelihood is a normal density."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.model import importance_bound

from ..toys import conditional_likelihood, conditional_vae, damaged_batch, gradients, untouched


@torch.no_grad()
def made():
    """A model whose posterior is broad, so that a sum of importance weights converges, and a batch."""
    torch.manual_seed(2)
    model = conditional_vae()
    model.posterior.linear.weight.mul_(0.3)
    return model, damaged_batch()


@torch.no_grad()
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_importance_bound_reaches_the_likelihood_of_the_observed_entries_given_the_condition(shift):
    model, batch = made()
    batch.condition += shift
    bound = importance_bound(model, batch, samples=40_000, at_once=10_000)
    assert_close(bound, conditional_likelihood(model, batch), atol=0.05, rtol=0)


@torch.no_grad()
def test_what_stands_in_unobserved_entries_of_the_target_does_not_matter():
    model, batch = made()
    filled = Batch(batch.input, batch.target.nan_to_num(1e4), batch.observed, batch.condition)
    torch.manual_seed(0)
    first = model.evidence(batch, samples=3).log_likelihood
    torch.manual_seed(0)
    assert_close(model.evidence(filled, samples=3).log_likelihood, first, rtol=0, atol=0)


def test_gradients_are_finite_beside_unobserved_nan_and_reach_every_part():
    model, batch = made()
    (-model.evidence(batch, samples=2).elbo().mean()).backward()
    assert not untouched(model)
    assert all(gradient.isfinite().all() for gradient in gradients(model).values())


def test_a_condition_is_turned_once_however_many_samples_are_drawn():
    model, batch = made()
    calls = []
    for part in (model.conditioner, model.encoder):
        part.register_forward_hook(lambda module, inputs, output: calls.append(len(output)))
    model.evidence(batch, samples=7)
    assert calls == [len(batch), len(batch)]
