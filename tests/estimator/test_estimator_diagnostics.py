"""What is said about a latent space, against Gaussians whose figures are known."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.likelihoods import NormalLikelihood
from vaeworks.core.model import LatentModel
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.estimator.diagnostics import Codes, diagnose, latent_figures, mutual_information

from ..toys import Examples, conditional_vae, damaged_batch, linear_gaussian_data, linear_vae

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
    figures = latent_figures(Codes(means, torch.zeros(5000, 1)), rate=9.0)
    assert figures["mutual_information_nats"] == pytest.approx(figures["mutual_information_ceiling_nats"], abs=1e-6)
    assert figures["mutual_information_ceiling_nats"] == pytest.approx(math.log(2000))


def test_units_whose_mean_varies_by_more_than_a_hundredth_are_active():
    alternating = torch.tensor([1.0, -1.0]).repeat(500)[:, None]
    means = alternating * torch.tensor([[0.09, 0.11, 0.0, 5.0]])
    figures = latent_figures(Codes(means, torch.zeros(1000, 4)), rate=9.0)
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
    assert latent_figures(Codes(means, torch.zeros_like(means)), rate=9.0)["collapsed"] is collapsed


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
    assert figures["negative_importance_bound_nats"] is None


def test_the_importance_bound_is_above_the_elbo():
    figures = diagnose(made(), [Batch(X)], samples=50)
    assert figures["importance_samples"] == 50
    assert figures["negative_importance_bound_nats"] < figures["negative_elbo_nats"]


def test_one_example_has_figures_too():
    figures = diagnose(made(), [Batch(X[:1])])
    assert figures["active_units"] == 0
    assert math.isfinite(figures["negative_elbo_nats"])


def test_diagnosis_leaves_no_gradient_and_ends_in_eval_mode():
    model = made().train()
    diagnose(model, [Batch(X)])
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_information_is_never_below_zero():
    """With one example the estimate of 0 is noise alone."""
    means = torch.zeros(50, 3)
    noisy = 0.01 * torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    assert min(mutual_information(means + sign * noisy, torch.zeros(50, 3)) for sign in (1, -1)) >= 0


@torch.no_grad()
def dead_conditional_vae():
    """The posterior reads the condition alone, and is the prior: KL 0, although codes differ from row to row."""
    model = conditional_vae()
    model.encoder.linear.weight.zero_()
    model.encoder.linear.bias.zero_()
    model.encoder.linear.weight[:2, -2:] = torch.eye(2)
    model.posterior.linear.weight.zero_()
    model.posterior.linear.bias.zero_()
    model.posterior.linear.weight[:2, :2] = model.prior.linear.weight
    model.posterior.linear.bias[:2] = model.prior.linear.bias
    return model


def test_a_dead_conditional_latent_is_collapsed_however_far_its_codes_lie_apart():
    model = dead_conditional_vae()
    batch = damaged_batch(rows=200)
    batch.condition *= 100
    figures = diagnose(model, [batch])
    assert figures["kl_nats"] == pytest.approx(0, abs=1e-4)
    assert figures["collapsed"] is True
    assert figures["active_units"] == 0
    assert figures["mutual_information_nats"] is None


@torch.no_grad()
def test_a_conditional_latent_that_tells_of_the_input_is_not_collapsed():
    model = dead_conditional_vae()
    model.encoder.linear.weight[2:4, :2] = 3 * torch.eye(2)
    model.posterior.linear.weight[:2, 2:4] = torch.eye(2)
    figures = diagnose(model, [damaged_batch(rows=200)])
    assert (figures["collapsed"], figures["active_units"]) == (False, 2)


class Places(nn.Module):
    """Latents at every place of pictures of any size: one channel that follows the picture, one that never moves."""

    def forward(self, pictures):
        means = torch.cat([2 * pictures, torch.zeros_like(pictures)], dim=1)
        return diagonal_normal(means, torch.zeros_like(means))


class AnyPlaces(nn.Module):
    def forward(self, condition, encode):
        means = condition.expand(-1, 2, -1, -1) * 0
        return diagonal_normal(means, means)


class OnlyTheFirstChannel(nn.Module):
    def forward(self, z, condition):
        return z[:, :1]


def test_pictures_of_two_sizes_have_figures_whose_units_are_channels():
    """KL of N(2 x, 1) to N(0, 1) is 2 x^2 at each place."""
    model = LatentModel(FirstOf(), Places(), AnyPlaces(), NormalLikelihood(OnlyTheFirstChannel()))
    pictures = [torch.randn(3, 1, 4, 4), torch.randn(2, 1, 6, 5)]
    figures = diagnose(model, [Batch(picture, condition=picture) for picture in pictures])
    assert (figures["latent_units"], figures["active_units"], figures["examples"]) == (2, 1, 5)
    exact = sum(2 * float(picture.square().sum()) for picture in pictures) / 5
    assert figures["kl_per_unit_nats"] == pytest.approx([exact, 0.0], rel=1e-4)
    assert figures["kl_nats"] == pytest.approx(exact, rel=1e-4)


class FirstOf(nn.Module):
    def forward(self, input, condition):
        return input
