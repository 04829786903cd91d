"""Likelihoods of columns against scipy and torch, and sums that must be one."""

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn
from torch.testing import assert_close

from vaeworks.tabular.columns import Column, scaled
from vaeworks.tabular.likelihoods import Counts, Ranks, RowLikelihood, outputs_of
from vaeworks.tabular.weighing import expected, resampled

WORDS = ["a", "b", "c"]
MIXED = [
    Column("town", "categorical", WORDS),
    Column("height", "real", [], 170.0, 10.0),
    Column("smoker", "binary", [0.0, 1.0]),
    Column("income", "positive", [], 10.0, 1.5),
    Column("children", "count", [], 0.8, 0.5),
    Column("grade", "ordinal", [*WORDS, "d"]),
]


@pytest.fixture
def likelihood():
    torch.manual_seed(0)
    return RowLikelihood(nn.Linear(2, outputs_of(MIXED)), MIXED, shared=False).double()


def entries(likelihood, numbers, z):
    """log p of each entry, in the table's units."""
    row = likelihood(z)
    return row.log_prob_of_entries(likelihood.scales.targets(numbers)).detach()


def rows_with(column, values):
    numbers = torch.tensor([[0.0, 170.0, 0.0, 1.0, 0.0, 0.0]], dtype=torch.float64).repeat(len(values), 1)
    numbers[:, column] = torch.as_tensor(values, dtype=torch.float64)
    return numbers


@pytest.mark.parametrize(("column", "values"), [(0, range(3)), (2, range(2)), (4, range(3000)), (5, range(4))])
def test_probabilities_of_a_discrete_column_sum_to_one(likelihood, column, values):
    numbers = rows_with(column, list(values))
    z = torch.randn(1, 2, dtype=torch.float64).expand(len(numbers), -1)
    assert_close(entries(likelihood, numbers, z)[:, column].exp().sum().item(), 1.0, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("column", "low", "high"), [(1, 0.0, 400.0), (3, 1e-6, 1e7)])
def test_densities_integrate_to_one_in_the_units_of_the_table(likelihood, column, low, high):
    values = np.linspace(low, high, 400_001) if column == 1 else np.geomspace(low, high, 400_001)
    numbers, z = rows_with(column, values), torch.zeros(len(values), 2, dtype=torch.float64)
    density = entries(likelihood, numbers, z)[:, column].exp().numpy()
    assert np.isclose(np.trapezoid(density, values), 1.0, atol=1e-3)


def test_a_positive_column_is_log_normal(likelihood):
    z, values = torch.randn(1, 2, dtype=torch.float64), np.array([0.5, 3.0, 20_000.0])
    found = entries(likelihood, rows_with(3, values), z.expand(3, -1))[:, 3]
    mean = likelihood(z).parts[0][1].mean[0, 1].item() * 1.5 + 10.0
    scale = likelihood(z).parts[0][1].stddev[0, 1].item() * 1.5
    assert_close(found.numpy(), stats.lognorm(scale, scale=np.exp(mean)).logpdf(values))


def test_counts_are_negative_binomial():
    family = Counts([Column("n", "count", [], 0.8, 0.5)])
    with torch.no_grad():
        family.log_dispersion.fill_(0.4)
    raw, n = torch.tensor([[0.7]]), np.exp(0.4)
    mean = np.exp(0.8 + 0.7 * 0.5)
    values = torch.arange(20.0)[:, None]
    ours = family(raw.expand(20, -1)).log_prob(values).detach().numpy()[:, 0]
    assert np.allclose(ours, stats.nbinom(n, n / (n + mean)).logpmf(np.arange(20)), atol=1e-5)


def test_ordinal_probabilities_are_differences_of_cumulative_logits():
    family = Ranks([Column("r", "ordinal", [0.0, 1.0, 2.0, 3.0])])
    with torch.no_grad():
        family.steps[0].copy_(torch.tensor([-1.0, 0.5, 0.2]))
    probabilities = family(torch.tensor([[0.3]])).probs[0, 0]
    gaps = np.log1p(np.exp([0.5, 0.2])) + 1e-3
    cuts = np.array([-1.0, -1.0 + gaps[0], -1.0 + gaps.sum()]) - gaps.sum() / 2
    cumulative = np.array([0.0, *(1 / (1 + np.exp(-(cuts - 0.3)))), 1.0])
    assert np.allclose(probabilities.detach().numpy(), np.diff(cumulative), atol=1e-6)


