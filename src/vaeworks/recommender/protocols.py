"""How recommenders are judged: strong generalisation, weak generalisation, and by time."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..datasets.interactions.interactions import Interactions
from ..errors import VaeworksError
from .data import HELD_OUT, given, padded, parting
from .ranking import Judged

PROTOCOLS = ("strong", "weak", "temporal")
Ranker = Callable[[Batch], Tensor]


def weak(found: Interactions) -> tuple[Interactions, Interactions]:
    """The histories without a fifth of each, and that fifth: users are known, and what they have next is not."""
    return divided(found, lambda items: np.isin(items, parting(items, HELD_OUT, None)[1], assume_unique=True))


def temporal(found: Interactions) -> tuple[Interactions, Interactions]:
    """The histories before a moment, and after it: the moment that leaves a fifth of all interactions behind it.

    Raises
    ------
    VaeworksError
        Where no times are known.
    """
    if found.times is None:
        raise VaeworksError("these interactions have no times: name their column with --time, or take another protocol")
    late = found.times > np.quantile(found.times, 1 - HELD_OUT, method="lower")
    if not late.any():
        raise VaeworksError("all interactions were at one time, so that none is later: take another protocol")
    return found.only(~late), found.only(late)


def divided(found: Interactions, held_out: Callable[[np.ndarray], np.ndarray]) -> tuple[Interactions, Interactions]:
    parts = [
        held_out(found.of(user)) if len(found.of(user)) > 1 else np.zeros(len(found.of(user)), bool)
        for user in range(len(found))
    ]
    late = np.concatenate(parts) if parts else np.zeros(0, dtype=bool)
    return found.only(~late), found.only(late)


def folds_of(
    read: Interactions, scored: Interactions, batch_size: int, conditional: bool
) -> Iterator[tuple[Batch, np.ndarray]]:
    """Batches of the users who have something in both, and their numbers."""
    able = np.flatnonzero((read.lengths() > 0) & (scored.lengths() > 0))
    for start in range(0, len(able), batch_size):
        rows = able[start : start + batch_size]
        batch = given(padded([read.of(row) for row in rows]), conditional)
        batch.target = padded([scored.of(row) for row in rows])
        yield batch, rows


@torch.no_grad()
def judged(
    folds: Iterable[tuple[Batch, np.ndarray]], rankers: dict[str, Ranker]
) -> tuple[dict[str, Judged], np.ndarray]:
    """How each ranker does on the same users; and the numbers of these, perhaps none."""
    parts: dict[str, list[Judged]] = {name: [] for name in rankers}
    users = []
    for batch, rows in folds:
        users.append(rows)
        for name, rank in rankers.items():
            parts[name].append(Judged.of(rank(batch).cpu(), batch.input.cpu(), batch.target.cpu()))
    if not users:
        return {}, np.zeros(0, dtype=np.int64)
    return {name: Judged.together(each) for name, each in parts.items()}, np.concatenate(users)
