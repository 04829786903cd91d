"""A fit that goes on from another model."""

from copy import deepcopy

import numpy as np
import pytest
from sklearn.base import clone

from vaeworks import VaeworksError


@pytest.fixture
def standing_still(tiny_text_model):
    """The same fitted model, whose every further step is too small to matter."""
    return deepcopy(tiny_text_model).set_params(epochs=1, learning_rate=1e-12, averaging=None)


def test_it_begins_where_the_other_stood(standing_still, tiny_text_model, tiny_corpus):
    texts, labels = tiny_corpus
    again = standing_still.go_on(texts[:40], labels[:40])
    assert again.reader_.vocabulary.to_json() == tiny_text_model.reader_.vocabulary.to_json()
    assert np.allclose(again.transform(texts), tiny_text_model.transform(texts), atol=1e-4)
    assert (again.predict(texts) == tiny_text_model.predict(texts)).all()


def test_other_labels_begin_anew(standing_still, tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0]
    other = ["even" if row % 2 == 0 else "odd" for row in range(len(texts))]
    again = standing_still.go_on(texts, other)
    assert set(again.classes_) == {"even", "odd"}
    assert np.allclose(again.transform(texts), tiny_text_model.transform(texts), atol=1e-4)


def test_another_prior_leaves_the_classes_and_how_they_are_predicted(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0]
    after = deepcopy(tiny_text_model).set_params(prior="mixture", epochs=1).go_on(texts, only="prior")
    assert np.array_equal(after.predict_proba(texts), tiny_text_model.predict_proba(texts))


def test_without_labels_the_classes_stay_and_other_ones_are_said(standing_still, tiny_corpus, caplog):
    texts = tiny_corpus[0]
    assert list(standing_still.go_on(texts).classes_) == ["bad", "good"]
    assert "learned anew" not in caplog.text
    standing_still.go_on(texts, ["even" if row % 2 == 0 else "odd" for row in range(len(texts))])
    assert "the labels are even, odd, and were bad, good" in caplog.text


@pytest.mark.slow
def test_labels_can_come_later(tiny_text_model, tiny_corpus):
    texts, labels = tiny_corpus
    without = clone(tiny_text_model).set_params(epochs=1).fit(texts)
    after = without.set_params(epochs=tiny_text_model.epochs).go_on(texts, labels)
    assert (after.predict(texts) == labels).mean() > 0.97


def test_a_failure_leaves_the_estimator_as_it_was(tiny_text_model, tiny_corpus):
    model = deepcopy(tiny_text_model)
    with pytest.raises(VaeworksError, match="no part"):
        model.go_on(*tiny_corpus, only="spleen")
    assert np.array_equal(model.transform(tiny_corpus[0]), tiny_text_model.transform(tiny_corpus[0]))
    assert model.metrics_ == tiny_text_model.metrics_


def test_other_sizes_are_refused(tiny_text_model, tiny_corpus):
    other = deepcopy(tiny_text_model).set_params(latent_dim=tiny_text_model.latent_dim + 1)
    with pytest.raises(VaeworksError, match="other sizes"):
        other.go_on(*tiny_corpus)
