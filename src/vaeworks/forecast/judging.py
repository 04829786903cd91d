"""How forecasts are judged: by draws of the future, against what came."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import cooled
from ..core.model import LatentModel

LEVEL, DRAWS, WIDENED = 0.9, 400, "widened_by"


@torch.no_grad()
def drawn(model: LatentModel, batch: Batch, draws: int) -> Tensor:
    """Futures (draws, B, H, C) given the histories of a batch: a code from the prior, and the values' own noise."""
    given = Batch(None, condition=batch.condition)
    _, z, condition = model.descend(given, cooled(1.0), draws)
    return model.decoder(z, condition).sample().unflatten(0, (draws, -1))


def widened(draws: np.ndarray, factor: float) -> np.ndarray:
    """The same draws (S, ...), further from their median or nearer to it."""
    middle = np.median(draws, axis=0)
    return middle + factor * (draws - middle)


def crps(draws: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of draws (S, ...), in the target's units, lower is better.

    The estimate is fair: its mean does not depend on S (Gneiting & Raftery 2007, eq. 20; Ferro 2014).
    """
    count, ordered = len(draws), np.sort(draws, axis=0)
    ranks = (2 * np.arange(1, count + 1) - count - 1).reshape(-1, *[1] * target.ndim)
    between = 2 * (ranks * ordered).sum(0) / (count * (count - 1))
    return np.abs(draws - target).mean(0) - 0.5 * between


def bounds_of(draws: np.ndarray, level: float) -> np.ndarray:
    """Ends (2, ...) of the interval that leaves as much below as above."""
    return np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)


def factor_for(draws: list[np.ndarray], targets: list[np.ndarray]) -> float:
    """By how much to widen draws so that intervals of 90% held 90% of what came."""
    scores = []
    for each, target in zip(draws, targets, strict=True):
        middle, (low, high) = np.median(each, axis=0), bounds_of(each, LEVEL)
        reach = np.where(target < middle, middle - low, high - middle)
        scores.append((np.abs(target - middle) / np.maximum(reach, 1e-12))[~np.isnan(target)])
    known = np.concatenate(scores)
    return float(np.quantile(known, LEVEL)) if len(known) else 1.0


class Judge:
    """`crps`, `mae` of the median and `coverage_90`, over all windows and columns, as the draws are widened."""

    def __init__(self, model: LatentModel, factor: float) -> None:
        self.model, self.factor = model, factor
        self.scores: list[np.ndarray] = []

    def see(self, batch: Batch, read: Any, evidence: Any) -> None:
        draws = widened(drawn(self.model, batch, DRAWS).double().cpu().numpy(), self.factor)
        target = batch.target.double().cpu().numpy()
        low, high = bounds_of(draws, LEVEL)
        parts = (crps(draws, target), np.abs(np.median(draws, axis=0) - target), (low <= target) & (target <= high))
        known = batch.observed.cpu().numpy()
        self.scores.append(np.stack([part[known].astype(float) for part in parts]))

    def figures(self) -> dict:
        names = ("crps", "mae", f"coverage_{round(100 * LEVEL)}")
        return dict(zip(names, np.concatenate(self.scores, axis=1).mean(1).tolist(), strict=True))
