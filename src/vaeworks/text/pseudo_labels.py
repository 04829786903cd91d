"""Pseudo-labels: what a linear classifier of n-grams makes of texts that have no label (Lee 2013)."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import StackingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import normalize

from ..errors import VaeworksError
from ..labels import MISSING, Classes
from ..tokens.writing import UNSPACED
from .stream import Texts, whole

WORDS_AND_MARKS = rf"{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\w)+|[^\w\s]"
MOST_TEXTS = 100_000
LEAST, COMPONENTS, FOLDS = 5, 100, 5
NEGATIVE_SAMPLES = 10.0
ROUNDS, SURE = 2, 0.3


class NaiveBayesRatios(TransformerMixin, BaseEstimator):
    """Each count times the largest size of its log-count ratios, each class against the rest (Wang & Manning 2012)."""

    def fit(self, X: csr_matrix, y: np.ndarray) -> "NaiveBayesRatios":
        present = X > 0
        counts = np.stack([np.asarray(present[y == label].sum(0)).ravel() for label in np.unique(y)]) + 1.0
        rest = counts.sum(0) - counts
        ratios = np.log(counts / counts.sum(1, keepdims=True)) - np.log(rest / rest.sum(1, keepdims=True))
        self.scale_ = np.abs(ratios).max(0).astype(np.float32)
        return self

    def transform(self, X: csr_matrix) -> csr_matrix:
        return csr_matrix(X.multiply(self.scale_))


class Associations(TransformerMixin, BaseEstimator):
    """By how much an n-gram is more than ten times as frequent in a text as in all: shifted pointwise information.

    Rows have length 1. Their singular vectors are what document vectors of n-grams approach that are learned by cosines
    and ten negative samples (Levy & Goldberg 2014, eq. 13; Thongtan & Phienthrakul 2019). Among few texts no n-gram is
    ten times as frequent as in all, so the factor grows from 1, for 50 texts, to 10, for 500.
    """

    def fit(self, X: csr_matrix, y: np.ndarray | None = None) -> "Associations":
        counts = np.asarray(X.sum(0)).ravel()
        factor = np.clip(X.shape[0] / 50, 1.0, NEGATIVE_SAMPLES)
        self.expected_ = (factor * counts / counts.sum()).astype(np.float32)
        return self

    def transform(self, X: csr_matrix) -> csr_matrix:
        X = csr_matrix(X, copy=True)
        totals = np.repeat(np.asarray(X.sum(1)).ravel(), np.diff(X.indptr))
        X.data = np.log(X.data / totals / self.expected_[X.indices]).clip(min=0.0).astype(np.float32)
        X.eliminate_zeros()
        return normalize(X)


class Teacher:
    """p(label | text) from counts of n-grams, in two views whose weights cross-validation finds.

    The first, tf-idf times naive-Bayes ratios, serves with many labels; the second, vectors of labelled and unlabelled
    texts by singular values of what stands in them, with few. What both make of texts without labels teaches the first
    view anew, from labels and from what is sure, twice (Yarowsky 1995); the answer is the mean of both views and of it.

    Parameters
    ----------
    stream : Texts
        Of which the first 100,000 are read.
    classes : Classes

    Raises
    ------
    VaeworksError
        When a class has fewer than 5 texts.
    """

    def __init__(self, stream: Texts, classes: Classes) -> None:
        texts, labels = first(stream, MOST_TEXTS)
        indices = classes.indices(labels)
        known = indices != MISSING
        if np.bincount(indices[known], minlength=len(classes)).min() < FOLDS:
            raise VaeworksError(
                f"pseudo-labels need at least {FOLDS} texts of each class: label more, or set pseudo_labels to False"
            )
        self.words = CountVectorizer(ngram_range=(1, 3), min_df=LEAST, token_pattern=WORDS_AND_MARKS, dtype=np.float32)
        try:
            grams = self.words.fit_transform(texts)
        except ValueError as error:  # no word is left
            raise VaeworksError(
                f"pseudo-labels need words that {LEAST} texts share: give more texts, or set pseudo_labels to False"
            ) from error
        self.classifiers = [two_views(grams).fit(grams[known], indices[known])]
        if not known.all():
            self.classifiers.append(taught_anew(grams, indices, self.classifiers[0]))

    def __call__(self, texts: list[str]) -> np.ndarray:
        """Probabilities (N, classes)."""
        grams = self.words.transform(texts)
        return np.mean([each.predict_proba(grams) for each in self.classifiers], axis=0).astype(np.float32)

    def completed(self, texts: list[str], indices: np.ndarray) -> np.ndarray:
        """Shares of the classes (N, classes): all of the label where its index is there, else the probabilities."""
        missing = indices == MISSING
        shares = np.eye(len(self.classifiers[0].classes_), dtype=np.float32)[indices]
        if missing.any():
            shares[missing] = self([text for text, gone in zip(texts, missing, strict=True) if gone])
        return shares


def first(stream: Texts, most: int) -> tuple[list[str], list[Any]]:
    texts: list[str] = []
    labels: list[Any] = []
    for more_texts, more_labels in stream:
        texts += more_texts
        labels += whole(more_texts, more_labels)
        if len(texts) >= most:
            break
    return texts[:most], labels[:most]


def naive_bayes_view(texts: csr_matrix, C: float) -> Pipeline:
    weighed = FrozenEstimator(TfidfTransformer(sublinear_tf=True).fit(texts))
    return make_pipeline(weighed, NaiveBayesRatios(), LogisticRegression(C=C, max_iter=1000))


def taught_anew(texts: csr_matrix, indices: np.ndarray, first: StackingClassifier) -> Pipeline:
    """The first view, fitted to labelled texts and to those others whose label is sure enough."""
    known, given = indices != MISSING, first.predict_proba(texts)
    shares, view = given, naive_bayes_view(texts, C=30)
    for _ in range(ROUNDS):
        best, chance = shares.max(1), 1 / shares.shape[1]
        taken = known | (best > chance + SURE * (1 - chance))
        view.fit(texts[taken], np.where(known, indices, shares.argmax(1))[taken])
        shares = (given + view.predict_proba(texts)) / 2
    return view


def two_views(texts: csr_matrix) -> StackingClassifier:
    """To be fitted to some rows of these counts."""
    views: list[tuple[str, Pipeline]] = [("grams", naive_bayes_view(texts, C=10))]
    associations = Associations().fit(texts)
    associated = associations.transform(texts)
    components = min(COMPONENTS, min(texts.shape) - 1)
    if components > 0 and associated.nnz:
        # exact: two rounds of the randomized algorithm find vectors that are two points of accuracy worse on IMDB
        decomposition = TruncatedSVD(components, algorithm="arpack", random_state=0).fit(associated)
        vectors = make_pipeline(associations, decomposition)
        views.append(("vectors", make_pipeline(FrozenEstimator(vectors), LogisticRegression(C=100, max_iter=1000))))
    return StackingClassifier(views, cv=FOLDS, stack_method="decision_function")
