"""The neighbour term: rows that are near in the table stay near in the latent space. No reported bound contains it."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.evidence import Level

GROUP = "group"  # of the batch: near rows have one number
MOST_TOGETHER, MOST_REACH = 8, 20.0


def nearest(rows: np.ndarray, count: int) -> np.ndarray:
    """The `count` nearest other rows of each row (N, D), exactly, as (N, count)."""
    search = NearestNeighbors(n_neighbors=min(count, len(rows) - 1), algorithm="brute").fit(rows.astype(np.float32))
    return search.kneighbors(return_distance=False)


def grouped_order(neighbours: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Every row once, (N,), near rows next to each other in groups of at most 8; and the number of its group.

    A row with no free neighbour left has a group of its own.
    """
    count, width = neighbours.shape
    choices = random.permuted(np.tile(np.arange(width), (count, 1)), axis=1)
    offered = np.take_along_axis(neighbours, choices, 1).tolist()
    free, groups = [True] * count, []
    for row in random.permutation(count).tolist():
        if free[row]:
            group = [row, *[near for near in offered[row] if free[near]][: MOST_TOGETHER - 1]]
            groups.append(group)
            for member in group:
                free[member] = False
    order = [groups[index] for index in random.permutation(len(groups)).tolist()]
    numbers = np.repeat(np.arange(len(order)), [len(group) for group in order])
    return np.array([row for group in order for row in group]), numbers


def reach_of(rows: int) -> float:
    """How many units of the map one unit of z is: more rows need more room, while the prior gives z a size near 1."""
    return min(MOST_REACH, rows**0.5 / 4)


class NeighbourTerm(nn.Module):
    """The cross-entropy of finding each row's partner among its batch, in nats: what the model trains aside.

    Rows attract by 1 / (1 + d^2), d their distance in posterior means (van der Maaten & Hinton 2008); the other rows of
    the batch are the negatives (InfoNC-t-SNE: Damrich et al. 2023).

    Parameters
    ----------
    reach : float
        See `reach_of`.
    """

    def __init__(self, reach: float) -> None:
        super().__init__()
        self.reach = reach

    def forward(self, levels: list[Level], batch: Batch, condition: object) -> Tensor:
        posterior = levels[0].posterior
        assert posterior is not None
        return partner_cross_entropy(posterior.mean * self.reach, batch.extra[GROUP])


def partner_cross_entropy(z: Tensor, groups: Tensor) -> Tensor:
    """Mean over the rows whose group has others in the batch, and over those, a scalar; 0 where there is none."""
    alone = torch.eye(len(z), dtype=torch.bool, device=z.device)
    partner = (groups[:, None] == groups) & ~alone
    squares = (z**2).sum(1)
    distances = (squares[:, None] + squares - 2 * z @ z.T).clamp(min=0)
    attraction = -torch.log1p(distances)
    away = attraction.masked_fill(alone, -torch.inf).logsumexp(1)
    partners = partner.sum(1)
    own = torch.where(partner, attraction, torch.zeros_like(attraction)).sum(1) / partners.clamp(min=1)
    found = partners > 0
    return torch.where(found, away - own, torch.zeros_like(own)).sum() / found.sum().clamp(min=1)
