"""A VAE and a linear path, summed: how loud the linear path speaks is chosen on users held out."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import posterior_mean
from ..core.model import LatentModel
from ..fitting.processes import summed
from .data import HistoryData
from .ease import Linear
from .likelihoods import Multinomial, MultinomialLikelihood
from .networks import LinearPath
from .protocols import judged
from .ranking import Judged

USUAL, SCALES = 20.0, (0.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0, 200.0)
SHARPNESS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)


@torch.no_grad()
def scores_of(model: LatentModel, batch: Batch) -> Tensor:
    """Logits of all items, (N, items), at the mean of the posterior."""
    _, state, condition = model.descend(batch.to(next(model.parameters()).device), posterior_mean)
    return model.decoder(state, condition).logits


def ndcg(data: HistoryData, rank: Callable[[Batch], Tensor]) -> float:
    """Mean NDCG@100 of a ranker on users of whom a part is read; 0 where none can be judged."""
    found, _ = judged(data.folds(), {"": rank})
    return mean_ndcg(found.get(""), data.apart)


def mean_ndcg(found: Judged | None, apart: bool) -> float:
    """Over users, of all processes where each has its own; 0 where none can be judged."""
    both = torch.tensor([0.0, 0.0] if found is None else [found.ndcg.sum(), len(found.ndcg)], dtype=torch.double)
    total, users = summed(both, apart).tolist()
    return total / users if users else 0.0


def judge_of(data: HistoryData, linear: Linear | None) -> Callable[[LatentModel], float]:
    """-NDCG@100 on users held out, of the model's logits beside those of a linear path that does not speak yet."""
    folds = list(data.folds())
    beside = [0.0 if linear is None else USUAL * linear.scores(batch.input) for batch, _ in folds]

    def judge(model: LatentModel) -> float:
        waiting = iter(beside)
        found, _ = judged(folds, {"": lambda batch: scores_of(model, batch).cpu() + next(waiting)})
        return -mean_ndcg(found.get(""), data.apart)

    return judge


@torch.no_grad()
def blend(model: LatentModel, linear: Linear, data: HistoryData | None) -> None:
    """Let the linear path speak as loud as ranks best for users held out, and make the sum as sharp as is likeliest.

    Without users held out it speaks at the usual loudness.
    """
    decoder = cast(MultinomialLikelihood, model.decoder)
    path = cast(LinearPath, decoder.linear)
    decoder.sharpness.fill_(1.0)
    path.scale.fill_(0.0)
    folds = [] if data is None else [batch for batch, _ in data.folds()]
    if not folds:
        path.scale.fill_(USUAL)
        return
    parts = [(scores_of(model, batch).cpu(), linear.scores(batch.input), batch) for batch in folds]

    def ranks(scale: float) -> float:
        found = [Judged.of(own + scale * beside, batch.input, batch.target) for own, beside, batch in parts]
        return mean_ndcg(Judged.together(found), data.apart)  # type: ignore[union-attr]

    scale = max(SCALES, key=ranks)

    def likelihood(sharpness: float) -> float:
        return sum(
            float(Multinomial(sharpness * (own + scale * beside)).log_prob(batch.target).sum())
            for own, beside, batch in parts
        )

    path.scale.fill_(scale)
    decoder.sharpness.fill_(max(SHARPNESS, key=likelihood))


def linear_judge(data: HistoryData | None) -> Callable[[Linear], float] | None:
    """NDCG@100 on users held out, of a linear model; None without any."""
    return None if data is None else lambda linear: ndcg(data, lambda batch: linear.scores(batch.input))
