"""Synthetic rows: the accuracy, on real rows, of a classifier trained on rows drawn from a model; and no copies.

On breast-cancer, wine and penguins (mixed, with holes), five splits into halves, and, where it is named, on adult
(48,842 mixed rows with holes), one split. The classifier is scikit-learn's
HistGradientBoosting; ours and CTGAN's TVAE are fitted to one half and draw as many rows. Distances are to the nearest
real row of that half, in standardised numbers and one-hot words: of drawn rows, and of the other half's real rows.
SDMetrics' quality report says how near columns and pairs of columns come to those of the other half.

pip install ctgan sdmetrics palmerpenguins; python benchmarks/tabular_synthetic.py [adult]
"""

import json
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
from ctgan import TVAE
from recorded import RESULTS, record
from sdmetrics.reports.single_table import QualityReport
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from vaeworks import TabularVAE, datasets

TABLES, NAME = {"breast-cancer": 5, "wine": 5, "penguins": 5, "adult": 1}, "tabular_synthetic"  # splits
SETTINGS = {"latent_dim": 8, "width": 128, "prior": "vamp"}


def numbers_and_words(table: pd.DataFrame) -> Any:
    words = make_column_selector(dtype_exclude=np.number)(table)
    numbers = make_column_selector(dtype_include=np.number)(table)
    encoder = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    return make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), numbers), (encoder, words))


def accuracy(rows: pd.DataFrame, labels: Any, test: pd.DataFrame, truth: Any) -> float:
    table = numbers_and_words(rows)
    return float(
        make_pipeline(table, HistGradientBoostingClassifier(random_state=0)).fit(rows, labels).score(test, truth)
    )


def peer_rows(train: pd.DataFrame, labels: Any, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """CTGAN's TVAE refuses holes: it gets the rows without them, as its users do."""
    import torch

    torch.manual_seed(seed)
    np.random.seed(seed)
    whole = train.assign(label=labels).dropna()
    words = [name for name in whole if whole[name].dtype.kind not in "if"]
    model = TVAE(verbose=False)
    model.fit(whole, words)
    drawn = model.sample(len(train))
    return drawn.drop(columns="label"), drawn["label"].to_numpy()


def distances(rows: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    table = numbers_and_words(real).fit(real)
    return NearestNeighbors(n_neighbors=1).fit(table.transform(real)).kneighbors(table.transform(rows))[0][:, 0]


def split(table: pd.DataFrame, labels: Any, seed: int) -> dict[str, Any]:
    train, test, known, truth = train_test_split(table, labels, test_size=0.5, stratify=labels, random_state=seed)
    model = TabularVAE(**SETTINGS, random_state=seed).fit(train, known)
    rows, drawn = model.sample(len(train), labels=True)
    theirs, their_labels = peer_rows(train, known, seed)
    drawn_by = {"ours": rows.assign(label=drawn), "TVAE": theirs.assign(label=their_labels)}
    near = {"real": distances(test, train), "ours": distances(rows, train), "TVAE": distances(theirs, train)}
    return {
        "accuracy": {
            "real": accuracy(train, known, test, truth),
            "ours": accuracy(rows, drawn, test, truth),
            "TVAE": accuracy(theirs, their_labels, test, truth),
        },
        "median distance": {name: float(np.median(each)) for name, each in near.items()},
        **quality(test.assign(label=truth), drawn_by),
        "copies": {name: int((each < 1e-6).sum()) for name, each in near.items()},
    }


def quality(real: pd.DataFrame, drawn: dict[str, pd.DataFrame]) -> dict[str, dict[str, float]]:
    """SDMetrics' scores of columns by themselves, and of their pairs, from 0 to 1."""
    kinds = {name: "numerical" if real[name].dtype.kind in "if" and name != "label" else "categorical" for name in real}
    about = {"columns": {name: {"sdtype": kind} for name, kind in kinds.items()}}
    reports = {name: QualityReport() for name in drawn}
    for name, report in reports.items():
        report.generate(real.astype({"label": str}), drawn[name].astype({"label": str}), about, verbose=False)
    scores = {name: report.get_properties().set_index("Property")["Score"] for name, report in reports.items()}
    return {
        figure: {name: float(score[figure]) for name, score in scores.items()}
        for figure in ("Column Shapes", "Column Pair Trends")
    }


def averaged(found: list[dict]) -> dict:
    return {
        figure: {name: float(np.mean([each[figure][name] for each in found])) for name in found[0][figure]}
        for figure in found[0]
    }


def main() -> None:
    warnings.simplefilter("ignore")
    kept = RESULTS / f"{NAME}.json"
    found = json.loads(kept.read_text()) if kept.exists() else {}
    found.pop("machine", None)
    for name in sys.argv[1:] or [name for name in TABLES if name != "adult"]:
        rows = datasets.load_table(name).whole()
        labels = np.array(rows.labels)
        frame = rows.table.to_pandas()
        found[name] = averaged([split(frame, labels, seed) for seed in range(TABLES[name])])
    record(NAME, {**found, "settings": SETTINGS, "splits": TABLES})


if __name__ == "__main__":
    main()
