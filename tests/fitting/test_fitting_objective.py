"""What a training step minimises."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.evidence import Level
from vaeworks.core.likelihoods import ClassHead
from vaeworks.core.posteriors import UnitUniform
from vaeworks.core.priors import MixturePrior
from vaeworks.fitting.objective import free_bits_kl, objective

from ..toys import linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=40)


def made(prior=None):
    torch.manual_seed(0)
    model = linear_vae(prior=prior, heads={"label": ClassHead(2, 2)})
    return model, model.evidence(Batch(X, labels={"label": torch.arange(40) % 2}))


def test_with_unit_weights_it_is_the_negative_joint_bound():
    _, evidence = made()
    assert_close(objective(evidence, 1.0, 1.0), -(evidence.elbo() + evidence.log_labels.mean(0)).mean())


def test_weights_move_only_their_terms():
    _, evidence = made()
    assert_close(objective(evidence, 3.0, 1.0) - objective(evidence, 1.0, 1.0), 2 * evidence.kl.mean())
    assert_close(objective(evidence, 1.0, 4.0) - objective(evidence, 1.0, 1.0), -3 * evidence.log_labels.mean())


def kl_gradient(free_bits):
    """The gradient of the KL's part of the objective by the bias of the posterior's means, one a unit."""
    model, _ = made()
    with torch.no_grad():
        model.posterior.linear.weight.zero_()
        model.posterior.linear.bias.copy_(torch.tensor([0.2, 2.0, 0.0, 0.0]))  # units of 0.02 and 2 nats
    evidence = model.evidence(Batch(X, labels={"label": torch.zeros(40, dtype=torch.long)}))
    part = objective(evidence, 1.0, 0.0, free_bits) - objective(evidence, 0.0, 0.0, free_bits)
    part.backward()
    return model.posterior.linear.bias.grad[:2]


def test_free_bits_push_a_unit_above_the_floor_and_leave_one_below_it():
    assert_close(kl_gradient(free_bits=0.5), torch.tensor([0.0, 2.0]))


def test_without_free_bits_every_unit_is_pushed():
    assert_close(kl_gradient(free_bits=0.0), torch.tensor([0.2, 2.0]))


@pytest.mark.parametrize(("free_bits", "pushed"), [(1e-3, True), (1e3, False)])
def test_free_bits_of_a_prior_that_does_not_factorise_hold_for_its_whole_kl(free_bits, pushed):
    model, evidence = made(MixturePrior(2, 3))
    objective(evidence, 1.0, 0.0, free_bits).backward()
    assert bool(model.prior.logits.grad.any()) is pushed


def test_every_unit_of_a_map_has_its_free_bits_where_the_kl_does_not_factorise():
    z = torch.zeros(2, 3, 4, 5)  # posterior and prior are the same, so that the floor alone is left
    assert float(free_bits_kl(Level(z, UnitUniform(z), UnitUniform(z)), 0.5)) == 0.5 * 3 * 4 * 5
