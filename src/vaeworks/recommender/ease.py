"""EASE: the linear model of items by items with a closed form (Steck 2019), and its form for dropout (Steck 2020)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..datasets.interactions.interactions import Interactions
from ..fitting.processes import summed
from .networks import spread

DROPOUTS = (0.0, 0.2, 0.4)
USUAL_PENALTY, LEAST_PENALTY, MOST_PENALTY, EXACT_UP_TO = 200.0, 1.0, 1e5, 2000


@dataclass(frozen=True)
class Linear:
    """Weights between items.

    Attributes
    ----------
    weights : Tensor (M, M)
        From the item of a row to that of a column, with a diagonal of 0.
    which : Tensor of int (M,)
        The numbers of these items.
    items : int
        How many there are in all.
    penalty, dropout : float
        As `ease` takes them.
    """

    weights: Tensor
    which: Tensor
    items: int
    penalty: float = USUAL_PENALTY
    dropout: float = 0.0

    def scores(self, ids: Tensor) -> Tensor:
        """Scores of all items, (N, items), for histories (N, T) of numbers, -1 where padded; 0 of items not joined."""
        return spread(self.weights, self.which, self.items, ids)


def ease(gram: Tensor, penalty: float, dropout: float = 0.0) -> Tensor:
    """The weights from items to items that best foretell a history from the rest of it, with a diagonal of 0.

    Parameters
    ----------
    gram : Tensor (M, M)
        How many users have both of two items.
    penalty : float
        L2 on all weights (Steck 2019, eq. 8).
    dropout : float
        Of the inputs, in expectation: a penalty in proportion to how often an item occurs (Steck 2020, eq. 7).
    """
    ridge = penalty + dropout / (1 - dropout) * gram.diagonal()
    precision = torch.cholesky_inverse(torch.linalg.cholesky(gram + torch.diag(ridge)))
    weights = precision / -precision.diagonal()  # column by column, and rows so read take 100 times as long
    return weights.fill_diagonal_(0.0).float().contiguous()


def best_linear(
    histories: Interactions, most: int, judge: Callable[[Linear], float] | None, dropouts: tuple[float, ...] = (0.0,)
) -> Linear:
    """The solution whose penalties a judge likes best (higher is better); the usual ones where there is none.

    Parameters
    ----------
    histories : Interactions
        Of the users to learn from; where other processes have others, from all of them together.
    most : int
        The most items to join, those that most users have.
    """
    matrix, apart = histories.matrix(), histories.apart
    counts = summed(torch.from_numpy(np.asarray(matrix.sum(0)).ravel()), apart)
    which = most_had(counts.numpy(), most)
    own = matrix[:, which]
    exact = np.float64 if len(which) <= EXACT_UP_TO else np.float32
    gram = summed(torch.from_numpy(np.asarray((own.T @ own).todense(), dtype=exact)), apart)

    def solved(penalty: float, dropout: float) -> Linear:
        weights = ease(gram, penalty, dropout)
        return Linear(weights, torch.from_numpy(which), matrix.shape[1], penalty, dropout)

    if judge is None:
        return solved(USUAL_PENALTY, 0.0)
    tried: dict[tuple[float, float], float] = {}
    for dropout in dropouts:
        start = max(tried, key=lambda pair: tried[pair])[0] if tried else USUAL_PENALTY
        climb(start, dropout, lambda pair: judge(solved(*pair)), tried)
    return solved(*max(tried, key=lambda pair: tried[pair]))


def climb(
    start: float, dropout: float, judge: Callable[[tuple[float, float]], float], tried: dict[tuple[float, float], float]
) -> None:
    """Try a penalty, then twice as much or half as much as long as that is better."""
    tried[start, dropout] = judge((start, dropout))
    for step in (2.0, 0.5):
        penalty = start
        while LEAST_PENALTY < penalty * step < MOST_PENALTY:
            penalty *= step
            tried[penalty, dropout] = judge((penalty, dropout))
            if tried[penalty, dropout] <= tried[penalty / step, dropout]:
                break


def most_had(counts: np.ndarray, most: int) -> np.ndarray:
    """Numbers of the items that most users have, at most so many, in ascending order."""
    if len(counts) <= most:
        return np.arange(len(counts))
    return np.sort(np.argsort(-counts, kind="stable")[:most])
