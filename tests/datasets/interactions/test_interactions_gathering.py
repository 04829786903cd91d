"""From rows to histories: what is wrong is refused in one sentence, what is left out is said."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from vaeworks.datasets import load_interactions
from vaeworks.datasets.interactions.gathering import gathered
from vaeworks.errors import VaeworksError


def of(found):
    return {user: [found.items.ids[item] for item in found.of(row)] for row, user in enumerate(found.users)}


def test_histories_are_in_the_order_of_time():
    found = gathered(["a", "b", "a", "a"], [1, 1, 3, 2], times=[5, 1, 3, 9])
    assert of(found) == {"a": [3, 1, 2], "b": [1]}


def test_times_may_be_words():
    found = gathered(["a", "a"], [1, 2], times=["2024-03-01", "2023-12-31"])
    assert of(found) == {"a": [2, 1]}


def test_ratings_under_the_threshold_are_left_out_and_that_is_said(caplog):
    found = gathered([1, 1, 2], [1, 2, 1], ratings=[5, 3, 4], keep=4)
    assert of(found) == {1: [1], 2: [1]}
    assert "kept 2 of 3 interactions: ratings of at least 4" in caplog.text
    assert found.kept == "2 of 3 interactions, ratings of at least 4"


def test_counts_above_0_are_kept():
    assert of(gathered([1, 1, 2], [1, 2, 1], ratings=[7, 0, 1])) == {1: [1], 2: [1]}


def test_rows_that_repeat_count_once_and_that_is_said(caplog):
    assert of(gathered([1, 1, 1], [4, 4, 5])) == {1: [4, 5]}
    assert "1 rows repeat a user's item" in caplog.text


def test_whole_numbers_that_came_as_reals_are_integers():
    assert of(gathered([1.0, 2.0], np.array([3.0, 4.0]))) == {1: [3], 2: [4]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"users": [], "items": []}, "no interactions"),
        ({"users": [1, None], "items": [1, 2]}, "a user id is missing"),
        ({"users": ["a", None], "items": [1, 2]}, "a user id is missing"),
        ({"users": [1, 2], "items": ["x", ""]}, "an? item id is missing"),
        ({"users": [1, 2], "items": [1.5, 2]}, "is no whole number"),
        ({"users": [1], "items": [1], "ratings": [-1.0]}, "a rating is negative"),
        ({"users": [1], "items": [1], "ratings": [np.nan]}, r"1 ratings are missing \(NaN\)"),
        ({"users": [1], "items": [1], "ratings": ["good"]}, "a rating is no number"),
        ({"users": [1], "items": [1], "ratings": [3], "keep": 4}, "the highest is 3, .* give a lower --keep"),
        ({"users": [1], "items": [1], "keep": 4}, "keep needs ratings"),
        ({"users": [1], "items": [1], "times": [None]}, "a time is missing"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, message):
    with pytest.raises(VaeworksError, match=message):
        gathered(**arguments)


@pytest.fixture
def files(tmp_path):
    """Forty users' likes with odd names of columns, and what is known of three items."""
    rows = [(user, item, 1 + (user + item) % 5) for user in range(40) for item in range(3)]
    table = pa.table(dict(zip(("who", "what", "stars"), zip(*rows, strict=True), strict=True)))
    pa.csv.write_csv(table, tmp_path / "likes.csv")
    known = pa.table({"what": [2, 0, 9], "title": ["Two", "Zero", "Nine"], "genre": ["a", "b", "c"]})
    pa.csv.write_csv(known, tmp_path / "items.csv")
    return tmp_path


def test_columns_and_items_of_a_file_may_be_named(files):
    found = load_interactions(
        files / "likes.csv", user="who", item="what", rating="stars", keep=2, items=files / "items.csv"
    )
    whole = found.training().whole
    assert whole.items.columns == {"title": ["Zero", None, "Two"], "genre": ["b", None, "a"]}
    assert len(whole) == 40
    assert len(whole.members) == 40 * 3 * 4 / 5


def test_users_are_dealt_to_three_parts_that_share_none(files):
    found = load_interactions(files / "likes.csv", user="who", item="what")
    users = [user for part in found.splits.values() for user in part.users]
    assert list(found.splits) == ["train", "validation", "test"]
    assert sorted(users) == list(range(40))


def test_a_missing_column_is_named_with_its_option(files):
    with pytest.raises(VaeworksError, match=r"has no column 'user'. Its columns are: who, what, stars. .* with --user"):
        load_interactions(files / "likes.csv")


def test_items_of_a_named_set_cannot_be_replaced(files):
    with pytest.raises(VaeworksError, match="ml-100k knows its own columns and items"):
        load_interactions("ml-100k", items=files / "items.csv")
