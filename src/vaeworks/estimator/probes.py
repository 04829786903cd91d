"""How well codes serve others: a linear probe and the nearest neighbours, by 5-fold cross-validation."""

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..labels import is_missing

FOLDS, NEIGHBOURS, MOST_ROWS = 5, 5, 10_000


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
        "linear_probe_accuracy": float(cross_val_score(linear, X, y, cv=folds).mean()),
        "knn_accuracy": float(cross_val_score(near, X, y, cv=folds).mean()),
    }
