"""Exact distributions against torch's, and places that come back from a stack in exactly their bits."""

import constriction
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal
from torch.testing import assert_close

from vaeworks.coding.distributions import (
    LATENT,
    PLACES,
    TOTAL,
    ExactBernoulli,
    ExactLogisticMixture,
    ExactNormal,
    RelativeNormal,
    prior_counts,
)
from vaeworks.coding.stacks import pop, push
from vaeworks.image.likelihoods import LogisticMixture

ANY = st.floats(-2000, 2000)


def whole(x):
    return (x * 1024).round().double()


def relative(mean, log_variance, entries=1):
    """A posterior beside the prior N(0.5, 2**2), both in whole numbers."""
    shape = torch.ones(1, entries)
    prior = ExactNormal(whole(0.5 * shape), whole(2 * np.log(2) * shape))
    return RelativeNormal(prior, ExactNormal(whole(mean * shape), whole(log_variance * shape)))


def all_places(counted, last):
    inside = counted.below(torch.arange(1, last)[None, None])[0, 0]
    return torch.cat([torch.zeros(1), inside, torch.tensor([TOTAL])])


def stacks(rows, words=1000):
    draw = np.random.default_rng(0)
    return [constriction.stream.stack.AnsCoder(draw.integers(1, 2**32, words, dtype=np.uint32)) for _ in range(rows)]


@given(ANY, ANY)
def test_every_place_of_a_latent_can_be_coded(mean, log_variance):
    assert (all_places(relative(mean, log_variance), LATENT).diff() >= 1).all()


@given(st.lists(ANY, min_size=6, max_size=6))
def test_every_pixel_can_be_coded(numbers):
    logits, means, log_scales = whole(torch.tensor(numbers).view(3, 1, 1, 2))
    assert (all_places(ExactLogisticMixture(logits, means, log_scales), PLACES).diff() >= 1).all()


def test_a_posterior_has_the_bits_of_a_normal_on_the_places_of_its_prior():
    counts = all_places(relative(1.2, -1.0), LATENT).diff()
    edges = 0.5 + 2 * (torch.arange(LATENT + 1).double() * 8 / LATENT - 4)
    edges[0], edges[-1] = -torch.inf, torch.inf
    assert_close(counts / TOTAL, Normal(1.2, np.exp(-0.5)).cdf(edges).diff(), atol=2e-4, rtol=0)
    assert_close(relative(1.2, -1.0).mean(), torch.full((1, 1), 0.35, dtype=torch.float64), atol=1e-3, rtol=0)
    beside = Normal(0.0, 1.0).cdf(torch.tensor([0.0, 1 / 8]).double()).diff()[0]
    assert_close(prior_counts().diff()[32] / TOTAL, beside, atol=1e-5, rtol=0)


def test_a_latent_lies_in_the_middle_of_its_place():
    prior = ExactNormal(whole(torch.tensor([[1.0, -2.0]])), whole(torch.tensor([[0.0, 2 * np.log(3)]])))
    assert_close(
        prior.at(torch.tensor([[32, 40]])) / 1024,
        torch.tensor([[1 + 1 / 16, -2 + 3 * (1 + 1 / 16)]]).double(),
        atol=2e-3,
        rtol=0,
    )


def test_pixels_have_the_bits_of_the_float_distribution():
    torch.manual_seed(0)
    logits, means, log_scales = torch.randn(1, 500, 3), torch.randn(1, 500, 3) / 2, torch.randn(1, 500, 3) - 3
    value = torch.randint(256, (1, 500))
    value[:, :20], value[:, 20:40] = 0, 255
    ours = ExactLogisticMixture(whole(logits), whole(means), whole(log_scales)).bits(value)
    theirs = -LogisticMixture(logits, means, log_scales).log_prob(value).double() / np.log(2)
    likely = theirs < 9
    assert_close(ours[likely], theirs[likely], atol=0.05, rtol=0)
    assert (ours[~likely] <= theirs[~likely] + 0.3).all()  # no place costs more than 24 bits


def test_bits_of_one_bit_pixels_are_those_of_a_bernoulli():
    logits = torch.linspace(-9, 9, 100)[None]
    ours, ones = ExactBernoulli(whole(logits)), torch.ones(1, 100)
    for value in (ones, 1 - ones):
        assert_close(
            ours.bits(value.long()), -Bernoulli(logits=logits).log_prob(value).double() / np.log(2), atol=0.01, rtol=0
        )


@pytest.mark.parametrize("spread", [-6.0, 0.0, 3.0])
def test_what_is_popped_goes_back_and_took_its_bits(spread):
    posterior, three = relative(0.7, spread, entries=700), stacks(3)
    wide = RelativeNormal(
        ExactNormal(posterior.prior.mean.expand(3, -1), posterior.prior.log_variance.expand(3, -1)),
        ExactNormal(whole(torch.randn(3, 700)), whole(torch.full((3, 700), spread))),
    )
    before = [stack.get_compressed().tolist() for stack in three]
    places = pop(three, wide, 700)
    used = 32 * len(before[0]) - three[0].num_valid_bits()
    assert used == pytest.approx(float(wide.bits(places)[0].sum()), abs=40)
    push(three, wide, places)
    assert [stack.get_compressed().tolist() for stack in three] == before
