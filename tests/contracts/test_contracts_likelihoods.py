"""What every likelihood keeps to: one table, one entry each; one without an entry fails."""

import inspect

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.core import likelihoods
from vaeworks.core.likelihoods import BernoulliLikelihood, NormalLikelihood
from vaeworks.image.likelihoods import LogisticMixtureLikelihood
from vaeworks.text.networks import RecurrentDecoder

from ..toys import untouched

Z = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))


def text_decoder():
    return RecurrentDecoder(20, 3, 4, 8, dropout=0.0, word_dropout=0.0, most_tokens=5).eval()


CASES = {
    "NormalLikelihood": (lambda: NormalLikelihood(nn.Linear(3, 5)), torch.randn(6, 5)),
    "BernoulliLikelihood": (lambda: BernoulliLikelihood(nn.Linear(3, 5)), torch.randn(6, 5).gt(0).float()),
    "LogisticMixtureLikelihood": (
        lambda: LogisticMixtureLikelihood(nn.Sequential(nn.Linear(3, 30), nn.Unflatten(1, (6, 5))), 2),
        torch.randint(256, (6, 1, 5)).float(),
    ),
    "Autoregressive": (text_decoder, torch.randint(3, 19, (6, 5))),
}
every_likelihood = pytest.mark.parametrize("name", CASES)


def made(name):
    torch.manual_seed(0)
    make, target = CASES[name]
    return make(), target


def test_every_likelihood_has_an_entry_here():
    public = {name for name, _ in inspect.getmembers(likelihoods, inspect.isclass) if name.endswith("Likelihood")}
    assert public | {"Autoregressive", "LogisticMixtureLikelihood"} == CASES.keys()


@every_likelihood
def test_it_gives_a_finite_number_of_nats_a_row(name):
    decoder, target = made(name)
    scores = decoder(Z).log_prob(target)
    assert scores.shape == (6,)
    assert scores.isfinite().all()


@every_likelihood
def test_its_gradient_reaches_every_parameter_and_z(name):
    decoder, target = made(name)
    z = Z.clone().requires_grad_()
    decoder(z).log_prob(target).sum().backward()
    sure = "softmax.tail"  # one word, so its probability within the tail is 1
    assert [name for name in untouched(decoder) if not name.startswith(sure)] == []
    assert (z.grad != 0).any(1).all()


@torch.no_grad()
@every_likelihood
def test_a_row_does_not_depend_on_the_others(name):
    decoder, target = made(name)
    alone = [decoder(z[None]).log_prob(row[None]) for z, row in zip(Z, target, strict=True)]
    assert_close(decoder(Z).log_prob(target), torch.cat(alone), atol=1e-5, rtol=0)


@torch.no_grad()
@every_likelihood
def test_what_is_not_observed_counts_nothing(name):
    decoder, target = made(name)
    observed = torch.ones_like(target, dtype=torch.bool)
    observed[0], observed[1, 2:] = False, False
    scores = decoder(Z).log_prob(target, observed)
    assert scores[0] == 0
    assert_close(scores[2:], decoder(Z).log_prob(target)[2:])
    other = target.clone()
    other[~observed] = other[~observed].flip(0)
    assert_close(decoder(Z).log_prob(other, observed), scores, rtol=0, atol=0)


@torch.no_grad()
@every_likelihood
def test_draws_and_mode_are_targets_that_it_can_score(name):
    decoder, target = made(name)
    for value in (decoder(Z).sample(), decoder(Z).mode()):
        assert len(value) == 6
        assert value.dtype == target.dtype
        assert decoder(Z).log_prob(value).isfinite().all()
