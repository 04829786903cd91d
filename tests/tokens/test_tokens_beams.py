"""Beam search: what it is given it only repeats, the greedy one is never lost, and a full beam is exhaustive."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.tokens.autoregressive import Autoregressive
from vaeworks.tokens.vocabulary import END, PAD, START, UNKNOWN

from .test_tokens_autoregressive import WORDS, made


@torch.no_grad()
@pytest.mark.parametrize("beams", [1, 2, 5])
def test_the_greedy_sequence_is_always_a_candidate(beams):
    likelihood = made(rows=60, eagerness_to_end=0.5, most_tokens=12)
    greedy = likelihood.sample(0.0)
    found = likelihood.hypotheses(beams)
    said = greedy != PAD
    worth = likelihood.log_prob(greedy, said) / said.sum(1)
    assert (found.worth(1.0)[:, 0] >= worth - 1e-5).all()


@torch.no_grad()
@pytest.mark.parametrize("length_power", [0.0, 0.6, 1.0])
def test_hypotheses_have_the_log_probability_of_teacher_forcing_and_stand_in_order(length_power):
    likelihood = made(rows=10, eagerness_to_end=1.0, most_tokens=9)
    found = likelihood.hypotheses(4, length_power)
    worth = found.worth(length_power)
    assert (worth[:, :-1] >= worth[:, 1:]).all()
    for place in range(4):
        tokens, known = found.tokens[:, place], found.log_probs[:, place].isfinite()
        said = tokens != PAD
        assert_close(likelihood.log_prob(tokens, said)[known], found.log_probs[known, place], atol=1e-4, rtol=1e-4)
        assert torch.equal(said.sum(1), found.lengths[:, place])


@torch.no_grad()
def test_no_hypothesis_of_a_row_is_there_twice():
    found = made(rows=40, eagerness_to_end=1.0, most_tokens=9).hypotheses(6)
    for tokens, log_probs in zip(found.tokens, found.log_probs, strict=True):
        kept = [tuple(row) for row in tokens[log_probs.isfinite()].tolist()]
        assert len(set(kept)) == len(kept)


@torch.no_grad()
@pytest.mark.parametrize("length_power", [0.0, 0.6])
def test_a_full_beam_finds_what_an_exhaustive_search_finds(length_power):
    likelihood = made(rows=3, eagerness_to_end=-1.0, most_tokens=3)
    words = torch.tensor([word for word in range(WORDS) if word not in (PAD, START, UNKNOWN)])
    every = torch.cartesian_prod(words, words, words)
    ended_before = (every == END).cumsum(1) - (every == END).int() > 0
    every = every.masked_fill(ended_before, PAD).unique(dim=0)
    said = every != PAD
    found = likelihood.hypotheses(len(every), length_power)
    for row, z in enumerate(likelihood.z):
        one = Autoregressive(likelihood.network, z.expand(len(every), 8))
        worth = one.log_prob(every, said) / said.sum(1) ** length_power
        assert_close(found.worth(length_power)[row], worth.sort(descending=True).values, atol=1e-4, rtol=1e-4)


def test_what_is_given_is_not_moved():
    """A row with its own condition has its own sequence, whatever the beams of its neighbours do."""
    torch.manual_seed(3)
    conditions = torch.randn(12, 8)
    likelihood = made(rows=12, eagerness_to_end=0.5, most_tokens=10)
    likelihood.condition = (conditions,)
    together = likelihood.hypotheses(4).tokens[:, 0]
    for row in range(12):
        alone = Autoregressive(likelihood.network, likelihood.z[row : row + 1], (conditions[row : row + 1],), 10)
        one = alone.hypotheses(4).tokens[0, 0]
        assert torch.equal(together[row, : len(one)], one)
