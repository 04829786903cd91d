"""What a linear classifier of n-grams makes of texts that have no label (Lee 2013), and of those that have one."""

import re
from itertools import compress
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
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
DISTILLED = 0.5  # of a label by itself, where there are as many labels, as few classes, and as many words a text
LEAST_LABELS, FEW_CLASSES, LEAST_WORDS = 1000, 10, 100


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
    and ten negative samples (Levy & Goldberg 2014; Thongtan & Phienthrakul 2019). Among few texts no n-gram is
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


class Views(ClassifierMixin, BaseEstimator):
    """Classifiers whose decisions are weighed by what they say of rows that they were not fitted to (Wolpert 1992).

    scikit-learn's StackingClassifier does not give what it found for those rows.

    Attributes
    ----------
    unseen_ : ndarray (N, classes)
        The probabilities of each row, by classifiers that were fitted to others.
    """

    def __init__(self, views: tuple[BaseEstimator, ...]) -> None:
        self.views = views

    def fit(self, X: csr_matrix, y: np.ndarray) -> "Views":
        decisions = [cross_val_predict(view, X, y, cv=FOLDS, method="decision_function") for view in self.views]
        self.weights_ = LogisticRegression().fit(np.column_stack(decisions), y)
        self.classes_, self.unseen_ = self.weights_.classes_, self.weights_.predict_proba(np.column_stack(decisions))
        self.views_ = [clone(view).fit(X, y) for view in self.views]
        return self

    def predict_proba(self, X: csr_matrix) -> np.ndarray:
        return self.weights_.predict_proba(np.column_stack([view.decision_function(X) for view in self.views_]))


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
    distillation : float
        The share of a label that is what its text gets without that label (Hinton et al. 2015).
    pseudo_labels : bool
        Whether texts without a label get one.

    Raises
    ------
    VaeworksError
        When a class has fewer than 5 texts.
    """

    def __init__(self, stream: Texts, classes: Classes, distillation: float = 0.0, pseudo_labels: bool = True) -> None:
        self.distillation, self.pseudo_labels = distillation, pseudo_labels
        texts, labels = first(stream, MOST_TEXTS)
        indices = classes.indices(labels)
        known = indices != MISSING
        if np.bincount(indices[known], minlength=len(classes)).min() < FOLDS:
            raise VaeworksError(
                f"a classifier of n-grams needs at least {FOLDS} texts of each class: label more, or set pseudo_labels "
                "to False and distillation to 0"
            )
        self.words = CountVectorizer(ngram_range=(1, 3), min_df=LEAST, token_pattern=WORDS_AND_MARKS, dtype=np.float32)
        try:
            grams = self.words.fit_transform(texts)
        except ValueError as error:  # no word is left
            raise VaeworksError(
                f"a classifier of n-grams needs words that {LEAST} texts share: give more texts, or set pseudo_labels "
                "to False and distillation to 0"
            ) from error
        views = two_views(grams).fit(grams[known], indices[known])
        self.classifiers: list[Any] = [views]
        self.read: dict[int, np.ndarray] = {}
        if pseudo_labels and not known.all():
            self.classifiers.append(taught_anew(grams, indices, views))
            self.read.update(zip(map(hash, compress(texts, ~known)), self._of_grams(grams[~known]), strict=True))
        self.read.update(zip(map(hash, compress(texts, known)), views.unseen_, strict=True))

    def __call__(self, texts: list[str]) -> np.ndarray:
        """Probabilities (N, classes)."""
        return self._of_grams(self.words.transform(texts))

    def _of_grams(self, grams: csr_matrix) -> np.ndarray:
        return np.mean([each.predict_proba(grams) for each in self.classifiers], axis=0).astype(np.float32)

    def completed(self, texts: list[str], indices: np.ndarray) -> np.ndarray:
        """Shares of the classes (N, classes), to learn from; of a text that has no label and gets none they are 0."""
        missing = indices == MISSING
        shares = np.eye(len(self.classifiers[0].classes_), dtype=np.float32)[indices]
        shares[missing] = self.from_others(list(compress(texts, missing))) if self.pseudo_labels else 0.0
        if self.distillation:
            found = self.from_others(list(compress(texts, ~missing)))
            shares[~missing] += self.distillation * (found - shares[~missing])
        return shares

    def from_others(self, texts: list[str]) -> np.ndarray:
        """Probabilities (N, classes) of texts, of labelled ones from the labels of others."""
        beyond = [hash(text) not in self.read for text in texts]  # the first, which were read
        others = iter(self(list(compress(texts, beyond))) if any(beyond) else ())
        found = [next(others) if gone else self.read[hash(text)] for text, gone in zip(texts, beyond, strict=True)]
        return np.array(found, np.float32).reshape(len(texts), len(self.classifiers[0].classes_))


def distilled_by_itself(stream: Texts, classes: Classes) -> float:
    """The share where none is given: a half of long texts, whose bare labels a network learns by heart, else none.

    Of short sentences (Rotten Tomatoes) n-grams tell less than the network finds.
    """
    known, words, texts_read = np.zeros(len(classes), int), 0, 0
    for texts, labels in stream:
        indices = classes.indices(whole(texts, labels))
        known += np.bincount(indices[indices != MISSING], minlength=len(classes))
        words += sum(len(re.findall(WORDS_AND_MARKS, text)) for text in texts)
        texts_read += len(texts)
        if texts_read >= MOST_TEXTS:
            break
    enough = known.sum() >= LEAST_LABELS and known.min() >= FOLDS and len(known) <= FEW_CLASSES
    return DISTILLED if enough and words >= LEAST_WORDS * texts_read else 0.0


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


def taught_anew(texts: csr_matrix, indices: np.ndarray, first: Views) -> Pipeline:
    """The first view, fitted to labelled texts and to those others whose label is sure enough."""
    known, given = indices != MISSING, first.predict_proba(texts)
    shares, view = given, naive_bayes_view(texts, C=30)
    for _ in range(ROUNDS):
        best, chance = shares.max(1), 1 / shares.shape[1]
        taken = known | (best > chance + SURE * (1 - chance))
        view.fit(texts[taken], np.where(known, indices, shares.argmax(1))[taken])
        shares = (given + view.predict_proba(texts)) / 2
    return view


def two_views(texts: csr_matrix) -> Views:
    """To be fitted to some rows of these counts."""
    views = [naive_bayes_view(texts, C=10)]
    associations = Associations().fit(texts)
    associated = associations.transform(texts)
    components = min(COMPONENTS, min(texts.shape) - 1)
    if components > 0 and associated.nnz:
        # exact: two rounds of the randomized algorithm find vectors that are one to two points worse on IMDB
        decomposition = TruncatedSVD(components, algorithm="arpack", random_state=0).fit(associated)
        vectors = make_pipeline(associations, decomposition)
        views.append(make_pipeline(FrozenEstimator(vectors), LogisticRegression(C=100, max_iter=1000)))
    return Views(tuple(views))
