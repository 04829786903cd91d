"""Likelihoods of independent entries, and of labels that may be missing."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.core.likelihoods import BernoulliLikelihood, ClassHead, NormalLikelihood
from vaeworks.errors import VaeworksError

Z = torch.tensor([[0.3, -0.2], [1.0, 0.5], [-2.0, 0.1]])


def made(kind):
    torch.manual_seed(0)
    return kind(nn.Linear(2, 4))


@torch.no_grad()
def test_a_normal_likelihood_is_the_normal_density():
    likelihood, x = made(NormalLikelihood), torch.randn(3, 4)
    likelihood.log_scale.fill_(-0.7)
    squares = ((x - likelihood.network(Z)) / math.exp(-0.7)) ** 2
    exact = (-0.5 * squares - 0.5 * math.log(2 * math.pi) + 0.7).sum(1)
    assert_close(likelihood(Z).log_prob(x), exact)


@torch.no_grad()
def test_a_bernoulli_likelihood_gives_all_binary_rows_a_probability_of_one_together():
    every = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 4)
    likelihood = made(BernoulliLikelihood)(Z[:1].expand(16, 2))
    assert_close(likelihood.log_prob(every).exp().sum(), torch.tensor(1.0))


@pytest.mark.parametrize("value", [0.5, -1.0, 255.0])
def test_a_bernoulli_likelihood_refuses_what_is_not_binary(value):
    with pytest.raises(VaeworksError, match="binarise"):
        made(BernoulliLikelihood)(Z).log_prob(torch.full((3, 4), value))


@torch.no_grad()
@pytest.mark.parametrize("kind", [NormalLikelihood, BernoulliLikelihood])
def test_an_unobserved_entry_counts_nothing(kind):
    likelihood, x = made(kind)(Z), torch.ones(3, 4)
    observed = torch.tensor([[True, False, True, True], [False] * 4, [True] * 4])
    each = likelihood.entries.log_prob(x)
    assert_close(likelihood.log_prob(x.masked_fill(~observed, torch.nan), observed), (each * observed).sum(1))


@pytest.mark.parametrize("kind", [NormalLikelihood, BernoulliLikelihood])
def test_an_unobserved_nan_leaves_the_gradient_finite(kind):
    likelihood, observed = made(kind), torch.eye(3, 4, dtype=torch.bool)
    likelihood(Z).log_prob(torch.ones(3, 4).masked_fill(~observed, torch.nan), observed).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in likelihood.parameters())


@torch.no_grad()
@pytest.mark.parametrize("kind", [NormalLikelihood, BernoulliLikelihood])
def test_no_draw_is_more_probable_than_the_mode(kind):
    torch.manual_seed(0)
    likelihood = made(kind)(Z)
    highest = likelihood.log_prob(likelihood.mode())
    assert all((likelihood.log_prob(likelihood.sample()) <= highest).all() for _ in range(20))


@torch.no_grad()
@pytest.mark.parametrize("kind", [NormalLikelihood, BernoulliLikelihood])
def test_draws_have_the_mean_of_the_likelihood(kind):
    torch.manual_seed(0)
    likelihood = made(kind)(Z[:1].expand(20_000, 2))
    assert_close(likelihood.sample().mean(0), likelihood.entries.mean[0], atol=0.03, rtol=0)


@torch.no_grad()
def test_the_classes_of_a_head_have_a_probability_of_one_together():
    torch.manual_seed(0)
    labels = ClassHead(2, 5)(Z)
    each = torch.stack([labels.log_prob(torch.full((3,), index)) for index in range(5)])
    assert_close(each.exp().sum(0), torch.ones(3))
