"""The networks of texts: an exact likelihood, and a score for each word."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.text.networks import RecurrentDecoder
from vaeworks.tokens.vocabulary import START


def decoder(words=40):
    torch.manual_seed(0)
    return RecurrentDecoder(words, 3, 8, 12, dropout=0.3, word_dropout=0.2, most_tokens=10).eval()


def tokens(rows=4, length=7, words=40):
    torch.manual_seed(1)
    return torch.randint(4, words, (rows, length))


@torch.no_grad()
@pytest.mark.parametrize("words", [5, 40, 501, 502, 2500])
def test_the_adaptive_softmax_is_a_distribution_over_all_words(words):
    log_probs = decoder(words).log_probs(torch.randn(6, 12))
    assert log_probs.shape == (6, words)
    assert_close(log_probs.exp().sum(1), torch.ones(6))


@torch.no_grad()
@pytest.mark.parametrize("words", [40, 2500])
def test_the_score_of_a_word_is_its_log_probability(words):
    features, targets = torch.randn(words, 12), torch.randperm(words)
    exact = decoder(words).log_probs(features).gather(1, targets[:, None])[:, 0]
    assert_close(decoder(words).score(features, targets), exact, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_scoring_a_text_at_once_is_decoding_it_step_by_step():
    network, z, target = decoder(), torch.randn(4, 3), tokens()
    (state, given), before, total = network.begin(z), torch.full((4, 1), START), torch.zeros(4)
    for step in range(target.shape[1]):
        features, state = network.advance(before, state, given)
        before = target[:, step : step + 1]
        total += network.log_probs(features[:, 0]).gather(1, before)[:, 0]
    assert_close(network(z).log_prob(target), total, atol=1e-4, rtol=0)


@torch.no_grad()
def test_a_later_word_leaves_the_scores_of_earlier_ones():
    network, z, target = decoder(), torch.randn(4, 3), tokens()
    other = torch.cat([target[:, :4], target[:, 4:].flip(1)], dim=1)
    assert_close(
        network(z).log_prob_per_token(target)[:, :4], network(z).log_prob_per_token(other)[:, :4], rtol=0, atol=0
    )


@torch.no_grad()
def test_z_reaches_the_score_of_every_word():
    network, target = decoder(), tokens()
    scores = [network(torch.full((4, 3), value)).log_prob_per_token(target) for value in (0.0, 1.0)]
    assert ((scores[0] - scores[1]).abs() > 1e-6).all()


def test_the_softmax_scores_in_float32_under_mixed_precision():
    decoder = RecurrentDecoder(60, 2, 4, 8, 0.0, 0.0, 9)
    features, targets = torch.randn(5, 8), torch.arange(5)
    exact = decoder.score(features.bfloat16().float(), targets)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = decoder.score(features.bfloat16(), targets)
        assert decoder.log_probs(features.bfloat16()).dtype == torch.float32
    torch.testing.assert_close(mixed, exact)
