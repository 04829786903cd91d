"""What every prior keeps to, in a model that is nothing else."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.choosing import from_prior
from vaeworks.core.model import importance_bound
from vaeworks.core.priors import PRIORS, make_prior
from vaeworks.fitting.plan import Phase, Plan, constant
from vaeworks.fitting.training import fit

from ..toys import Examples, linear_gaussian_data, linear_vae, untouched

X = linear_gaussian_data(rows=60)
every_prior = pytest.mark.parametrize("name", PRIORS)


def made(name):
    torch.manual_seed(0)
    return linear_vae(prior=make_prior(name, 2, lambda: X[:8]))


@every_prior
def test_one_step_reaches_every_parameter(name):
    model = made(name)
    (-model.evidence(Batch(X)).elbo().mean()).backward()
    assert untouched(model) == []


@torch.no_grad()
@every_prior
def test_evidence_is_finite_and_of_one_entry_an_example_and_sample(name):
    evidence = made(name).evidence(Batch(X), samples=3)
    for term in (evidence.kl, evidence.log_prior, evidence.log_posterior):
        assert term.shape == (1, 3, 60)
        assert term.isfinite().all()


@torch.no_grad()
@every_prior
def test_the_importance_bound_is_not_below_the_elbo(name):
    torch.manual_seed(1)
    model = made(name)
    assert importance_bound(model, Batch(X), 200).mean() >= model.evidence(Batch(X), samples=200).elbo().mean()


@torch.no_grad()
@every_prior
def test_draws_are_as_many_as_asked_for_and_differ(name):
    z = made(name).descend(Batch(None), from_prior, 50)[0][0].z
    assert z.shape == (50, 2)
    assert len(z.unique(dim=0)) == 50


@pytest.mark.parametrize("name", [name for name in PRIORS if name != "normal"])
def test_a_prior_alone_can_be_trained_to_come_nearer_to_the_posteriors(name):
    @torch.no_grad()
    def kl(model):
        torch.manual_seed(1)
        return float(model.evidence(Batch(X), samples=20).kl.mean())

    model = made(name)
    before = kl(model)
    fit(model, Examples(Batch(X), 20), Plan((Phase(15, trains=("prior",), learning_rate=constant(0.01)),)))
    assert kl(model) < before - 0.02


@torch.no_grad()
@every_prior
def test_weights_that_are_put_into_another_model_give_its_density(name):
    model, other = made(name), linear_vae(prior=make_prior(name, 2, lambda: torch.zeros(8, 5)))
    other.load_state_dict(model.state_dict())
    z = torch.randn(20, 2)
    densities = [one.prior(None, one.encode).expand((20,)).log_prob(z) for one in (model, other)]
    assert_close(*densities)
