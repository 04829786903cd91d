"""Raw texts to batches: every row once, in an order that a seed decides, in memory that does not grow."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.errors import VaeworksError
from vaeworks.labels import Classes
from vaeworks.text import data as module
from vaeworks.text import stream as streams
from vaeworks.text.data import Encoding, TextData, TextReader, Window
from vaeworks.text.stream import Texts
from vaeworks.tokens.vocabulary import END, PAD, UNKNOWN, Vocabulary

from .sources import Records, all_rows, sentences


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Chunks and pools of a few rows, so that a few rows fill several."""
    monkeypatch.setattr(module, "ROWS_A_CHUNK", 8)
    monkeypatch.setattr(streams, "ROWS_A_CHUNK", 8)
    monkeypatch.setattr(module, "CHUNKS_A_POOL", 3)


def data_of(stream, vocabulary, classes, window, batch_size):
    encoding = Encoding(vocabulary, classes, window)
    for texts, labels in stream:
        encoding.take(texts, labels)
    return TextData(encoding, batch_size)


def encoded(rows=50, batch_size=4, labels=None, window=None):
    vocabulary = Vocabulary.learn([sentences(rows)], 2000, min_count=1)
    texts = Texts(sentences(rows), labels)
    classes = None if labels is None else Classes.learn(texts.labels())
    return data_of(texts, vocabulary, classes, window or Window(10), batch_size), vocabulary


def rows_read(data, vocabulary, seed):
    """The number of each text, in the order of the batches."""
    ids = [row for batch in data.epoch(seed) for row in batch.input[:, 0].tolist()]
    return [int(vocabulary.words[index].removeprefix("word")) for index in ids]


# What is learned before any training


class Plain:
    """Parameters of a text model in the place of the model."""

    levels = 1
    tokens, vocabulary_size, min_count, lower, missing_label = "words", 2000, 1, True, "auto"
    max_tokens, tail_tokens, decoder_words, batch_size, pseudo_labels, distillation = 10, 0, None, 4, False, 0.0


def parts(texts, labels, share):
    """The rows to train on and those held out, as they come in order, with their labels."""
    reader, *both = TextReader.learn(texts, labels, Plain, share)
    read = []
    for data in both:
        batches = [] if data is None else list(data.epoch(None))
        ids = [row for batch in batches for row in batch.target[:, 0].tolist()]
        known = [label for batch in batches for label in batch.labels["label"].tolist()]
        read.append((ids, known))
    return reader, *read


@given(st.integers(1, 60), st.floats(0, 0.9))
def test_held_out_rows_and_the_rest_part_the_rows(rows, share):
    rest = all_rows(Texts(sentences(rows), held_out=share))
    if not rest:
        return
    _, (kept, _), (others, _) = parts(sentences(rows), None, share)
    assert len(kept) == len(rest)
    assert len(kept) + len(others) == rows


def test_held_out_rows_keep_their_labels_and_their_words_are_not_learned():
    labels = [f"class{row % 3}" for row in range(40)]
    reader, (kept, known), (others, held_out) = parts(sentences(40), labels, 0.3)
    numbers = [int(reader.vocabulary.words[index].removeprefix("word")) for index in kept]
    assert known == [number % 3 for number in numbers]
    assert set(others) == {UNKNOWN}
    assert held_out == [row % 3 for row in range(40) if row not in numbers]


def test_a_class_that_is_only_held_out_is_a_class():
    texts = sentences(40)
    [first] = [row for row in range(40) if texts[row] not in all_rows(Texts(texts, held_out=0.3))][:1]
    labels = ["rare" if row == first else "usual" for row in range(40)]
    assert parts(texts, labels, 0.3)[0].classes.names == ["rare", "usual"]


class Counted(Records):
    """Records that count how often they are opened."""

    opened = 0

    def chunks(self, size):
        self.opened += 1
        yield from super().chunks(size)


@pytest.mark.parametrize(("tokens", "times"), [("words", 2), ("subwords", 3)])
def test_a_fit_opens_its_texts_once_to_learn_and_once_to_encode(tokens, times):
    source = Counted(sentences(40), [row % 2 for row in range(40)])
    TextReader.learn(source, None, type("Parameters", (Plain,), {"tokens": tokens}), 0.3)
    assert source.opened == times


@pytest.mark.parametrize("nothing", [[], (), np.array([], dtype=str)])
def test_no_texts_are_refused(nothing):
    vocabulary = Vocabulary.learn([["a"]], 10, min_count=1)
    with pytest.raises(VaeworksError, match="there are no texts"):
        data_of(Texts(nothing), vocabulary, None, Window(5), 2)


# The batches


@pytest.mark.parametrize("seed", [None, 0, 7])
@pytest.mark.parametrize("rows", [1, 8, 50])
def test_every_row_comes_once_an_epoch(rows, seed):
    assert sorted(rows_read(*encoded(rows), seed)) == list(range(rows))


