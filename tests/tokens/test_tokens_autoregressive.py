"""The likelihood of a sequence: scored at once as it is decoded step by step, with no look ahead."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.tokens.autoregressive import Autoregressive
from vaeworks.tokens.vocabulary import END, PAD, START, UNKNOWN

WORDS = 9


class Toy(nn.Module):
    """A recurrent network that reads z as its first state, and sees the condition, a pair, at every step."""

    def __init__(self, eagerness_to_end=0.0):
        super().__init__()
        torch.manual_seed(0)
        self.words, self.rnn, self.out = nn.Embedding(WORDS, 8), nn.RNN(8, 8, batch_first=True), nn.Linear(8, WORDS)
        with torch.no_grad():
            self.out.weight.mul_(4)
            self.out.bias[END] += eagerness_to_end

    def begin(self, z, condition):
        return (z,), () if condition is None else condition

    def advance(self, tokens, state, given):
        words = self.words(tokens)
        for part in given:
            words = words + part[:, None]
        features, last = self.rnn(words, state[0][None])
        return features, (last[0],)

    def log_probs(self, features):
        return self.out(features).log_softmax(-1)

    def score(self, features, targets):
        return self.log_probs(features).gather(1, targets[:, None])[:, 0]


def made(rows=5, eagerness_to_end=0.0, **settings):
    network = Toy(eagerness_to_end)
    torch.manual_seed(1)
    return Autoregressive(network, torch.randn(rows, 8), **settings)


def sentences(rows=5, length=6):
    torch.manual_seed(2)
    return torch.randint(4, WORDS, (rows, length))


@torch.no_grad()
def test_scoring_at_once_is_decoding_step_by_step():
    likelihood, target = made(), sentences()
    (state, given), total = likelihood.network.begin(likelihood.z, None), torch.zeros(5)
    before = torch.full((5, 1), START)
    for step in range(6):
        features, state = likelihood.network.advance(before, state, given)
        before = target[:, step : step + 1]
        total += likelihood.network.log_probs(features[:, 0]).gather(1, before)[:, 0]
    assert_close(likelihood.log_prob(target), total, atol=1e-5, rtol=0)


@torch.no_grad()
def test_all_sequences_of_one_length_have_a_probability_of_one_together():
    every = torch.cartesian_prod(*[torch.arange(WORDS)] * 3)
    likelihood = made(rows=1)
    likelihood.z = likelihood.z.expand(len(every), 8)
    assert_close(likelihood.log_prob(every).exp().sum(), torch.tensor(1.0), atol=1e-4, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("changed", range(6))
def test_a_later_token_leaves_the_scores_of_earlier_ones(changed):
    likelihood, target = made(), sentences()
    other = target.clone()
    other[:, changed] = 4 + (target[:, changed] - 3) % (WORDS - 4)
    before, after = likelihood.log_prob_per_token(target), likelihood.log_prob_per_token(other)
    assert_close(before[:, :changed], after[:, :changed], rtol=0, atol=0)
    assert (before[:, changed] != after[:, changed]).all()


@torch.no_grad()
@pytest.mark.parametrize("padding", [1, 7])
def test_padding_counts_nothing_however_long(padding):
    likelihood, target = made(), sentences()
    longer = nn.functional.pad(target, (0, padding), value=PAD)
    assert_close(likelihood.log_prob(longer, longer != PAD), likelihood.log_prob(target), atol=1e-5, rtol=0)


@torch.no_grad()
def test_what_stands_in_an_unobserved_position_is_neither_scored_nor_fed_back():
    likelihood, target = made(), sentences()
    observed = torch.ones_like(target, dtype=torch.bool)
    observed[:, 2] = False
    other = target.clone()
    other[:, 2] = 4 + (target[:, 2] - 3) % (WORDS - 4)
    assert_close(likelihood.log_prob(other, observed), likelihood.log_prob(target, observed), rtol=0, atol=0)
    assert not likelihood.log_prob_per_token(target, observed)[:, 2].any()


@torch.no_grad()
def test_scores_of_a_batch_are_those_of_its_rows():
    likelihood, target = made(), sentences()
    alone = [
        Autoregressive(likelihood.network, z[None]).log_prob(row[None])
        for z, row in zip(likelihood.z, target, strict=True)
    ]
    assert_close(likelihood.log_prob(target), torch.cat(alone), atol=1e-5, rtol=0)


@torch.no_grad()
def test_guesses_are_the_most_probable_words_after_the_true_ones():
    likelihood, target = made(), sentences()
    observed = torch.ones_like(target, dtype=torch.bool)
    observed[0, 4:] = False
    guesses = likelihood.guesses(target, observed)
    scores = torch.stack([likelihood.log_prob_per_token(with_word(target, word), observed) for word in range(WORDS)])
    assert len(guesses) == 28
    assert guesses[0] == scores[:, 0, 0].argmax()


def with_word(target, word):
    """The target with another first word, whose score nothing before it can change."""
    changed = target.clone()
    changed[:, 0] = word
    return changed


def speech(likelihood, how):
    torch.manual_seed(3)
    return {"mode": likelihood.mode, "greedy": lambda: likelihood.sample(0.0), "sample": likelihood.sample}[how]()


every_way = pytest.mark.parametrize("how", ["mode", "greedy", "sample"])


@every_way
def test_padding_start_and_unknown_are_never_said(how):
    likelihood = made(rows=40, most_tokens=30)
    with torch.no_grad():
        likelihood.network.out.bias[[PAD, START, UNKNOWN]] += 6
    for row in speech(likelihood, how).tolist():
        said = row[: row.index(END)] if END in row else row
        assert not {PAD, START, UNKNOWN} & set(said)


@every_way
def test_only_padding_follows_the_end_mark(how):
    tokens = speech(made(rows=40, eagerness_to_end=2.0, most_tokens=30), how).tolist()
    ended = [row for row in tokens if END in row]
    assert len(ended) > 20
    assert len({row.index(END) for row in ended}) > 1
    assert all(set(row[row.index(END) + 1 :]) <= {PAD} for row in ended)


@every_way
def test_nothing_longer_than_the_longest_is_said(how):
    assert speech(made(eagerness_to_end=-100.0, most_tokens=7), how).shape == (5, 7)


@torch.no_grad()
def test_a_beam_finds_what_is_seldom_less_probable_a_token_than_greedy_words():
    likelihood = made(rows=100, eagerness_to_end=1.0, most_tokens=20)

    def per_token(tokens):
        said = tokens != PAD
        return likelihood.log_prob(tokens, said) / said.sum(1)

    better = per_token(likelihood.mode(beams=5)) - per_token(likelihood.sample(0.0))
    assert (better > -1e-5).float().mean() > 0.9
    assert (better > 1e-3).any()


@torch.no_grad()
def test_a_beam_that_holds_every_sequence_finds_the_best_a_token():
    likelihood = made(rows=8, eagerness_to_end=-1.0, most_tokens=4)
    speakable = [word for word in range(WORDS) if word not in (PAD, START, UNKNOWN)]
    every = torch.cartesian_prod(*[torch.tensor(speakable)] * 4)
    ended_before = (every == END).cumsum(1) - (every == END).int() > 0
    every = every.masked_fill(ended_before, PAD).unique(dim=0)
    said = every != PAD
    for z, found in zip(likelihood.z, likelihood.mode(beams=300), strict=True):
        one = Autoregressive(likelihood.network, z.expand(len(every), 8))
        assert torch.equal(found, every[(one.log_prob(every, said) / said.sum(1)).argmax()])


def test_one_beam_is_greedy():
    likelihood = made(rows=30, eagerness_to_end=1.0, most_tokens=20)
    assert likelihood.mode(beams=1).tolist() == likelihood.sample(0.0).tolist()


def test_the_beam_of_a_row_does_not_depend_on_the_others():
    likelihood = made(rows=12, eagerness_to_end=1.0, most_tokens=20)
    alone = [Autoregressive(likelihood.network, z[None], most_tokens=20).mode()[0].tolist() for z in likelihood.z]
    together = likelihood.mode().tolist()
    assert all(row[: len(one)] == one and not any(row[len(one) :]) for row, one in zip(together, alone, strict=True))


@torch.no_grad()
def test_draws_at_temperature_one_have_the_probabilities_of_the_model():
    torch.manual_seed(0)
    likelihood = made(rows=1, most_tokens=1)
    likelihood.z = likelihood.z.expand(20_000, 8)
    shares = torch.bincount(likelihood.sample()[:, 0], minlength=WORDS) / 20_000
    features, _ = likelihood.network.advance(torch.full((1, 1), START), (likelihood.z[:1],), ())
    exact = likelihood.network.log_probs(features[:, 0])[0].exp()
    exact[[PAD, UNKNOWN, START]] = 0
    assert_close(shares, exact / exact.sum(), atol=0.02, rtol=0)


def test_a_low_temperature_is_nearly_greedy():
    likelihood = made(rows=30, most_tokens=10)
    assert likelihood.sample(1e-4).tolist() == likelihood.sample(0.0).tolist()


@torch.no_grad()
def test_the_condition_reaches_scores_and_beams_of_each_row():
    likelihood, condition = made(rows=6), (torch.randn(6, 8), torch.randn(6, 8))
    together = Autoregressive(likelihood.network, likelihood.z, condition)
    alone = [
        Autoregressive(
            likelihood.network, likelihood.z[row : row + 1], tuple(part[row : row + 1] for part in condition)
        )
        for row in range(6)
    ]
    assert_close(
        together.log_prob(sentences(6)), torch.cat([one.log_prob(sentences(6)[[row]]) for row, one in enumerate(alone)])
    )
    for row, one in zip(together.mode().tolist(), alone, strict=True):
        [own] = one.mode().tolist()
        assert row[: len(own)] == own
    assert together.mode().tolist() != Autoregressive(likelihood.network, likelihood.z).mode().tolist()
