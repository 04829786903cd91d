"""How well labels are predicted, and how well codes serve others, by 5-fold cross-validation."""

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.evidence import Evidence
from ..core.model import Read
from ..labels import LABEL, MISSING, OWN, is_missing

FOLDS, NEIGHBOURS, MOST_ROWS = 5, 5, 10_000
ACCURACY, LINEAR, NEAR = OF_LABELS = ("accuracy", "linear_probe_accuracy", "knn_accuracy")
TFIDF = "tfidf_accuracy"  # of what needs no codes


def probes(codes: np.ndarray, labels: Any) -> dict[str, float]:
    """Accuracy of logistic regression and of 5 nearest neighbours on codes (N, D) whose label is there.

    Of at most 10,000, evenly spaced; nothing where a class has fewer than 5.
    """
    known = [row for row, label in enumerate(labels) if not is_missing(label, None)]
    known = known[:: -(-len(known) // MOST_ROWS) or 1]
    names, counts = np.unique([str(labels[row]) for row in known], return_counts=True)
    if len(names) < 2 or counts.min() < FOLDS:
        return {}
    X, y = codes[known], np.array([str(labels[row]) for row in known])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    near = KNeighborsClassifier(NEIGHBOURS)
    return {
        LINEAR: float(cross_val_score(linear, X, y, cv=folds).mean()),
        NEAR: float(cross_val_score(near, X, y, cv=folds).mean()),
    }


class Accuracy:
    """Of the label at the posterior mean, over the labels that are there.

    Parameters
    ----------
    head : nn.Module
    """

    def __init__(self, head: nn.Module) -> None:
        self.head, self.known, self.right = head, 0, 0

    def see(self, batch: Batch, read: Read, evidence: Evidence) -> None:
        labels = own_labels(batch)
        guesses = self.head(mean_of(evidence)).probs.argmax(-1).cpu().numpy()
        self.known += int((labels != MISSING).sum())
        self.right += int((guesses == labels).sum())

    def figures(self) -> dict[str, float]:
        return {ACCURACY: self.right / self.known} if self.known else {}


class Probes:
    """Codes and their labels for `probes`.

    Parameters
    ----------
    labels : list or None
        One for each example; None takes those that the batches have.
    """

    def __init__(self, labels: list | None) -> None:
        self.given, self.codes, self.labels = labels, list[np.ndarray](), list[Any]()

    def see(self, batch: Batch, read: Read, evidence: Evidence) -> None:
        self.codes.append(mean_of(evidence).cpu().numpy())
        if self.given is None:
            self.labels += [None if label == MISSING else label for label in own_labels(batch).tolist()]

    def figures(self) -> dict[str, float]:
        return probes(np.concatenate(self.codes), self.labels if self.given is None else self.given)


def own_labels(batch: Batch) -> np.ndarray:
    """Indices of the classes that examples were given (N,), -1 where missing, whatever is learned of them."""
    labels: np.ndarray = batch.labels.get(OWN, batch.labels[LABEL]).cpu().numpy()
    return labels


def mean_of(evidence: Evidence) -> Tensor:
    posterior = evidence.levels[0].posterior
    assert posterior is not None
    return posterior.mean
