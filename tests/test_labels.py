"""Classes and their indices, with labels that may be missing."""

import numpy as np
import pytest

from vaeworks.errors import VaeworksError
from vaeworks.labels import Classes


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["b", "a", "b"], ["a", "b"]),
        ([2, 0, 1], [0, 1, 2]),
        (["a", None, "b", float("nan")], ["a", "b"]),
        ([0.0, 1.0, float("nan")], [0, 1]),
        (np.array([3, 1]), [1, 3]),
        ([True, False], [False, True]),
        ([0, 1, -1], [0, 1]),
        ([0.0, 1.0, -1.0], [0, 1]),
        ([1, -1, 1], [-1, 1]),
        ([1, -1, None], [-1, 1]),
        ([0.5, -1, 2], [-1, 0.5, 2]),
        (["-1", "0", "1"], ["-1", "0", "1"]),
    ],
)
def test_classes_are_the_sorted_labels_that_are_there(labels, names):
    assert Classes.learn(labels).names == names


@pytest.mark.parametrize(("missing", "names"), [(None, [-1, 0, 1]), (0, [-1, 1]), (-1, [0, 1])])
def test_a_missing_label_that_is_named_is_the_only_one_beside_none(missing, names):
    assert Classes.learn([0, 1, -1, None], missing_label=missing).names == names


@pytest.mark.parametrize("labels", [[], [None, None], [float("nan"), None], np.array([np.nan, np.nan]), [-1, -1]])
def test_labels_that_are_all_missing_are_no_classes(labels):
    assert Classes.learn(labels) is None


@pytest.mark.parametrize("labels", [["a", "a"], [1, None], [0, -1]])
def test_a_single_class_is_refused(labels):
    with pytest.raises(VaeworksError, match="only one class"):
        Classes.learn(labels)


def test_labels_of_mixed_types_are_refused_and_the_types_named():
    with pytest.raises(VaeworksError, match="int, str"):
        Classes.learn(["a", 1])


def test_labels_that_are_measurements_are_refused():
    with pytest.raises(VaeworksError, match="1000"):
        Classes.learn([0.5 + index for index in range(1001)])


@pytest.mark.parametrize("infinite", [float("inf"), -float("inf")])
def test_an_infinite_label_is_a_label_like_another(infinite):
    assert len(Classes.learn([infinite, 0.0, 1.0])) == 3


def test_indices_are_places_among_the_classes_and_minus_one_where_missing():
    classes = Classes.learn([0, 2, -1, 5])
    assert classes.indices([5, None, 2, float("nan"), -1, np.int64(0), 0.0]).tolist() == [2, -1, 1, -1, -1, 0, 0]


def test_a_label_that_was_not_learned_is_refused_and_the_known_ones_are_named():
    with pytest.raises(VaeworksError, match=r"'c'.*a, b"):
        Classes.learn(["a", "b"]).indices(["c"])


def test_further_names_mean_the_same_classes():
    classes = Classes(["bad", "good"])
    also = classes.also({"0": "bad", "1": "good"})
    assert also.indices(["0", 1, "good", None]).tolist() == [0, 1, 1, -1]
    assert also.names == classes.names
    with pytest.raises(VaeworksError, match="no class 'fine'"):
        classes.also({"2": "fine"})
    with pytest.raises(VaeworksError, match="--class 0="):
        classes.indices([0])


def test_classes_come_back_from_their_state():
    classes = Classes(**Classes.learn(np.array([0, 2, -1])).to_state())
    assert classes.indices([2, 0, -1]).tolist() == [1, 0, -1]
    assert all(type(name) is int for name in classes.names)


def test_labels_that_json_cannot_hold_are_refused_before_training():
    with pytest.raises(VaeworksError, match="datetime"):
        Classes.learn(np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[s]"))


@pytest.mark.parametrize("labels", [np.zeros((4, 1)), np.eye(2), [[1], [0]], [{"a"}, {"b"}]])
def test_labels_of_several_values_are_refused(labels):
    with pytest.raises(VaeworksError, match=r"one value a row.*y\.ravel"):
        Classes.learn(labels)