def test_a_missing_entry_counts_nothing_whatever_stands_there(likelihood):
    numbers, z = rows_with(1, [180.0]), torch.randn(1, 2, dtype=torch.float64)
    target = likelihood.scales.targets(numbers)
    observed = torch.ones_like(target, dtype=torch.bool)
    observed[0, [1, 4]] = False
    whole = likelihood(z).log_prob_of_entries(target)
    damaged = target.masked_fill(~observed, torch.nan)
    assert_close(likelihood(z).log_prob(damaged, observed), whole[observed].sum()[None])


def test_what_is_expected_under_one_weight_is_that_draws_mean(likelihood):
    z = torch.randn(5 * 3, 2, dtype=torch.float64)
    row, weights = likelihood(z), torch.zeros(5, 3, dtype=torch.float64)
    weights[2] = 1.0
    linear = [index for index, column in enumerate(MIXED) if column.kind != "positive"]
    assert_close(expected(row, weights)[:, linear], likelihood(z[6:9]).mean()[:, linear])


def test_the_mean_of_a_positive_column_is_that_of_a_log_normal_mixture(likelihood):
    z = torch.randn(2, 2, dtype=torch.float64)
    row, weights = likelihood(z), torch.tensor([[0.25], [0.75]], dtype=torch.float64)
    [normal] = [distribution for columns, distribution in row.parts if 3 in columns]
    location, scale = 10.0 + 1.5 * normal.mean[:, 1], 1.5 * normal.stddev[:, 1]
    means = stats.lognorm.mean(scale.detach().numpy(), scale=location.exp().detach().numpy())
    found = likelihood.scales.numbers(expected(row, weights))[0, 3].item()
    assert np.isclose(found, 0.25 * means[0] + 0.75 * means[1], rtol=1e-3)


def test_the_mean_of_a_bent_column_is_that_of_its_draws():
    random = np.random.default_rng(0)
    column = scaled(Column("x", "real"), random.standard_t(2, 5000), "quantile")
    likelihood = RowLikelihood(nn.Linear(1, 1), [column], shared=False).double()
    row, weights = likelihood(torch.zeros(1, 1).double()), torch.ones(1, 1).double()
    draws = likelihood.scales.numbers(likelihood(torch.zeros(200_000, 1).double()).sample())
    found = likelihood.scales.numbers(expected(row, weights)).item()
    assert np.isclose(found, draws.mean().item(), atol=4 * draws.std().item() / 200_000**0.5 + 0.01)


def test_weights_average_means_and_probabilities(likelihood):
    z = torch.randn(2, 2, dtype=torch.float64)
    row, weights = likelihood(z), torch.tensor([[0.25], [0.75]], dtype=torch.float64)
    means = {tuple(columns.tolist()): distribution for columns, distribution in row.parts}
    height = means[(1, 3)].mean[:, 0]
    assert_close(expected(row, weights)[0, 1], 0.25 * height[0] + 0.75 * height[1])
    town = means[(0,)].probs[:, 0]
    assert expected(row, weights)[0, 0] == (0.25 * town[0] + 0.75 * town[1]).argmax()


def test_resampling_takes_draws_as_often_as_their_weights_say(likelihood):
    torch.manual_seed(0)
    z = torch.tensor([[-300.0, 0.0], [300.0, 0.0]], dtype=torch.float64)
    row, weights = likelihood(z), torch.tensor([[0.2], [0.8]], dtype=torch.float64)
    middle = row.mean()[:, 1].mean()
    draws = resampled(row, weights, 2000)[:, 0, 1]
    upper = int(row.mean()[1, 1] > row.mean()[0, 1])
    share = ((draws > middle) == bool(upper)).double().mean().item()
    assert abs(share - 0.8) < 0.04
