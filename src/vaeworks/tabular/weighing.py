"""Posterior draws weighed by importance: what fills holes, and what rows are drawn that agree with given values."""

import torch
from numpy.polynomial.hermite_e import hermegauss
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Normal

from ..core.batch import Batch
from ..core.choosing import Choose
from ..core.model import LatentModel
from ..labels import LABEL
from .likelihoods import Row
from .scales import Scales

DRAWS_A_CODE, NODES = 100, 20


def weighed(model: LatentModel, batch: Batch, samples: int, choose: Choose) -> tuple[Row, Tensor]:
    """The likelihoods of samples x batch rows, and the weights (samples, batch) of p(z | what was observed)."""
    evidence = model.evidence(batch, samples, choose)
    return model.decoder(evidence.levels[0].z), evidence.log_weights().softmax(0)


def expected(row: Row, weights: Tensor) -> Tensor:
    """What is expected under the weights, as targets (B, D): of a number its mean, else the most probable category.

    The mean is that of the table's own numbers, which is not their mean target where a column is bent or positive.
    """
    found: dict[int, Tensor] = {}
    for columns, distribution in row.parts:
        if isinstance(distribution, Categorical):
            mean = averaged(distribution.probs, weights).argmax(-1).to(weights.dtype)
        else:
            mean = averaged(distribution.mean, weights)
        if isinstance(distribution, Bernoulli):
            mean = (mean > 0.5).to(mean.dtype)
        elif isinstance(distribution, Normal):
            places, scales = row.scales.curved(columns)
            if len(places):
                numbers = mean_numbers(distribution.mean[:, places], distribution.stddev[:, places], scales)
                mean[:, places] = scales.targets(averaged(numbers, weights)).to(mean.dtype)
        found.update(zip(columns.tolist(), mean.T, strict=True))
    return torch.stack([found[index] for index in range(len(found))], 1)


def averaged(values: Tensor, weights: Tensor) -> Tensor:
    """(samples x B, ...) -> (B, ...), under weights (samples, B)."""
    values = values.unflatten(0, weights.shape)
    return (weights.reshape(*weights.shape, *[1] * (values.dim() - 2)) * values).sum(0)


def mean_numbers(mean: Tensor, scale: Tensor, scales: Scales) -> Tensor:
    """The means of numbers whose targets (N, D) are normal, by Gauss-Hermite quadrature."""
    places, shares = hermegauss(NODES)
    total = torch.zeros_like(mean, dtype=torch.float64)
    for place, share in zip(places, shares / shares.sum(), strict=True):
        total += share * scales.numbers(mean + place * scale)
    return total


def resampled(row: Row, weights: Tensor, draws: int) -> Tensor:
    """Targets (draws, B, D) from p(row | what was observed), by importance resampling (Rubin 1987)."""
    chosen = Categorical(probs=weights.T).sample((draws,))
    each = [row.sample().unflatten(0, weights.shape) for _ in range(draws)]
    rows = torch.arange(weights.shape[1], device=weights.device)
    return torch.stack([values[index, rows] for values, index in zip(each, chosen, strict=True)])


def codes_given(model: LatentModel, batch: Batch, n: int, label: int | None) -> Tensor:
    """Draws from p(z | the one row of the batch, label), (n, D), by importance resampling from q(z | row)."""
    evidence = model.evidence(batch, DRAWS_A_CODE * max(n, DRAWS_A_CODE))
    z, log_weights = evidence.levels[0].z, evidence.log_weights()[:, 0]
    if label is not None:
        log_weights = log_weights + model.heads[LABEL](z).logits[:, label]
    return z[torch.multinomial(log_weights.softmax(0), n, replacement=True)]
