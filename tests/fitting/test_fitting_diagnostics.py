"""What is said about a latent space, against Gaussians whose figures are known."""

import math

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.fitting.diagnostics import diagnose, latent_figures, mutual_information

from ..toys import Examples, linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=60)


def test_posteriors_that_are_all_the_same_hold_no_information():
    assert mutual_information(torch.zeros(300, 4), torch.zeros(300, 4)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("examples", [10, 300])
def test_posteriors_that_never_meet_hold_the_log_of_their_number(examples):
    means = torch.arange(examples)[:, None] * torch.tensor([[100.0, 0.0]])
    assert mutual_information(means, torch.zeros(examples, 2)) == pytest.approx(math.log(examples), abs=1e-6)


def test_mutual_information_of_a_gaussian_channel_is_that_of_its_formula():
    means = 2 * torch.randn(2000, 1, generator=torch.Generator().manual_seed(0))
    assert mutual_information(means, torch.zeros(2000, 1)) == pytest.approx(0.5 * math.log(1 + 4), abs=0.05)


def test_information_of_independent_units_adds_up():
    means = torch.cartesian_prod(torch.arange(4) * 50.0, torch.arange(5) * 50.0)
    assert mutual_information(means, torch.zeros(20, 2)) == pytest.approx(math.log(4) + math.log(5), abs=1e-6)


def test_many_examples_are_thinned_to_the_ceiling_that_is_named():
    means = torch.arange(5000)[:, None] * 100.0
    figures = latent_figures(means, torch.zeros(5000, 1))
    assert figures["mutual_information_nats"] == pytest.approx(figures["mutual_information_ceiling_nats"], abs=1e-6)
    assert figures["mutual_information_ceiling_nats"] == pytest.approx(math.log(2000))


def test_units_whose_mean_varies_by_more_than_a_hundredth_are_active():
    alternating = torch.tensor([1.0, -1.0]).repeat(500)[:, None]
    means = alternating * torch.tensor([[0.09, 0.11, 0.0, 5.0]])
    figures = latent_figures(means, torch.zeros(1000, 4))
    assert (figures["active_units"], figures["latent_units"]) == (2, 4)


def spread(units, active):
    """A hundred posteriors far apart in the first `active` units, alike in the others."""
    return torch.arange(100.0)[:, None] * 100 * (torch.arange(units) < active)


@pytest.mark.parametrize(
    ("means", "collapsed"),
    [(spread(40, 3), False), (spread(40, 1), True), (spread(10, 1), False), (torch.zeros(100, 10), True)],
    ids=["healthy", "few units", "one unit of ten", "no information"],
)
def test_collapse_is_little_information_or_few_active_units(means, collapsed):
    assert latent_figures(means, torch.zeros_like(means))["collapsed"] is collapsed


def made():
    torch.manual_seed(0)
    return linear_vae()


def test_figures_are_means_over_examples_not_over_batches():
    model = made()
    torch.manual_seed(0)
    whole = diagnose(model, [Batch(X)])
    parts = diagnose(model, [Batch(X[:50]), Batch(X[50:])])
    assert parts["kl_nats"] == pytest.approx(whole["kl_nats"], rel=1e-5)
    assert_close(torch.tensor(parts["kl_per_unit_nats"]), torch.tensor(whole["kl_per_unit_nats"]))
    assert parts["examples"] == whole["examples"] == 60


def test_kl_per_unit_adds_up_to_the_kl():
    figures = diagnose(made(), Examples(Batch(X), 16).epoch(None))
    assert sum(figures["kl_per_unit_nats"]) == pytest.approx(figures["kl_nats"], rel=1e-5)


def test_negative_elbo_is_reconstruction_and_kl():
    figures = diagnose(made(), [Batch(X)])
    assert figures["negative_elbo_nats"] == pytest.approx(figures["reconstruction_nats"] + figures["kl_nats"])
    assert figures["importance_bound_nats"] is None


def test_the_importance_bound_is_above_the_elbo():
    figures = diagnose(made(), [Batch(X)], samples=50)
    assert figures["importance_samples"] == 50
    assert figures["importance_bound_nats"] > -figures["negative_elbo_nats"]


def test_one_example_has_figures_too():
    figures = diagnose(made(), [Batch(X[:1])])
    assert figures["active_units"] == 0
    assert math.isfinite(figures["negative_elbo_nats"])


def test_diagnosis_leaves_no_gradient_and_ends_in_eval_mode():
    model = made().train()
    diagnose(model, [Batch(X)])
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())
