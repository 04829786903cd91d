"""Networks that read tokens: nothing depends on padding or on the batch."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.tokens.networks import BidirectionalEncoder, Bigrams, WordDropout, reversal
from vaeworks.tokens.vocabulary import PAD, UNKNOWN


def tokens(rows=4, length=7, words=40):
    torch.manual_seed(1)
    return torch.randint(4, words, (rows, length))


def encoder(bigrams=50):
    torch.manual_seed(0)
    made = BidirectionalEncoder(40, 8, 6, dropout=0.3, word_dropout=0.2, bigrams=bigrams).eval()
    if bigrams:
        torch.nn.init.normal_(made.bigrams.table.weight)
    return made


@torch.no_grad()
@pytest.mark.parametrize("bigrams", [0, 50])
def test_features_of_a_text_do_not_depend_on_its_padding_or_its_batch(bigrams):
    network, rows = encoder(bigrams), tokens()
    mixed = torch.nn.functional.pad(rows, (0, 5), value=PAD)
    mixed[1, 3:] = PAD
    features = network(mixed)
    assert_close(features[0], network(rows[:1])[0], atol=1e-5, rtol=0)
    assert_close(features[1], network(rows[1:2, :3])[0], atol=1e-5, rtol=0)


@torch.no_grad()
def test_features_depend_on_the_order_of_words_in_both_directions():
    network, rows = encoder(), tokens(1)
    difference = (network(rows) - network(rows.flip(1))).abs()
    assert (difference > 1e-6).float().mean() > 0.9


def test_a_row_is_turned_round_within_its_length_and_back():
    present = torch.tensor([[True, True, True, False], [True, False, False, False]])
    turn = reversal(present)
    assert turn.tolist() == [[2, 1, 0, 3], [0, 1, 2, 3]]
    assert_close(turn.gather(1, turn), torch.arange(4).expand(2, 4))


def test_word_dropout_spares_padding_and_all_words_out_of_training():
    rows = torch.nn.functional.pad(tokens(50), (0, 3), value=PAD)
    dropout = WordDropout(0.5)
    read = dropout(rows)
    assert_close(read[:, -3:], rows[:, -3:])
    assert 0.4 < (read[:, :-3] == UNKNOWN).float().mean() < 0.6
    assert dropout.eval()(rows) is rows


@torch.no_grad()
def test_bigrams_say_nothing_before_they_learn_and_then_tell_pairs_apart():
    bigrams = Bigrams(1000, 4).eval()
    assert not bigrams(tokens()).any()
    torch.nn.init.normal_(bigrams.table.weight)
    after_four, after_five = bigrams(torch.tensor([[4, 6]])), bigrams(torch.tensor([[5, 6]]))
    assert not torch.equal(after_four[:, 1], after_five[:, 1])
