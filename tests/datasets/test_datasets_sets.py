"""The one face of texts, pictures and tables: which rows are fitted, which judge, and how they are taken."""

import numpy as np
import pyarrow as pa
import pytest

from vaeworks.datasets import DataSet, Pictures, Rows, Table
from vaeworks.datasets.tables.tables import only, without
from vaeworks.errors import MissingColumnError, VaeworksError
from vaeworks.text.data import Texts

LETTERS = [chr(ord("a") + number % 26) for number in range(10_000)]


def texts(numbers, labels=True):
    def read():
        for some in np.array_split(np.array(numbers, int), 3):
            columns = {"text": pa.array([str(number) for number in some], pa.string())}
            yield pa.record_batch({**columns, "label": pa.array([LETTERS[n] for n in some])} if labels else columns)

    return Rows(read, len(numbers), labels)


def pictures(numbers, labels=True):
    images = np.array(numbers, np.uint8).reshape(-1, 1, 1, 1) * np.ones((1, 2, 2, 1), np.uint8)
    return Pictures(images, [LETTERS[number] for number in numbers] if labels else None)


def table(numbers, labels=True):
    return Table(pa.table({"number": list(numbers)}), [LETTERS[number] for number in numbers] if labels else None)


def content(part):
    """The numbers and the labels of its rows."""
    if isinstance(part, Rows):
        records = [record for chunk in part.X.chunks() for record in chunk.to_pylist()]
        return [int(record["text"]) for record in records], [record.get("label") for record in records]
    numbers = part.X[:, 0, 0, 0].tolist() if isinstance(part, Pictures) else part.X["number"].to_pylist()
    return numbers, part.y or [None] * len(part)


every_kind = pytest.mark.parametrize("make", [texts, pictures, table])


@every_kind
@pytest.mark.parametrize("labels", [True, False])
def test_a_part_says_what_fit_takes_and_whether_it_has_labels(make, labels):
    part = make(range(7), labels)
    assert (len(part), part.labelled) == (7, labels)
    assert content(part) == (list(range(7)), LETTERS[:7] if labels else [None] * 7)


@every_kind
def test_the_head_is_the_first_rows(make):
    part = make(range(7))
    assert content(part.head(3)) == ([0, 1, 2], ["a", "b", "c"])
    assert content(part.head(0)) == ([], [])
    assert len(part.head(3)) == 3
    assert len(part.head(9)) == 7
    assert part.head(None) is part
    with pytest.raises(VaeworksError, match="no first -1 rows: the limit is 0 or more"):
        part.head(-1)


def kept_back(count, share):
    """The rows below `count` that Knuth's multiplicative hash puts below the share."""
    return [row for row in range(count) if (row + 1) * 2654435761 % 2**32 < share * 2**32]


@every_kind
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_held_out_rows_are_those_of_the_hash(make, share):
    part = make(range(200)).held_out(share)
    rows = kept_back(200, share)
    assert content(part) == (rows, [LETTERS[row] for row in rows])
    assert len(part) == len(rows)
    assert content(part.head(4)) == (rows[:4], [LETTERS[row] for row in rows[:4]])


def test_held_out_rows_of_a_long_stream_are_counted_over_all_its_chunks():
    part = texts(range(10_000)).held_out(0.03)
    assert content(part)[0] == kept_back(10_000, 0.03)
    assert len(part) == len(kept_back(10_000, 0.03))


@every_kind
def test_a_part_is_followed_by_another_whose_labels_may_be_missing(make):
    both = make(range(3)).followed_by(make(range(3, 5), labels=False))
    assert content(both) == ([0, 1, 2, 3, 4], ["a", "b", "c", None, None])
    assert (len(both), both.labelled) == (5, True)
    later = make(range(2), labels=False).followed_by(make(range(2, 3)))
    assert content(later) == ([0, 1, 2], [None, None, "c"])
    assert not make(range(2), labels=False).followed_by(make(range(2), labels=False)).labelled


def test_streams_with_and_without_labels_share_a_chunk():
    both = texts(range(3)).followed_by(texts(range(3, 9), labels=False))
    assert [chunk.num_rows for chunk in both.chunks(5)] == [5, 4]


def splits_of(**sizes):
    return DataSet("films", {split: table(range(size)) for split, size in sizes.items()}, "letter")


