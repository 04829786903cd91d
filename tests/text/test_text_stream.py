"""Raw texts, a chunk at a time: in order, again and again, and checked."""

import math

import numpy as np
import pandas as pd
import pytest

from vaeworks.errors import VaeworksError
from vaeworks.text import stream
from vaeworks.text.stream import Survey, Texts
from vaeworks.tokens.writing import Forms

from .sources import Records, all_rows, sentences


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Chunks of a few rows, so that a few rows fill several."""
    monkeypatch.setattr(stream, "ROWS_A_CHUNK", 8)


@pytest.mark.parametrize(
    "kind", [list, tuple, np.array, lambda texts: pd.Series(texts, index=range(len(texts), 0, -1)), Records]
)
def test_any_sequence_of_texts_is_read_in_order_and_again(kind):
    stream = Texts(kind(sentences(20)))
    assert all_rows(stream) == all_rows(stream) == sentences(20)


def test_sources_in_a_tuple_are_read_one_after_the_other():
    stream = Texts((Records(sentences(6)), Texts(["between"]), Records(sentences(3))))
    assert all_rows(stream) == [*sentences(6), "between", *sentences(3)]


def test_labels_of_records_come_with_their_texts():
    labels = [row % 2 for row in range(20)]
    assert list(Texts(Records(sentences(20), labels)).labels()) == labels
    assert list(Texts(Records(sentences(20))).labels()) == [None] * 20


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_the_share_that_is_held_out_is_the_one_asked_for(share):
    count = 10_000 - len(all_rows(Texts(["text"] * 10_000, held_out=share)))
    assert count == pytest.approx(10_000 * share, rel=0.05)


def test_a_survey_gives_what_is_trained_on_and_notes_the_labels_of_all():
    survey = Survey(Texts(sentences(40), list(range(40))), 0.3, forms := Forms())
    assert [text for texts in survey for text in texts] == all_rows(Texts(sentences(40), held_out=0.3))
    assert list(survey.labels) == list(range(40))
    assert forms.counts.total() > 0


def test_a_stream_is_read_a_chunk_at_a_time():
    source = Records(sentences(60))
    next(iter(Texts(source)))
    assert source.read == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (None, "text 9 is None"),
        (math.nan, "text 9 is nan"),
        (3, "text 9 is 3"),
        ("", "text 9 is empty"),
        (" \n", "text 9 is empty"),
        ("half a \ud83d smile", r"text 9 holds '\\ud83d', half of a character"),
    ],
)
def test_what_is_no_text_is_refused_and_its_row_named(bad, said):
    with pytest.raises(VaeworksError, match=said):
        all_rows(Texts([*sentences(9), bad]))


def test_one_string_in_the_place_of_a_list_is_refused():
    with pytest.raises(VaeworksError, match="not one string"):
        Texts("a film")


def test_labels_of_another_number_are_refused():
    with pytest.raises(VaeworksError, match="3 texts but 2 labels"):
        Texts(sentences(3), [0, 1])
