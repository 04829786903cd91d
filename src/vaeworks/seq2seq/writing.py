"""How sequences are written for sources: the likeliest one, or several that differ by their codes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ..core.choosing import Choose, cooled, prior_mean
from .data import PairData

ROUNDS = 8  # of draws for alternatives, before fewer are given


@torch.no_grad()
def written(
    estimator: Any, data: PairData, choose: Choose, beam: int, length_power: float, copies: int = 1
) -> Iterator[tuple[np.ndarray, list[list[str]]]]:
    """Row numbers, and the `copies` texts of each row, whose codes are chosen anew for each copy.

    Rows of like length go together, the longest first.
    """
    model, vocabulary = estimator.model_.eval(), estimator.reader_.vocabulary
    order = np.argsort([-len(ids) for ids in data.sources], kind="stable")
    size = max(1, estimator.batch_size // copies)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        _, z, condition = model.descend(data.batch(rows).to(estimator._device()), choose, copies)
        tokens = model.decoder(z, condition).hypotheses(beam, length_power).tokens[:, 0]
        texts = [vocabulary.decode(ids) for ids in tokens.tolist()]
        yield rows, [texts[row :: len(rows)] for row in range(len(rows))]


def likeliest(estimator: Any, data: PairData, beam: int, length_power: float) -> Iterator[tuple[np.ndarray, list[str]]]:
    """Row numbers and one text each, at the prior's mean."""
    for rows, texts in written(estimator, data, prior_mean, beam, length_power):
        yield rows, [text for [text] in texts]


def differing(estimator: Any, data: PairData, count: int, beam: int, length_power: float) -> list[list[str]]:
    """For each row the likeliest text, and then others from draws of z, each of them once."""
    found: list[list[str]] = [[] for _ in range(data.count)]
    for rows, texts in likeliest(estimator, data, beam, length_power):
        for row, text in zip(rows.tolist(), texts, strict=True):
            found[row].append(text)
    wanting = np.arange(data.count)
    for _ in range(ROUNDS):
        if not len(wanting):
            break
        for rows, drawn in written(estimator, data.take(wanting), cooled(1.0), beam, length_power, count):
            for row, texts in zip(wanting[rows].tolist(), drawn, strict=True):
                found[row] = list(dict.fromkeys([*found[row], *texts]))[:count]
        wanting = np.array([row for row in wanting if len(found[row]) < count], dtype=np.int64)
    return found
