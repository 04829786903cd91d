"""Anomalies: each class of `digits` and `breast-cancer` as what is normal; area under the ROC curve on the rest.

Half of a class is for fitting; the score is over its other half and all rows of the other classes.

python benchmarks/tabular_anomalies.py
"""

import warnings

import numpy as np
from recorded import record
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from vaeworks import TabularVAE

SETTINGS = {"latent_dim": 8, "scaling": "quantile"}
SEEDS = 3


def scores(fitting: np.ndarray, rest: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Higher is odder."""
    outliers = make_pipeline(StandardScaler(), LocalOutlierFactor(novelty=True)).fit(fitting)
    return {
        "ours": TabularVAE(**SETTINGS, random_state=seed).fit(fitting).anomaly_score(rest),
        "IsolationForest": -IsolationForest(random_state=seed).fit(fitting).score_samples(rest),
        "LocalOutlierFactor": -outliers.score_samples(rest),
    }


def areas(X: np.ndarray, y: np.ndarray, normal: int, seed: int) -> dict[str, float]:
    own = np.random.default_rng(seed).permutation(np.flatnonzero(y == normal))
    fitting, others = own[: len(own) // 2], own[len(own) // 2 :]
    rest = np.concatenate([others, np.flatnonzero(y != normal)])
    return {
        name: float(roc_auc_score(y[rest] != normal, each)) for name, each in scores(X[fitting], X[rest], seed).items()
    }


def main() -> None:
    warnings.simplefilter("ignore")
    found = {}
    for name, load in {"digits": load_digits, "breast-cancer": load_breast_cancer}.items():
        X, y = load(return_X_y=True)
        for normal in np.unique(y):
            each = [areas(X, y, normal, seed) for seed in range(SEEDS)]
            found[f"{name} {normal}"] = {method: float(np.mean([area[method] for area in each])) for method in each[0]}
    sets = {
        name: [area for case, area in found.items() if case.startswith(name)] for name in ("digits", "breast-cancer")
    }
    means = {
        name: {method: float(np.mean([area[method] for area in areas])) for method in areas[0]}
        for name, areas in sets.items()
    }
    record("tabular_anomalies", {"settings": SETTINGS, "splits": SEEDS, "mean AUROC": means, "AUROC": found})


if __name__ == "__main__":
    main()
