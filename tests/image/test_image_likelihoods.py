"""The discretised mixture of logistics: 256 probabilities, exact in the tails."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from vaeworks.image.likelihoods import LOWEST_LOG_SCALE, LogisticMixture, LogisticMixtureLikelihood

VALUES = torch.arange(256.0)
numbers = st.floats(-3, 3, width=32)


def mixture(means, log_scales, logits=None):
    means, log_scales = torch.tensor(means), torch.tensor(log_scales)
    return LogisticMixture(torch.zeros_like(means) if logits is None else torch.tensor(logits), means, log_scales)


def table(distribution):
    """log p of each of the 256 values, (256,)."""
    wide = LogisticMixture(
        *(part.expand(256, -1) for part in (distribution.log_weights, distribution.means, distribution.log_scales))
    )
    return wide.log_prob(VALUES)


@given(st.lists(st.tuples(numbers, st.floats(-9, 3, width=32), numbers), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_probabilities_of_all_values_sum_to_one(components):
    means, log_scales, logits = (list(part) for part in zip(*components, strict=True))
    scores = table(mixture(means, log_scales, logits)).double()
    assert scores.isfinite().all()
    assert_close(scores.exp().sum(), torch.tensor(1.0, dtype=torch.double), rtol=1e-4, atol=1e-4)


def test_a_value_has_the_mass_of_its_bin():
    """Against differences of the logistic's distribution function in float64."""
    mean, scale = 0.2, 0.15
    edges = ((VALUES.double() + 0.5) / 255 * 2 - 1)[:-1]
    cumulated = torch.cat([torch.zeros(1), torch.sigmoid((edges - mean) / scale), torch.ones(1)]).double()
    found = table(mixture([mean], [torch.tensor(scale).log().item()]))
    assert_close(found.exp().double(), cumulated.diff(), rtol=1e-4, atol=1e-8)


def test_a_value_far_in_the_tail_keeps_its_logarithm():
    """Where the distribution function is 1 in float32: log p falls by the bin's width over the scale for each value."""
    found = table(mixture([-1.0], [-5.0]))
    slope = -2 / 255 * torch.tensor(5.0).exp()
    assert_close(found[150:200].diff(), slope.expand(49), rtol=1e-3, atol=1e-3)


def test_the_mean_and_the_mode_are_those_of_the_table():
    distribution = mixture([-0.9, 0.4], [-1.0, -2.5], [0.3, 0.0])
    scores = table(distribution)
    assert_close(distribution.mean, (scores.exp() * VALUES).sum(), rtol=1e-4, atol=1e-3)
    assert distribution.mode == scores.argmax()


def test_samples_follow_the_table():
    torch.manual_seed(0)
    distribution = mixture([-0.9, 0.4], [-1.0, -2.5], [0.3, 0.0])
    drawn = distribution.sample(torch.Size([40_000]))
    shares = torch.bincount(drawn.long(), minlength=256) / len(drawn)
    assert_close(shares.cumsum(0), table(distribution).exp().cumsum(0), rtol=0, atol=0.012)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_likelihood_scores_each_channel_by_its_own_mixture(channels):
    torch.manual_seed(0)
    likelihood = LogisticMixtureLikelihood(nn.Conv2d(2, channels * 3 * 4, 1), 4)
    state = torch.randn(2, 2, 3, 5)
    entries = likelihood(state).entries
    assert entries.batch_shape == (2, channels, 3, 5)
    pixels = torch.randint(256, (2, channels, 3, 5)).float()
    raw = likelihood.network(state).unflatten(1, (channels, 3, 4))
    one = LogisticMixture(
        raw[1, 0, 0, :, 2, 4], raw[1, 0, 1, :, 2, 4] + torch.linspace(-1, 1, 6)[1:-1], raw[1, 0, 2, :, 2, 4] - 2
    )
    assert_close(entries.log_prob(pixels)[1, 0, 2, 4], one.log_prob(pixels[1, 0, 2, 4]))


def test_a_scale_cannot_vanish():
    assert mixture([0.0], [-50.0]).log_scales == LOWEST_LOG_SCALE
