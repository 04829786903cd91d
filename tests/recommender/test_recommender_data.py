"""What is read and what is scored: no held-out item reaches what is read."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.datasets.interactions.interactions import Interactions, Items
from vaeworks.recommender.data import HistoryData, parting
from vaeworks.recommender.protocols import temporal, weak

histories = st.lists(st.sets(st.integers(0, 40), max_size=20), min_size=1, max_size=8)


def of_sets(sets, times=None):
    members = np.array([item for each in sets for item in sorted(each)], dtype=np.int32)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in sets])]).astype(np.int64)
    return Interactions(list(range(len(sets))), starts, members, Items(list(range(41))), times)


def present(ids):
    return [set(row[row >= 0].tolist()) for row in ids]


@given(histories, st.integers(0, 5), st.sampled_from([0.2, 0.5]))
def test_what_is_read_and_what_is_scored_are_apart_and_make_the_history(sets, seed, share):
    for batch in HistoryData(of_sets(sets), 3, True, share).epoch(seed):
        for read, scored in zip(present(batch.input), present(batch.target), strict=True):
            assert not read & scored
            assert read | scored in sets
            assert scored or not read


@given(histories)
def test_no_held_out_item_reaches_the_fold_in(sets):
    for batch, rows in HistoryData(of_sets(sets), 3, True).folds():
        for read, target, row in zip(present(batch.input), present(batch.target), rows, strict=True):
            assert read
            assert target
            assert not read & target
            assert read | target == sets[row]
        assert (batch.condition == batch.input).all()


@given(histories)
def test_a_user_is_split_alike_wherever_the_user_stands(sets):
    alone = [present(batch.target)[0] for each in sets for batch in HistoryData(of_sets([each]), 1, True).epoch(None)]
    together = [own for batch in HistoryData(of_sets(sets), 3, True).epoch(None) for own in present(batch.target)]
    assert alone == together


@given(histories)
def test_the_weak_protocol_holds_a_fifth_of_each_history_out(sets):
    whole = of_sets(sets)
    read, scored = weak(whole)
    for user, own in enumerate(sets):
        parts = set(read.of(user).tolist()), set(scored.of(user).tolist())
        assert parts[0] | parts[1] == own
        assert not parts[0] & parts[1]
        assert len(parts[1]) == (max(1, round(0.2 * len(own))) if len(own) > 1 else 0)


def test_the_temporal_protocol_holds_out_what_came_last():
    whole = of_sets([set(range(10)), set(range(10))], times=np.array([*range(10), *range(5, 15)]))
    read, scored = temporal(whole)
    assert read.times.max() < scored.times.min()
    assert len(scored.members) == 4


def test_about_a_fifth_is_held_out_and_every_item_alike():
    counts = np.zeros(50)
    for user in range(400):
        items = np.random.default_rng(user).permutation(50)[:25].astype(np.int32)
        counts[parting(items, 0.2, None)[1]] += 1
    assert counts.sum() == 400 * 5
    assert counts.min() > 15
    assert counts.max() < 75
