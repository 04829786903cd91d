"""The neighbour term: rows that are near in the table stay near in the latent space. No reported bound contains it."""

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from ..core.batch import Batch
from ..core.evidence import Evidence
from ..fitting.plan import Penalty

PAIR = "pair"
COMPONENTS, REACH = 50, 20.0


def nearest(rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The `count` nearest other rows of each row, (N, count), exact after PCA to at most 50 components."""
    components = min(COMPONENTS, *rows.shape)
    if components < rows.shape[1]:
        rows = PCA(components, svd_solver="covariance_eigh" if rows.shape[1] <= 2000 else "randomized",
                   random_state=seed).fit_transform(rows)
    search = NearestNeighbors(n_neighbors=min(count, len(rows) - 1), algorithm="brute").fit(rows.astype(np.float32))
    return search.kneighbors(return_distance=False)


def paired_order(neighbours: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Every row once, (N,), most of them next to one of their neighbours; and the number of its pair, -1 without one."""
    count, width = neighbours.shape
    choices = random.permuted(np.tile(np.arange(width), (count, 1)), axis=1)
    offered = np.take_along_axis(neighbours, choices, 1).tolist()
    free, pairs, alone = [True] * count, [], []
    for row in random.permutation(count).tolist():
        if not free[row]:
            continue
        free[row] = False
        partner = next((near for near in offered[row] if free[near]), None)
        if partner is None:
            alone.append(row)
        else:
            free[partner] = False
            pairs.append((row, partner))
    return dealt(np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(alone, dtype=np.int64), random)


def dealt(pairs: np.ndarray, alone: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pairs side by side with the rows that have none spread among them."""
    units = [*pairs.tolist(), *alone[:, None].tolist()]
    order = [(row, index if len(units[index]) == 2 else -1) for index in random.permutation(len(units)).tolist()
             for row in units[index]]
    rows, numbers = zip(*order, strict=True)
    return np.array(rows), np.array(numbers)


def neighbour_penalty(weight: float) -> Penalty:
    """The cross-entropy of finding each row's partner among its batch, in nats, times `weight`.

    Rows attract by 1 / (1 + d^2), d their distance in posterior means (van der Maaten & Hinton 2008; Damrich et al. 2023,
    InfoNC-t-SNE); the other rows of the batch are the negatives.
    """

    def penalty(evidence: Evidence, batch: Batch) -> Tensor:
        if PAIR not in batch.labels:
            return evidence.log_likelihood.new_zeros(())
        posterior = evidence.levels[0].posterior
        assert posterior is not None
        return weight * partner_cross_entropy(posterior.mean * REACH, batch.labels[PAIR])

    return penalty


def partner_cross_entropy(z: Tensor, pairs: Tensor) -> Tensor:
    """Mean over the rows that have a partner, a scalar; 0 where none has."""
    alone = torch.eye(len(z), dtype=torch.bool, device=z.device)
    partner = (pairs[:, None] == pairs) & (pairs >= 0) & ~alone
    squares = (z**2).sum(1)
    distances = (squares[:, None] + squares - 2 * z @ z.T).clamp(min=0)
    attraction = -torch.log1p(distances)
    away = attraction.masked_fill(alone, -torch.inf).logsumexp(1)
    found = partner.any(1)
    own = torch.where(partner, attraction, torch.zeros_like(attraction)).sum(1)
    return torch.where(found, away - own, torch.zeros_like(own)).sum() / found.sum().clamp(min=1)

