"""Dimensionality reduction of MNIST and Fashion-MNIST: `TabularVAE` beside umap-learn and PCA.

Fitted to the 60,000 training images as rows of 784 numbers, without labels. Accuracy is of 5 nearest neighbours on the
codes of the 10,000 test images; trustworthiness (Venna & Kaski 2001) is of those 10,000, with 5 neighbours.

pip install umap-learn; python benchmarks/tabular_maps.py
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
from recorded import record
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from vaeworks import TabularVAE, datasets
from vaeworks.estimator.maps import write_map
from vaeworks.tabular.presets import PRESETS

PICTURE = Path(__file__).parents[1] / "docs" / "map.png"
MAP, CODES = PRESETS["map"].parameters, PRESETS["codes"].parameters
RATES = {"mnist": None, "fashion": 120}  # nats of KL that codes hold, chosen on validation images
NEIGHBOURS = 5


def rows_of(name: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    splits = datasets.load_images(name).splits
    found = {split: (part.images.reshape(len(part), -1), np.array(part.labels)) for split, part in splits.items()}
    X, y = (np.concatenate([found[split][index] for split in ("train", "validation")]) for index in (0, 1))
    return {"train": (X, y), "test": found["test"]}


def judged(reducer: Any, rows: dict, trusted: bool) -> dict:
    """Seconds to fit and to place the test rows, accuracy, and trustworthiness."""
    (X, y), (T, truth) = rows["train"], rows["test"]
    began = time.perf_counter()
    reducer.fit(X)
    fitted = time.perf_counter()
    codes = reducer.transform(T)
    placed = time.perf_counter()
    near = KNeighborsClassifier(NEIGHBOURS).fit(reducer.transform(X), y)
    return {
        "fit seconds": fitted - began,
        "transform seconds": placed - fitted,
        "5-NN accuracy": float(near.score(codes, truth)),
        **({"trustworthiness": float(trustworthiness(T, codes, n_neighbors=NEIGHBOURS))} if trusted else {}),
    }


def umap() -> Any:
    from umap import UMAP

    return UMAP()


def main() -> None:
    found = {}
    for name in ("mnist", "fashion"):
        rows, plane = rows_of(name), TabularVAE(verbose=True, **MAP)
        found[name] = {
            "2-d": {
                "ours": judged(plane, rows, trusted=True),
                "umap-learn": judged(umap(), rows, trusted=True),
            },
            "64-d": {
                "ours": judged(TabularVAE(verbose=True, **CODES, rate=RATES[name]), rows, trusted=False),
                "PCA": judged(PCA(64), rows, trusted=False),
            },
        }
        if name == "mnist":
            write_map(plane.transform(rows["test"][0]), rows["test"][1].tolist(), PICTURE)
    record("tabular_maps", {"settings": {"2-d": MAP, "64-d": CODES, "rates": RATES}, **found})


if __name__ == "__main__":
    main()
