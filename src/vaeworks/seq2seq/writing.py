"""How sequences are written for sources: the likeliest one, or several that differ by their codes."""

from collections import Counter
from collections.abc import Iterator
from itertools import compress
from typing import Any

import numpy as np
import torch

from ..core.choosing import Choose, cooled, prior_mean
from .data import PairData

ROUNDS, DRAWS = 2, 4  # of draws of z for alternatives: so many for each that is wanted
WIDER = 1.5  # than the prior


@torch.no_grad()
def written(
    estimator: Any, data: PairData, choose: Choose, beam: int, length_power: float, copies: int = 1
) -> Iterator[tuple[np.ndarray, list[list[str]]]]:
    """Row numbers, and the `copies` texts of each row, whose codes are chosen anew for each copy."""
    model, vocabulary = estimator.model_.eval(), estimator.reader_.vocabulary
    for rows in long_ones_first(data, max(1, estimator.batch_size // copies)):
        _, z, condition = model.descend(data.batch(rows).to(estimator._device()), choose, copies)
        tokens = model.decoder(z, condition).hypotheses(beam, length_power).tokens[:, 0]
        texts = [vocabulary.decode(ids) for ids in tokens.tolist()]
        yield rows, [texts[row :: len(rows)] for row in range(len(rows))]


def long_ones_first(data: PairData, size: int) -> Iterator[np.ndarray]:
    """Row numbers in batches of sources of like length, the longest first."""
    order = np.argsort([-len(ids) for ids in data.sources], kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def likeliest(estimator: Any, data: PairData, beam: int, length_power: float) -> Iterator[tuple[np.ndarray, list[str]]]:
    """Row numbers and one text each, at the prior's mean."""
    for rows, texts in written(estimator, data, prior_mean, beam, length_power):
        yield rows, [text for [text] in texts]


def differing(estimator: Any, data: PairData, count: int, beam: int, length_power: float) -> list[list[str]]:
    """For each row the likeliest text, and then those that most draws of z give.

    The draws are wider than the prior, so that they differ. Where they give fewer than `count`, what follows in the
    beam of the likeliest is added.
    """
    first: list[list[str]] = [[] for _ in range(data.count)]
    for rows, lists in best_of(estimator, data, beam, length_power):
        for row, texts in zip(rows.tolist(), lists, strict=True):
            first[row] = texts
    seen = [Counter[str]() for _ in range(data.count)]
    wanting = np.arange(data.count)
    for _ in range(ROUNDS):
        if not len(wanting) or count == 1:
            break
        for rows, drawn in written(estimator, data.take(wanting), cooled(WIDER), beam, length_power, DRAWS * count):
            for row, texts in zip(wanting[rows].tolist(), drawn, strict=True):
                seen[row].update(texts)
        wanting = np.array([row for row in wanting if len({*seen[row], *first[row][:1]}) < count], dtype=np.int64)
    return [merged(best, drawn, count) for best, drawn in zip(first, seen, strict=True)]


def merged(best: list[str], drawn: Counter[str], count: int) -> list[str]:
    ranked = [text for text, _ in drawn.most_common()]
    return list(dict.fromkeys([*best[:1], *ranked, *best[1:]]))[:count]


@torch.no_grad()
def best_of(
    estimator: Any, data: PairData, beam: int, length_power: float
) -> Iterator[tuple[np.ndarray, list[list[str]]]]:
    """Row numbers, and the texts of a beam at the prior's mean, the best first."""
    model, vocabulary = estimator.model_.eval(), estimator.reader_.vocabulary
    for rows in long_ones_first(data, estimator.batch_size):
        _, z, condition = model.descend(data.batch(rows).to(estimator._device()), prior_mean)
        found = model.decoder(z, condition).hypotheses(beam, length_power)
        there = found.log_probs.isfinite().tolist()
        lists = [
            [vocabulary.decode(ids) for ids in compress(row, kept)]
            for row, kept in zip(found.tokens.tolist(), there, strict=True)
        ]
        yield rows, lists
