"""What a report shows of a fitted model, as plain data that any renderer can draw."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA

from ..storage.artifact import measured
from ..storage.fitted import Fitted
from ..wording import meaning_of, spaced, worded
from .reader import Labelled

MOST_POINTS = 3000


@dataclass(frozen=True)
class Panel:
    """One thing to look at.

    Attributes
    ----------
    title, note : str
        What it is, and how to read it in a sentence.
    form : str
        'lines': data is {'x': [...], 'x_label', 'y_label', 'series': {name: [...]}}.
        'bars': {'values': [...], 'x_label', 'y_label'}.
        'scatter': {'points': (N, 2) array, 'groups': N names or None, 'x_label', 'y_label'}.
        'calibration': {'confidence': [...], 'accuracy': [...], 'count': [...]}, one entry a bin.
        'picture': {'pixels': (H, W, C) array of 8 bits, 'alt': what it shows}.
        'table': {'columns': [...], 'rows': [[...], ...]}.
    data : dict
    """

    title: str
    note: str
    form: str
    data: dict[str, Any]


def shared_panels(estimator: Fitted, X: Any, y: Any = None) -> list[Panel]:
    """The panels that every kind of data has: figures, curves, units and a map of codes."""
    codes: list[np.ndarray] = []
    for batch in estimator.batches(X, y):
        with torch.no_grad():
            means = estimator.model_.posterior_of(batch).mean
        codes.append((means.flatten(2).mean(2) if means.dim() > 2 else means).cpu().numpy())
        if sum(map(len, codes)) >= MOST_POINTS:
            break
    return [*measured_panels(estimator), latent_map(np.concatenate(codes))]


def labelled_panels(estimator: Labelled, X: Any, y: Any = None) -> list[Panel]:
    """The same with the classes in the map, and with labels how well they are calibrated."""
    means, truth, probabilities = looked_up(estimator, X, y)
    classes = estimator.reader_.classes
    names = None if classes is None else ["no label" if index < 0 else str(classes.names[index]) for index in truth]
    panels = [*measured_panels(estimator), latent_map(means, names)]
    if probabilities is not None and (truth >= 0).any():
        panels.append(calibration(probabilities, truth))
    return panels


def measured_panels(estimator: Fitted) -> list[Panel]:
    panels = [figures_panel(estimator), *curves(estimator.metrics_["history"])]
    per_unit = estimator.metrics_["fit"]["held_out"]["kl_per_unit_nats"]
    return [*panels, units(per_unit)] if per_unit else panels


@torch.no_grad()
def looked_up(estimator: Fitted, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Posterior means (N, D), label indices (N,), -1 where missing, and p(label | z) (N, C), of at most 3,000 rows."""
    means, truth, probabilities = [], [], []
    for batch in estimator.batches(X, y):
        mean = estimator.model_.posterior_of(batch).mean
        means.append(mean.cpu().numpy())
        for name, head in estimator.model_.heads.items():
            truth.append(batch.labels[name].cpu().numpy())
            probabilities.append(head(mean).probs.cpu().numpy())
        if sum(map(len, means)) >= MOST_POINTS:
            break
    codes = np.concatenate(means)
    if not probabilities:
        return codes, np.full(len(codes), -1), None
    return codes, np.concatenate(truth), np.concatenate(probabilities)


def figures_panel(estimator: Fitted) -> Panel:
    figures = measured(estimator.metrics_)
    rows = [[spaced(name), worded(value), meaning_of(name)] for name, value in figures.items()]
    model = " ".join(estimator.body().split())
    about = f"{model} What the last evaluation measured, or the fit where there was none:"
    return Panel("Figures", about, "table", {"columns": ["figure", "value", "what it is"], "rows": rows})


def curves(history: list[dict]) -> list[Panel]:
    """One panel for each term of the bound: training and validation, by epoch."""
    terms = {"reconstruction": "Reconstruction", "kl": "KL to the prior", "labels": "Labels"}
    panels = []
    for term, title in terms.items():
        series = {
            split: [record[split][term] for record in history] for split in ("train", "validation") if history[0][split]
        }
        if any(value for values in series.values() for value in values):
            data = {
                "x": [record["epoch"] + 1 for record in history],
                "x_label": "epoch",
                "y_label": "nats",
                "series": series,
            }
            panels.append(Panel(title, "Mean nats an example; training includes dropout.", "lines", data))
    return panels


def units(per_unit: list[float]) -> Panel:
    note = "Mean KL of each latent unit, largest first: a unit near zero carries nothing."
    return Panel(
        "KL per unit", note, "bars", {"values": sorted(per_unit, reverse=True), "x_label": "unit", "y_label": "nats"}
    )


def latent_map(means: np.ndarray, groups: list[str] | None = None) -> Panel:
    points = np.pad(means, ((0, 0), (0, max(0, 2 - means.shape[1]))))
    if points.shape[1] > 2 and len(points) > 2:
        points = PCA(2, random_state=0).fit_transform(points)
    note = "Posterior means on their first two principal components."
    labels = {"x_label": "first component", "y_label": "second component"}
    return Panel("Latent space", note, "scatter", {"points": points[:, :2], "groups": groups, **labels})


def calibration(probabilities: np.ndarray, truth: np.ndarray, bins: int = 10) -> Panel:
    """How often predictions of about one confidence are right."""
    known = truth >= 0
    confidence, right = probabilities[known].max(1), probabilities[known].argmax(1) == truth[known]
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    used = [index for index in range(bins) if (place == index).any()]
    data = {
        "confidence": [float(confidence[place == index].mean()) for index in used],
        "accuracy": [float(right[place == index].mean()) for index in used],
        "count": [int((place == index).sum()) for index in used],
    }
    return Panel("Calibration", "On the diagonal, a prediction is right as often as it claims.", "calibration", data)