def test_train_or_all_is_fitted():
    assert len(splits_of(test=2, train=5, validation=3).training()) == 5
    assert len(splits_of(all=7).training()) == 7
    with pytest.raises(VaeworksError, match=r"^films has no training part: its parts are test, unlabelled$"):
        splits_of(test=2, unlabelled=9).training()


def test_rows_without_labels_are_fitted_where_they_are_wanted(caplog):
    found = DataSet("films", {"train": texts(range(3)), "unlabelled": texts(range(3, 5), labels=False)}, "letter")
    assert content(found.training()) == ([0, 1, 2], ["a", "b", "c"])
    assert content(found.training(unlabelled=None)) == ([0, 1, 2, 3, 4], ["a", "b", "c", None, None])
    assert len(splits_of(train=3).training(unlabelled=None)) == 3
    assert content(found.training(unlabelled=2)) == content(found.training(unlabelled=None))
    assert not caplog.messages
    assert content(found.training(unlabelled=1)) == ([0, 1, 2, 3], ["a", "b", "c", None])
    assert caplog.messages == ["films: 1 of 2 rows without a label are read"]


@pytest.mark.parametrize(
    ("sizes", "share", "words", "rows"),
    [
        ({"train": 200, "validation": 3, "test": 2}, 0.1, "test", range(2)),
        ({"train": 200, "validation": 3}, 0.1, "validation", range(3)),
        ({"train": 200}, 0.1, "held out", kept_back(200, 0.1)),
        ({"all": 200}, 0.1, "held out", kept_back(200, 0.1)),
        ({"all": 200}, None, "all", range(200)),
        ({"train": 5}, None, "train", range(5)),
        ({"all": 3}, 0.1, "all, since so few rows left none to hold out", range(3)),
        ({"train": 3}, 0.0, "train, since so few rows left none to hold out", range(3)),
    ],
)
def test_what_was_not_seen_judges(sizes, share, words, rows):
    part, said = splits_of(**sizes).unseen(share)
    assert (said, content(part)[0]) == (words, list(rows))


def test_what_judges_is_what_a_fit_to_texts_left_out():
    found = DataSet("films", {"all": texts(range(5000))}, "letter")
    seen = [int(text) for chunk, _ in Texts(found.training().X, held_out=0.3) for text in chunk]
    judged, _ = found.unseen(0.3)
    assert sorted([*seen, *content(judged)[0]]) == list(range(5000))


def test_all_rows_are_the_splits_one_after_another():
    found = DataSet("films", {"train": table([1, 2]), "test": table([3], labels=False), "more": table([4])}, "letter")
    assert content(found.whole()) == ([1, 2, 3, 4], ["b", "c", None, "e"])


def test_tables_whose_columns_have_types_of_their_own_are_one():
    both = Table(pa.table({"x": [1, 2]}), None).followed_by(Table(pa.table({"x": [None, 0.5]}), None))
    assert both.X["x"].to_pylist() == [1, 2, None, 0.5]


def test_every_split_is_changed():
    found = splits_of(train=5, test=3).each(lambda part: part.head(2))
    assert (found.name, found.label_name) == ("films", "letter")
    assert {split: len(part) for split, part in found.splits.items()} == {"train": 2, "test": 2}


def test_columns_are_chosen_in_every_split():
    part = Table(pa.table({"a": [1], "b": [2], "c": [3]}), ["x"])
    found = DataSet("films", {"train": part, "test": part}, "letter")
    assert [each.X.column_names for each in only(found, ["c", "a"]).splits.values()] == [["c", "a"]] * 2
    assert [each.X.column_names for each in without(found, ["c"]).splits.values()] == [["a", "b"]] * 2
    assert only(found, ["a"]).splits["test"].labels == ["x"]
    for choose in (only, without):
        with pytest.raises(MissingColumnError, match=r"^films has no column 'd', 'e'\. Its columns are: a, b, c\. Add"):
            choose(found, ["a", "d", "e"])


def test_of_many_columns_the_first_are_named():
    wide = DataSet("films", {"all": Table(pa.table({f"c{number}": [1] for number in range(99)}), None)}, None)
    with pytest.raises(MissingColumnError) as caught:
        only(wide, ["d"])
    assert "Its columns are: c0, c1, " in str(caught.value)
    assert ", c29 and 69 more. Add or rename it" in str(caught.value)
