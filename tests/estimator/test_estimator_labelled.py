"""Labels that are right by default: their weight, and what stands beside their accuracy."""

import logging
import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from vaeworks import ImageVAE, TextVAE
from vaeworks.core.batch import Batch
from vaeworks.estimator.cautions import caution_of_labels
from vaeworks.estimator.labelled import looked_at
from vaeworks.estimator.probes import OF_LABELS
from vaeworks.labels import LABEL

from ..toys import Examples


@pytest.fixture(scope="module")
def digits():
    """Pictures of 8 bits, and their digits."""
    rows, labels = load_digits(return_X_y=True)
    return (15 * rows).reshape(-1, 8, 8).astype(np.uint8), labels


def test_what_is_looked_at_is_what_is_scored_and_has_a_label():
    observed = torch.tensor([[True, True, False], [True, False, False], [True, True, True], [True, False, True]])
    batch = Batch(None, torch.zeros(4, 3), observed, labels={LABEL: torch.tensor([1, -1, -1, 0])})
    assert looked_at(Examples(batch, 2), 0) == (2.0, 0.5)


@pytest.mark.parametrize(("known", "share"), [(100, 1.0), (50, 0.5), (20, 0.2), (4, 0.1)])
def test_the_weight_of_labels_follows_the_nats_of_an_example_and_the_share_of_labels(digits, known, share):
    labels = [label if row < known else None for row, label in enumerate(digits[1][:100])]
    model = ImageVAE(epochs=1, validation_fraction=0.0).fit(digits[0][:100], labels)
    assert model.history_[0]["label_weight"] == pytest.approx(64 * math.log(256) / 40 / share)


def test_by_default_labels_of_pictures_are_predicted_as_well_as_a_probe_can(digits, caplog):
    figures = ImageVAE(epochs=20).fit(*digits).metrics_["fit"]["held_out"]
    assert figures["accuracy"] > figures["linear_probe_accuracy"] - 0.05
    assert figures["accuracy"] > 0.9
    assert "labels are predicted" not in caplog.text


def test_labels_that_are_not_heard_are_said_with_their_probe(digits, caplog):
    figures = ImageVAE(epochs=20, label_weight=0.0).fit(*digits).metrics_["fit"]["held_out"]
    assert figures["linear_probe_accuracy"] - figures["accuracy"] > 0.05
    assert figures["majority_accuracy"] < 0.3
    assert "a linear probe of the codes" in caplog.text


def test_labels_that_were_all_learned_have_no_accuracy(tiny_corpus):
    model = TextVAE(epochs=1, validation_fraction=0.0, max_tokens=16, latent_dim=4).fit(*tiny_corpus)
    assert not set(OF_LABELS) & model.metrics_["fit"]["held_out"].keys()


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"accuracy": 0.9, "linear_probe_accuracy": 0.91, "examples": 10_000}, ""),
        ({"accuracy": 0.9, "linear_probe_accuracy": 0.93, "examples": 10_000}, "93.0%"),
        ({"accuracy": 0.9, "linear_probe_accuracy": 0.93, "examples": 100}, ""),
        ({"accuracy": 0.8, "linear_probe_accuracy": 0.8, "tfidf_accuracy": 0.89, "examples": 5000}, "tf-idf of words"),
    ],
)
def test_a_difference_beyond_noise_is_said(caplog, figures, said):
    caplog.set_level(logging.WARNING)
    caution_of_labels(figures)
    assert bool(caplog.text) == bool(said)
    assert said in caplog.text
