"""Metrics against hand-computed cases and scikit-learn's."""

import numpy as np
import pytest
import torch
from sklearn.metrics import ndcg_score

from vaeworks.recommender.ranking import Judged, hits, ndcg_at, paired_interval, recall_at, top_items

NOTHING = torch.full((1, 1), -1)


def test_recall_is_divided_by_what_could_be_found():
    found = np.array([[1, 0, 1, 0], [1, 1, 0, 0]], dtype=bool)
    assert recall_at(found, np.array([2, 10]), 2).tolist() == [1 / 2, 2 / 2]
    assert recall_at(found, np.array([3, 10]), 4).tolist() == [2 / 3, 2 / 4]


def test_ndcg_of_a_hand_computed_list():
    found = np.array([[0, 1, 1]], dtype=bool)
    gained = 1 / np.log2(3) + 1 / np.log2(4)
    assert ndcg_at(found, np.array([2]), 3)[0] == pytest.approx(gained / (1 + 1 / np.log2(3)))


@pytest.mark.parametrize("depth", [3, 10, 100])
def test_ndcg_is_that_of_scikit_learn(depth):
    random = np.random.default_rng(0)
    scores, relevant = random.normal(size=(20, 30)), random.random((20, 30)) < 0.2
    relevant[:, 0] = True
    target = torch.from_numpy(np.where(relevant, np.arange(30), -1))
    _, ranked = top_items(torch.from_numpy(scores), NOTHING.expand(20, 1), depth)
    mine = ndcg_at(hits(ranked, target, 30), relevant.sum(1), depth)
    theirs = [ndcg_score(relevant[[row]], scores[[row]], k=depth) for row in range(20)]
    assert mine == pytest.approx(theirs)


def test_what_was_seen_comes_last_and_padding_bars_nothing():
    values, ranked = top_items(torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([[0, -1, -1]]), 3)
    assert ranked.tolist() == [[1, 2, 0]]
    assert values.tolist() == [[2.0, 1.0, -torch.inf]]


def test_coverage_novelty_and_popularity_bias_of_a_hand_computed_case():
    judged = Judged(np.zeros(1), np.zeros(1), np.zeros(1), shown=np.array([3, 1, 0, 0, 0, 0, 0, 0, 0, 0]))
    counts = np.array([8, 2, 1, 1, 1, 1, 1, 1, 1, 1])
    assert judged.coverage() == 2 / 10
    assert judged.novelty_bits(counts, 16) == pytest.approx((3 * 1 + 1 * 3) / 4)
    assert judged.popularity_bias(counts) == 3 / 4


def test_the_paired_interval_excludes_0_for_a_sure_difference_and_holds_it_for_noise():
    noise = np.random.default_rng(0).normal(size=500)
    low, high = paired_interval(noise + 0.3, noise)
    assert (low, high) == pytest.approx((0.3, 0.3))
    low, high = paired_interval(noise, np.zeros(500))
    assert low < 0 < high
