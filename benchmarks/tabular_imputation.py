"""Imputation of 20% missing at random: `TabularVAE` beside scikit-learn's KNNImputer and IterativeImputer.

Ten masks a table. Half of the rows are for fitting, holes and all; the score is the root mean squared error over the
holes of the other half, in standard deviations of each column's fitting rows. Intervals are of the paired differences
over masks (95%, Student's t).

python benchmarks/tabular_imputation.py
"""

import warnings

import numpy as np
from recorded import record
from scipy.stats import t
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer
from sklearn.preprocessing import StandardScaler

from vaeworks import TabularVAE

TABLES = {"breast-cancer": load_breast_cancer, "wine": load_wine, "digits": load_digits, "diabetes": load_diabetes}
MASKS, SHARE = 10, 0.2
SETTINGS = {"latent_dim": 16, "masking": 0.1, "scaling": "table"}
DRAWS = 5000


def parts(X: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fitting rows and other rows with holes, standardised, and the other rows whole."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(X))
    holes = random.random(X.shape) < SHARE
    half = len(X) // 2
    damaged = np.where(holes, np.nan, X)[order]
    kept = [index for index in range(X.shape[1]) if np.nanstd(damaged[:half, index]) > 0]
    scaler = StandardScaler().fit(damaged[:half, kept])
    return (
        scaler.transform(damaged[:half, kept]),
        scaler.transform(damaged[half:, kept]),
        scaler.transform(X[order][half:, kept]),
    )


def error(filled: np.ndarray, holed: np.ndarray, whole: np.ndarray) -> float:
    holes = np.isnan(holed)
    return float(np.sqrt(((filled - whole)[holes] ** 2).mean()))


def errors(X: np.ndarray, seed: int) -> dict[str, float]:
    fitting, holed, whole = parts(X, seed)
    ours = TabularVAE(**SETTINGS, random_state=seed).fit(fitting)
    filled = {
        "ours": ours.impute(holed, samples=DRAWS),
        "KNNImputer": KNNImputer().fit(fitting).transform(holed),
        "IterativeImputer": IterativeImputer(random_state=seed, max_iter=20).fit(fitting).transform(holed),
        "mean": np.where(np.isnan(holed), 0.0, holed),
    }
    return {name: error(each, holed, whole) for name, each in filled.items()}


def summary(found: list[dict[str, float]]) -> dict:
    means = {name: float(np.mean([each[name] for each in found])) for name in found[0]}
    reach = t.ppf(0.975, len(found) - 1) / np.sqrt(len(found))
    below = {}
    for name in ("KNNImputer", "IterativeImputer"):
        gains = [each[name] - each["ours"] for each in found]
        below[name] = [
            float(np.mean(gains) - reach * np.std(gains, ddof=1)),
            float(np.mean(gains) + reach * np.std(gains, ddof=1)),
        ]
    return {**means, "ours below, 95% interval": below}


def main() -> None:
    warnings.simplefilter("ignore")
    tables = {name: load().data for name, load in TABLES.items()}
    found = {name: summary([errors(X, seed) for seed in range(MASKS)]) for name, X in tables.items()}
    record("tabular_imputation", {"settings": SETTINGS, "draws": DRAWS, "masks": MASKS, "normalised RMSE": found})


if __name__ == "__main__":
    main()
