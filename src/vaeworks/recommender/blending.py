"""A VAE and a linear path, summed: how loud the linear path speaks is chosen on users held out."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import posterior_mean
from ..core.model import LatentModel
from .data import HistoryData
from .ease import Linear
from .networks import LinearPath, spread
from .protocols import judged
from .ranking import Judged

USUAL, SCALES = 20.0, (0.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0, 200.0)


@torch.no_grad()
def scores_of(model: LatentModel, batch: Batch) -> Tensor:
    """Logits of all items, (N, items), at the mean of the posterior."""
    _, state, condition = model.descend(batch.to(next(model.parameters()).device), posterior_mean)
    return model.decoder(state, condition).logits


def ndcg(data: HistoryData, rank: Callable[[Batch], Tensor]) -> float:
    """Mean NDCG@100 of a ranker on users of whom a part is read; 0 where none can be judged."""
    found, users = judged(data.folds(), {"": rank})
    return float(found[""].ndcg.mean()) if len(users) else 0.0


def judge_of(data: HistoryData, linear: Linear | None) -> Callable[[LatentModel], float]:
    """-NDCG@100 on users held out, of the model's logits beside those of a linear path that does not speak yet."""
    folds = list(data.folds())
    beside = [0.0 if linear is None else USUAL * linear.scores(batch.input) for batch, _ in folds]

    def judge(model: LatentModel) -> float:
        waiting = iter(beside)
        found, users = judged(folds, {"": lambda batch: scores_of(model, batch).cpu() + next(waiting)})
        return -float(found[""].ndcg.mean()) if len(users) else 0.0

    return judge


def best_scale(model: LatentModel, path: LinearPath, data: HistoryData | None) -> float:
    """The scale of the linear path at which the sum ranks best for users held out; the usual one without any."""
    if data is None:
        return USUAL

    def summed(batch: Batch) -> dict[float, Tensor]:
        own, beside = scores_of(model, batch), spread(path.weights, path.which, path.items, batch.input)
        return {scale: own + scale * beside for scale in SCALES}

    found: dict[float, list[Judged]] = {scale: [] for scale in SCALES}
    for batch, _ in data.folds():
        for scale, scores in summed(batch.to(path.which.device)).items():
            found[scale].append(Judged.of(scores.cpu(), batch.input, batch.target))
    means = {scale: np.concatenate([part.ndcg for part in parts]).mean() for scale, parts in found.items() if parts}
    return max(means, key=lambda scale: means[scale]) if means else USUAL


def linear_judge(data: HistoryData | None) -> Callable[[Linear], float] | None:
    """NDCG@100 on users held out, of a linear model; None without any."""
    return None if data is None else lambda linear: ndcg(data, lambda batch: linear.scores(batch.input))
