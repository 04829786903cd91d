"""The KL of each prior: in closed form where there is one, else a sampled log-ratio that is right on average."""

import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from vaeworks.core.evidence import Level
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.core.priors import PRIORS, MixturePrior, VampPrior, make_prior

SIDE = torch.linspace(-9, 9, 361)
GRID = torch.cartesian_prod(SIDE, SIDE)
CELL = float(SIDE[1] - SIDE[0]) ** 2
MEAN, LOG_VARIANCE = torch.tensor([[0.7, -0.4]]), torch.tensor([[-1.0, 0.3]])


def encode(rows):
    return diagonal_normal(rows, torch.full_like(rows, -0.5))


def made(name):
    torch.manual_seed(3)
    prior = make_prior(name, 2, lambda: torch.randn(5, 2))
    for parameter in prior.parameters() if name in ("mixture", "vamp") else ():
        nn.init.normal_(parameter, std=0.7)
    return prior


@torch.no_grad()
@pytest.mark.parametrize("name", PRIORS)
def test_the_density_of_a_prior_integrates_to_one(name):
    density = made(name)(None, encode).expand((len(GRID),)).log_prob(GRID).exp()
    assert_close(density.sum() * CELL, torch.tensor(1.0), atol=2e-3, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("name", PRIORS)
def test_draws_from_a_prior_have_the_mean_of_its_density(name):
    torch.manual_seed(0)
    prior = made(name)(None, encode)
    density = prior.expand((len(GRID),)).log_prob(GRID).exp()
    draws = prior.expand((20_000,)).sample()
    assert_close(draws.mean(0), (GRID * density[:, None]).sum(0) * CELL, atol=0.06, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("name", PRIORS)
def test_kl_is_the_integral_of_the_log_ratio(name):
    torch.manual_seed(0)
    rows, one = 20_000, diagonal_normal(MEAN, LOG_VARIANCE)
    posterior, prior = one.expand((rows,)), made(name)(None, encode)
    log_q, log_p = one.log_prob(GRID), prior.expand((len(GRID),)).log_prob(GRID)
    exact = (log_q.exp() * (log_q - log_p)).sum() * CELL
    kl = Level(posterior.rsample(), prior.expand((rows,)), posterior).kl()
    assert_close(kl.mean(), exact, atol=0.05, rtol=0)


def test_kl_between_diagonal_normals_is_that_of_torch():
    torch.manual_seed(0)
    posterior, prior = (diagonal_normal(torch.randn(7, 3), torch.randn(7, 3)) for _ in range(2))
    level = Level(posterior.rsample(), prior, posterior)
    assert_close(level.kl(), kl_divergence(posterior, prior))
    assert_close(level.kl_per_unit().sum(1), level.kl())


def test_closed_kl_does_not_depend_on_the_draw():
    posterior, prior = diagonal_normal(MEAN, LOG_VARIANCE), diagonal_normal(0 * MEAN, 0 * MEAN)
    assert_close(Level(MEAN, prior, posterior).kl(), Level(MEAN + 3, prior, posterior).kl())


@pytest.mark.parametrize("name", [name for name in PRIORS if name != "normal"])
def test_a_prior_that_does_not_factorise_has_no_kl_per_unit(name):
    posterior = diagonal_normal(MEAN, LOG_VARIANCE)
    assert Level(posterior.mean, made(name)(None, encode).expand((1,)), posterior).kl_per_unit() is None


def test_a_mixture_is_the_weighted_sum_of_its_components():
    prior, z = made("mixture"), torch.randn(50, 2)
    assert isinstance(prior, MixturePrior)
    parts = Normal(prior.means, (0.5 * prior.log_variances).exp()).log_prob(z[:, None]).sum(-1)
    exact = (parts.exp() * prior.logits.softmax(0)).sum(1).log()
    assert_close(prior(None, encode).expand((50,)).log_prob(z), exact)


def test_a_vamp_prior_is_the_weighted_sum_of_the_posteriors_of_its_pseudo_inputs():
    prior, z = made("vamp"), torch.randn(50, 2)
    assert isinstance(prior, VampPrior)
    parts = encode(prior.pseudo_inputs).expand((50, 5)).log_prob(z[:, None])
    exact = (parts.exp() * prior.logits.softmax(0)).sum(1).log()
    assert_close(prior(None, encode).expand((50,)).log_prob(z), exact)


@pytest.mark.parametrize("name", PRIORS)
def test_the_density_of_a_row_does_not_depend_on_the_others(name):
    prior, z = made(name), torch.randn(50, 2)
    whole = prior(None, encode).expand((50,)).log_prob(z)
    alone = torch.cat([prior(None, encode).expand((1,)).log_prob(row[None]) for row in z])
    assert_close(whole, alone, atol=1e-4, rtol=1e-4)
