"""What large tables cost, beside KNNImputer, and how far few draws of `impute` are from many.

50,000 made-up rows of 10 numbers that follow from 4 others but for noise, 10% of them missing: seconds of `transform`,
`anomaly_score`, `impute`, and scikit-learn's KNNImputer, each once, in one run. And on wine, breast-cancer and digits,
20% missing: what 10,000 draws a row find, less what fewer find, in standard deviations, means of three seeds; the last
is the error of what fills the holes. A column's mean is that of the whole column, the values that were there included.

python benchmarks/tabular_scale.py                  # about 10 minutes
"""

import time
import warnings

import numpy as np
from recorded import record
from sklearn.impute import KNNImputer

from vaeworks import TabularVAE, datasets

ROWS, COLUMNS, CAUSES, MANY, SEEDS, LOOKED_AT = 50_000, 10, 4, 10_000, 3, 60
DRAWS = (25, 100, 1000)
TABLES = ("wine", "breast-cancer", "digits")


def main() -> None:
    warnings.simplefilter("ignore")
    record("tabular_scale", {"seconds": costs(), "draws": {name: draws(name) for name in TABLES}})


def with_holes(rows: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(rows.shape) < share, np.nan, rows)


def costs() -> dict[str, float]:
    random = np.random.default_rng(0)
    rows = random.normal(size=(ROWS, CAUSES)) @ random.normal(size=(CAUSES, COLUMNS))
    rows = with_holes(rows + 0.3 * random.normal(size=rows.shape), 0.1)
    model = TabularVAE(epochs=1).fit(rows[:2000])
    knn = KNNImputer().fit(rows)
    work = {
        "transform": lambda: model.transform(rows),
        "anomaly_score": lambda: model.anomaly_score(rows),
        "impute": lambda: model.impute(rows),
        "KNNImputer": lambda: knn.transform(rows),
    }
    return {name: seconds(each) for name, each in work.items()}


def seconds(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def draws(name: str) -> dict[str, dict[str, float]]:
    rows = datasets.load_table(name).whole().table.to_pandas().to_numpy(float)
    holed = with_holes(rows, 0.2)
    spread = np.nanstd(holed, 0)
    spread[spread == 0] = 1
    model = TabularVAE(epochs=60).fit(holed)
    rows, holed = rows[:LOOKED_AT], holed[:LOOKED_AT]
    holes, most = np.isnan(holed), model.impute(holed, samples=MANY)

    def moved(some: int, seed: int) -> tuple[float, float, float]:
        found = model.set_params(random_state=seed).impute(holed, samples=some)
        away, error = (found - most) / spread, (found - rows) / spread
        return rms(away[holes]), rms(away.mean(0)), rms(error[holes])

    figures = {some: np.mean([moved(some, seed) for seed in range(1, SEEDS + 1)], axis=0) for some in DRAWS}
    names = ("a value", "a column's mean", "error")
    return {str(some): dict(zip(names, map(float, each), strict=True)) for some, each in figures.items()}


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


if __name__ == "__main__":
    main()
