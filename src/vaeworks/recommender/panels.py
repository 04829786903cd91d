"""What a report shows of a recommender beside the usual."""

from collections import Counter
from typing import Any

import numpy as np
import torch
from sklearn.manifold import TSNE

from ..estimator.panels import Panel
from .blending import scores_of
from .catalogue import PARTS
from .data import HistoryData
from .ranking import DEPTH, hits, recall_at, top_items

MOST_GROUPS, MOST_SHOWN, FEWEST_FOR_TSNE = 9, 600, 8
GROUPS = ("genre", "genres", "category", "class")


def recommender_panels(estimator: Any, X: Any) -> list[Panel]:
    """A map of the items, shown against liked, and recall by size of history."""
    data = estimator.reader_.data(X, None, estimator)
    sizes, recalls, shown = looked_at(estimator, data)
    panels = [item_map(estimator)]
    if len(sizes):
        panels += [shown_against_liked(shown, estimator.reader_.counts()), recall_by_size(sizes, recalls)]
    return panels


@torch.no_grad()
def looked_at(estimator: Any, data: HistoryData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items read and Recall@50 of each user who can be judged, and how often each item was shown."""
    sizes, recalls, shown = [], [], np.zeros(len(estimator.reader_.items), dtype=np.int64)
    for batch, _ in data.folds():
        _, ranked = top_items(scores_of(estimator.model_, batch).cpu(), batch.input, DEPTH)
        held_out = (batch.target >= 0).sum(1).numpy()
        recalls.append(recall_at(hits(ranked, batch.target, len(shown)), held_out, 50))
        sizes.append((batch.input >= 0).sum(1).numpy())
        shown += np.bincount(ranked.numpy().ravel(), minlength=len(shown))
    if not sizes:
        return np.zeros(0), np.zeros(0), shown
    return np.concatenate(sizes), np.concatenate(recalls), shown


def item_map(estimator: Any) -> Panel:
    """The items that most users have, by what the model makes of who has only them; coloured by genre, if any."""
    items = estimator.reader_.items
    which = np.sort(np.argsort(-estimator.reader_.counts(), kind="stable")[:MOST_SHOWN])
    shares = torch.cat([estimator._log_shares(part[:, None]) for part in torch.from_numpy(which).split(100)])
    joined = shares[:, torch.from_numpy(which)]
    centred = (joined - joined.mean(0)).numpy()
    points = placed(centred)
    column = next((name for name in GROUPS if name in items.columns), None)
    groups = None if column is None else grouped([items.columns[column][number] for number in which])
    note = "The items that most users have, by t-SNE: near ones speak for the same others; far distances say nothing."
    labels = {"x_label": "", "y_label": ""}
    return Panel("Items", note, "scatter", {"points": points, "groups": groups, **labels})


def placed(rows: np.ndarray) -> np.ndarray:
    """Rows in the plane, (N, 2), near where they are near."""
    if len(rows) < FEWEST_FOR_TSNE:
        return np.pad(rows, ((0, 0), (0, 2)))[:, :2]
    return TSNE(2, perplexity=min(20.0, len(rows) / 4), metric="cosine", init="pca", random_state=0).fit_transform(rows)


def grouped(values: list) -> list[str]:
    """One group an item: the rarest of its values that is among the most frequent; the others together."""
    parts = [PARTS.split(str(value)) if value is not None else [] for value in values]
    counts = Counter(part for each in parts for part in each)
    frequent = {name for name, _ in counts.most_common(MOST_GROUPS)}
    return [min((part for part in each if part in frequent), key=counts.__getitem__, default="other") for each in parts]


def shown_against_liked(shown: np.ndarray, counts: np.ndarray) -> Panel:
    """Of the items in tenths from those that most users have: their share of interactions, and of what is shown."""
    order = np.argsort(-counts, kind="stable")
    tenths = np.array_split(order, min(10, len(order)))
    series = {
        "of interactions": [float(counts[part].sum() / max(1, counts.sum())) for part in tenths],
        "of what is shown": [float(shown[part].sum() / max(1, shown.sum())) for part in tenths],
    }
    note = "Items in tenths, the most popular first: lists that show more of the first than users have are narrow."
    data = {"x": list(range(1, len(tenths) + 1)), "x_label": "tenth of the items", "y_label": "share", "series": series}
    return Panel("Coverage against popularity", note, "lines", data)


def recall_by_size(sizes: np.ndarray, recalls: np.ndarray) -> Panel:
    """Mean Recall@50 of users in five groups by how many items were read."""
    order = np.argsort(sizes, kind="stable")
    parts = [part for part in np.array_split(order, 5) if len(part)]
    data = {
        "x": [float(np.median(sizes[part])) for part in parts],
        "x_label": "items read (median of a fifth of the users)",
        "y_label": "Recall@50",
        "series": {"Recall@50": [float(recalls[part].mean()) for part in parts]},
    }
    return Panel("Recall by size of history", "Users in fifths by how much was read of them.", "lines", data)