@pytest.mark.parametrize("batch_size", [1, 4, 7, 1000])
@pytest.mark.parametrize("rows", [1, 8, 24, 25, 50])
def test_a_shuffled_epoch_has_as_many_batches_as_the_data_are_long(rows, batch_size):
    data, _ = encoded(rows, batch_size)
    assert len(list(data.epoch(0))) == len(data)


def test_a_seed_decides_the_order():
    data = encoded()
    assert rows_read(*data, 3) == rows_read(*data, 3)
    assert rows_read(*data, 3) != rows_read(*data, 4)


def test_without_a_seed_the_order_is_that_of_the_rows():
    assert rows_read(*encoded(), None) == list(range(50))


def test_rows_of_one_pool_are_mixed_with_those_of_others():
    first = rows_read(*encoded(), 3)[:24]
    assert max(first) - min(first) > 24


def test_texts_in_a_shuffled_batch_are_of_about_one_length():
    data, _ = encoded(24)
    spread = [(batch.input != PAD).sum(1) for batch in data.epoch(0)]
    assert max(int(lengths.max() - lengths.min()) for lengths in spread) <= 1


def test_labels_stay_with_their_rows_when_they_are_shuffled():
    data, vocabulary = encoded(labels=[row if row % 3 else None for row in range(50)])
    names = [row for row in range(50) if row % 3]
    for batch in data.epoch(5):
        for first, label in zip(batch.input[:, 0].tolist(), batch.labels["label"].tolist(), strict=True):
            row = int(vocabulary.words[first].removeprefix("word"))
            assert label == (names.index(row) if row % 3 else -1)


def test_labels_are_there_though_none_is_known():
    data, _ = encoded()
    assert all((batch.labels["label"] == -1).all() for batch in data.epoch(None))


def test_the_target_is_the_input_and_an_end_mark_and_only_padding_is_unobserved():
    batch = next(encoded()[0].epoch(None))
    lengths = (batch.input != PAD).sum(1)
    assert batch.target.shape[1] == batch.input.shape[1] + 1
    assert torch.equal(batch.observed, torch.arange(batch.target.shape[1]) <= lengths[:, None])
    assert torch.equal(batch.target.gather(1, lengths[:, None])[:, 0], torch.full((4,), END))
    assert torch.equal(batch.target[:, :-1].masked_fill(batch.target[:, :-1] == END, PAD), batch.input)


def test_texts_on_disk_give_the_batches_of_texts_in_memory(monkeypatch):
    in_memory, _ = encoded(labels=[row % 2 for row in range(50)])
    monkeypatch.setattr(module, "BYTES_IN_MEMORY", 100)
    on_disk, _ = encoded(labels=[row % 2 for row in range(50)])
    assert on_disk.encoding.file._rolled
    assert not in_memory.encoding.file._rolled
    for one, other in zip(in_memory.epoch(1), on_disk.epoch(1), strict=True):
        assert torch.equal(one.input, other.input)
        assert torch.equal(one.labels["label"], other.labels["label"])


@pytest.mark.parametrize(("seed", "most"), [(None, 1), (0, 3)])
def test_an_epoch_holds_one_pool_at_a_time(monkeypatch, seed, most):
    data, _ = encoded(100)
    read, held = data._read, []
    monkeypatch.setattr(data, "_read", lambda chunks: held.append(len(chunks)) or read(chunks))
    batches = data.epoch(seed)
    next(batches)
    assert held == [most]
    list(batches)
    assert max(held) == most
    assert sum(held) == math.ceil(100 / 8)


# What of a text is read and scored


@pytest.mark.slow
def test_a_text_of_a_million_words_is_cut():
    _, vocabulary = encoded()
    long = data_of(Texts(["long " * 1_000_000]), vocabulary, None, Window(10), 4)
    assert next(long.epoch(None)).input.shape == (1, 10)


@given(st.integers(1, 12), st.integers(0, 12), st.integers(1, 40))
def test_a_window_reads_the_head_and_the_tail_and_scores_the_head(head, tail, length):
    window, ids = Window(head, tail), list(range(100, 100 + length))
    kept = np.array(window.cut(ids))
    read = window.read(kept).tolist()
    assert len(read) == min(length, head + tail)
    assert read[:head] == ids[:head]
    assert read[head:] == (ids[head:] if length <= head + tail else ids[length - tail :])
    assert window.scored(kept).tolist() == ([*ids, END] if length <= head else ids[:head])


def test_words_that_the_decoder_does_not_know_are_read_and_scored_as_unknown():
    batch = next(encoded(window=Window(10, words=5))[0].epoch(None))
    assert batch.input.max() >= 5
    assert batch.target.max() < 5
    assert (batch.target[:, 0] == UNKNOWN).all()


def test_a_target_is_as_long_as_the_head_though_more_is_read():
    texts = Texts(["a b c d e f g h"])
    vocabulary = Vocabulary.learn([["a b c d e f g h"]], 20, min_count=1)
    batch = next(data_of(texts, vocabulary, None, Window(2, 3), 1).epoch(None))
    assert [vocabulary.words[index] for index in batch.input[0]] == ["a", "b", "f", "g", "h"]
    assert [vocabulary.words[index] for index in batch.target[0]] == ["a", "b"]
