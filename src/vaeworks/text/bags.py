"""What a linear classifier of weighed words makes of the same texts, beside which the model's accuracy is shown."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ..estimator.probes import TFIDF, own_labels
from ..labels import MISSING
from ..tokens.vocabulary import PAD
from .data import TextData

MOST_BATCHES, A_CLASS = 2000, 5
BUCKETS, STEP = 2**18, 40_503  # of word pairs


def tfidf_accuracy(training: TextData, judged_by: TextData) -> dict[str, float]:
    """Accuracy of logistic regression on tf-idf of words and word pairs, of texts as far as the model reads them.

    Nothing where the training texts have labels of fewer than two classes or few of each, or the others none.
    """
    (X, y), (others, known) = bags(training), bags(judged_by)
    if not 2 <= len(np.unique(y)) <= len(y) / A_CLASS or not len(known):
        return {}
    classifier = make_pipeline(TfidfTransformer(sublinear_tf=True), LogisticRegression(C=10.0, max_iter=200))
    return {TFIDF: float((classifier.fit(X, y).predict(others) == known).mean())}


def bags(data: TextData) -> tuple[csr_matrix, np.ndarray]:
    """How often words and pairs of words stand in the texts that have a label, (N, buckets), and their labels (N,)."""
    found = list(labelled_rows(data))
    rows = np.repeat(np.arange(len(found)), [len(features) for features, _ in found])
    features = np.concatenate([features for features, _ in found]) if found else np.empty(0, int)
    counts = csr_matrix((np.ones(len(rows), np.float32), (rows, features)), (len(found), BUCKETS))
    counts.sum_duplicates()
    return counts, np.array([label for _, label in found])


def labelled_rows(data: TextData) -> Iterator[tuple[np.ndarray, int]]:
    for batch in islice(data.epoch(None), MOST_BATCHES):
        assert batch.input is not None
        for ids, label in zip(batch.input.flatten(1).numpy(), own_labels(batch), strict=True):
            if label != MISSING:
                words = ids[ids != PAD].astype(np.int64)
                yield np.concatenate([words, words[:-1] * STEP + words[1:] + STEP]) % BUCKETS, label
