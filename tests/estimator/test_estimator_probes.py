"""What probes say of codes whose use is known."""

import numpy as np
import torch

from vaeworks.core.batch import Batch
from vaeworks.estimator.probes import MOST_ROWS, own_labels, probes
from vaeworks.labels import LABEL, OWN


def test_codes_that_hold_the_label_linearly_serve_both_probes():
    labels = ["a", "b", "c"] * 100
    codes = np.eye(3)[np.arange(300) % 3] + 0.1 * np.random.default_rng(0).normal(size=(300, 3))
    assert probes(codes, labels) == {"linear_probe_accuracy": 1.0, "knn_accuracy": 1.0}


def test_rings_serve_neighbours_but_no_line():
    random = np.random.default_rng(0)
    labels, angle = random.integers(0, 2, 400), random.uniform(0, 2 * np.pi, 400)
    codes = (1.0 + 2.0 * labels)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    found = probes(codes, labels.tolist())
    assert found["knn_accuracy"] > 0.97
    assert found["linear_probe_accuracy"] < 0.7


def test_missing_labels_are_left_out_and_rare_classes_not_probed():
    codes = np.random.default_rng(0).normal(size=(30, 2))
    codes[:15] += 10.0
    labels = [0.0] * 14 + [None] + [1.0] * 14 + [float("nan")]
    assert probes(codes, labels)["knn_accuracy"] == 1.0
    assert probes(codes, [0] * 27 + [1] * 3) == {}
    assert probes(codes, [None] * 30) == {}


def test_many_rows_are_thinned_evenly():
    count = 2 * MOST_ROWS + 2
    labels = [0] * (count // 2) + [1] * (count // 2)
    codes = np.array(labels, dtype=float)[:, None]
    assert probes(codes, labels)["knn_accuracy"] == 1.0


def test_what_is_learned_of_an_example_is_no_label_of_its_own():
    shares, own = torch.tensor([[0.7, 0.3], [0.4, 0.6], [0.0, 1.0]]), torch.tensor([0, -1, 0])
    assert own_labels(Batch(None, labels={LABEL: shares, OWN: own})).tolist() == [0, -1, 0]
    assert own_labels(Batch(None, labels={LABEL: own})).tolist() == [0, -1, 0]
