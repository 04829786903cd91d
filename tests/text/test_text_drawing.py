"""Texts of two levels drawn sentence by sentence, of candidates whose words are the most certain."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.choosing import from_prior, given_top
from vaeworks.text.drawing import drawn_in_turn, most_certain
from vaeworks.tokens.vocabulary import PAD

from .test_text_sentences import PLAIN, WORDS, reviews, tiny

TEXTS = 400


@pytest.fixture(scope="module")
def learned():
    model = tiny(epochs=12).fit(*reviews())
    model.model_.eval()
    return model


def tokens_of(model, candidates, temperature=0.8):
    torch.manual_seed(0)
    return drawn_in_turn(model.model_, torch.randn(TEXTS, 4), temperature, candidates)


def test_of_sentences_drawn_from_codes_the_one_that_is_surest_of_its_different_words_is_taken(learned):
    words = learned.model_.decoder.writer(torch.randn(12, 4 + learned.model_.blocks[0].network.size))
    with torch.no_grad():
        torch.manual_seed(1)
        drawn = words.sample(1.0)
        torch.manual_seed(1)
        tokens, best = most_certain(words, 1.0, 3)
        scores = words.log_prob_per_token(drawn, drawn != PAD)
    there = [(each[row != PAD], set(row.tolist()) - {PAD}) for each, row in zip(scores, drawn, strict=True)]
    means = torch.stack([nats.sum() / len(tokens) for nats, tokens in there]).reshape(3, 4)
    assert best.tolist() == [int(means[:, row].argmax()) * 4 + row for row in range(4)]
    assert_close(tokens, drawn[best])


def test_one_candidate_draws_as_the_model_does(learned):
    """Texts end where those do that the model draws of all levels at once."""
    torch.manual_seed(0)
    rows = torch.randn(TEXTS, 4)
    with torch.no_grad():
        _, state, condition = learned.model_.descend(Batch(None), given_top(rows, from_prior), TEXTS)
        plain = learned.model_.decoder(state, condition).sample(0.8)
    mine = tokens_of(learned, 1)
    counts = [(each != PAD).any(-1).sum(1).double() for each in (plain, mine)]
    error = (sum(count.var() for count in counts) / TEXTS) ** 0.5
    assert abs(counts[0].mean() - counts[1].mean()) < 5 * error + 0.01
    words = [(each != PAD).sum((1, 2)).double() for each in (plain, mine)]
    assert abs(words[0].mean() - words[1].mean()) < 5 * (sum(count.var() for count in words) / TEXTS) ** 0.5 + 0.01


def test_a_text_goes_on_without_gaps_and_ends(learned):
    there = (tokens_of(learned, 2) != PAD).any(-1)
    assert there[:, 0].all()
    assert (there.long().diff(dim=1) <= 0).all()


def test_more_candidates_give_more_sentences_as_they_were_read(learned):
    known = {f"{words.lower()} ." for words in (*PLAIN, *WORDS["good"], *WORDS["bad"])}

    def share(candidates):
        rows = [row for text in tokens_of(learned, candidates).tolist() for row in text if any(row)]
        return np.mean([learned.reader_.vocabulary.decode(row) in known for row in rows])

    assert share(8) > share(1) + 0.02


def test_the_seed_alone_says_what_is_drawn(learned):
    drawn = learned.sample(4, random_state=3)
    assert drawn == learned.sample(4, random_state=3)
    assert drawn != learned.sample(4, random_state=4)
    assert learned.sample(3, "good", candidates=2) == learned.sample(3, "good", candidates=2)
