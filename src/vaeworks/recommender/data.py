"""From histories to batches: what is learned of the data before training, and what is read and scored."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..datasets.interactions.gathering import gathered
from ..datasets.interactions.interactions import Interactions, Items
from ..errors import VaeworksError
from ..fitting.examples import InMemory
from ..fitting.processes import fewest
from ..held_out import parted
from .ease import Linear
from .parameters import RecommenderParameters

log = logging.getLogger(__name__)
HELD_OUT = 0.2  # of each history that is judged, so that 80% are read
TRAINED, JUDGED_BY, KNOWN = 0, 1, 2  # what a fit did with a user


class HistoryData(InMemory):
    """Histories in batches of padded numbers of items.

    Parameters
    ----------
    histories : Interactions
    batch_size : int
    split : bool
        Whether a history is split into what is given and what is scored; else all of it is read and scored.
    scored : float
        The share that is scored, drawn anew in each epoch that is shuffled; with 0 all is read and scored there.

    Attributes
    ----------
    linear : Linear or None
        Where the linear path begins, once it was chosen.
    judged_by : HistoryData or None
        The users by whom epochs are judged.
    apart : bool
        Whether other processes have the other users; then all take as many steps as the one with the fewest.
    """

    def __init__(self, histories: Interactions, batch_size: int, split: bool, scored: float = HELD_OUT) -> None:
        super().__init__(len(histories), batch_size)
        self.histories, self.split, self.scored = histories, split, scored
        self.linear: Linear | None = None
        self.judged_by: HistoryData | None = None
        self.apart = histories.apart
        self.steps = fewest(super().__len__(), self.apart)

    def __len__(self) -> int:
        return self.steps

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        if seed is None:
            yield from islice(super().epoch(seed), self.steps)
            return
        random = np.random.default_rng(seed)
        order = random.permutation(self.count)
        for start in range(0, min(self.count, self.steps * self.batch_size), self.batch_size):
            rows = order[start : start + self.batch_size]
            if self.split and self.scored:
                yield parted_batch(self.histories, rows, self.scored, random)
            else:
                yield given(padded([self.histories.of(row) for row in rows]), self.split)

    def batch(self, rows: np.ndarray) -> Batch:
        if self.split:
            return parted_batch(self.histories, rows, HELD_OUT, None)
        return Batch(padded([self.histories.of(row) for row in rows]))

    def folds(self) -> Iterator[tuple[Batch, np.ndarray]]:
        """Batches of users who have something to read and something to score, split by a rule; and their numbers.

        The batch's input is what is read, its target what is held out.
        """
        lengths = self.histories.lengths()
        able = np.flatnonzero(lengths >= 2)
        for start in range(0, len(able), self.batch_size):
            rows = able[start : start + self.batch_size]
            yield parted_batch(self.histories, rows, HELD_OUT, None, self.split), rows

    def whole(self) -> Iterator[Batch]:
        """Batches in which all of each history is given and read."""
        for start in range(0, self.count, self.batch_size):
            rows = range(start, min(start + self.batch_size, self.count))
            yield given(padded([self.histories.of(row) for row in rows]), self.split)


def given(ids: Tensor, conditional: bool) -> Batch:
    """Histories that are read as a whole, and where there is a condition given as a whole."""
    return Batch(ids, condition=ids if conditional else None)


def parted_batch(
    histories: Interactions,
    rows: np.ndarray,
    share: float,
    random: np.random.Generator | None,
    conditional: bool = True,
) -> Batch:
    """What is read of each history and, about a share of it and at least one, what is scored."""
    parts = [parting(histories.of(row), share, random) for row in rows]
    read, scored = padded([own for own, _ in parts]), padded([rest for _, rest in parts])
    return Batch(read, scored, condition=read if conditional else None)


def parting(items: np.ndarray, share: float, random: np.random.Generator | None) -> tuple[np.ndarray, np.ndarray]:
    """A history without about a share of it, and that share; without a generator a rule decides.

    The rule depends on the history alone, so that it splits a user alike wherever the user stands.
    """
    count = max(1, round(share * len(items)))
    order = scattered(items) if random is None else random.random(len(items))
    placed = np.argsort(order, kind="stable")
    out = np.zeros(len(items), dtype=bool)
    out[placed[:count]] = True
    return items[~out], items[out]


def scattered(items: np.ndarray) -> np.ndarray:
    """A number for each item of a history that looks like chance (Steele et al. 2014, the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed = items.astype(np.uint64) + np.uint64(int(items.sum()) + 1) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def padded(rows: list[np.ndarray]) -> Tensor:
    """Numbers of items (N, T), -1 behind the last of a row."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    present = np.arange(max(1, int(lengths.max(initial=0)))) < lengths[:, None]
    ids = np.full(present.shape, -1, dtype=np.int64)
    if lengths.sum():
        ids[present] = np.concatenate(rows)
    return torch.from_numpy(ids)


@dataclass(frozen=True)
class HistoryReader:
    """The items that may be recommended, and the histories of all users that the fit was told of.

    Attributes
    ----------
    histories : Interactions
    roles : array (users,)
        Whether a user was trained on (0), judged epochs (1), or is only known (2).
    """

    histories: Interactions
    roles: np.ndarray

    @classmethod
    def learn(
        cls, X: Any, y: Any, estimator: RecommenderParameters, share: float
    ) -> tuple["HistoryReader", HistoryData, Any]:
        found = interactions_of(X)
        whole = found.whole
        blank = cls(whole, np.full(len(whole), KNOWN, dtype=np.int64))
        return blank.further(found, y, estimator, share)

    def further(
        self, X: Any, y: Any, estimator: RecommenderParameters, share: float, anew: bool = True
    ) -> tuple["HistoryReader", HistoryData, Any]:
        found = interactions_of(X, self.items)
        if not len(found.members):
            raise VaeworksError("there are no interactions: give at least one user with an item")
        rows, others = parted(len(found), share)
        whole = interactions_of(X.whole if isinstance(X, Interactions) else X, self.items)
        histories = self.histories if whole is self.histories else refreshed(self.histories, whole)
        roles = np.concatenate([self.roles, np.full(len(histories) - len(self.roles), KNOWN)])
        numbers = {str(user): number for number, user in enumerate(histories.users)}
        for role, some in ((TRAINED, rows), (JUDGED_BY, others)):
            known = [numbers[str(found.users[row])] for row in some if str(found.users[row]) in numbers]
            roles[known] = role
        scored = estimator.scored if estimator.linear == "trained" else 0.0
        data = HistoryData(found.take(rows), estimator.batch_size, estimator.is_conditional(), scored)
        judged_by = self.data(found.take(others), None, estimator) if len(others) else None
        return replace(self, histories=histories, roles=roles), data, judged_by

    def data(self, X: Any, y: Any, estimator: RecommenderParameters) -> HistoryData:
        return HistoryData(interactions_of(X, self.items), estimator.batch_size, estimator.is_conditional())

    @property
    def items(self) -> Items:
        return self.histories.items

    def counts(self) -> np.ndarray:
        """How many of the users that were trained on have each item, (items,)."""
        return np.bincount(self.trained().members, minlength=len(self.items))

    def trained(self) -> Interactions:
        """The users that were trained on."""
        return self.histories.take(np.flatnonzero(self.roles == TRAINED))

    def judges(self) -> Interactions:
        """The users that judged epochs."""
        return self.histories.take(np.flatnonzero(self.roles == JUDGED_BY))

    def to_state(self) -> dict:
        return {
            "users": self.histories.users,
            "items": self.items.ids,
            "columns": self.items.columns,
            "kept": self.histories.kept,
        }

    @classmethod
    def from_state(cls, state: dict) -> "HistoryReader":
        """Without the histories, which `with_histories` adds."""
        users = state["users"]
        starts, members = np.zeros(len(users) + 1, dtype=np.int64), np.zeros(0, dtype=np.int32)
        histories = Interactions(users, starts, members, Items(state["items"], state["columns"]), kept=state["kept"])
        return cls(histories, np.full(len(users), KNOWN, dtype=np.int64))

    def tensors(self) -> dict[str, Tensor]:
        """The histories, as they are kept on disk."""
        found = {"starts": self.histories.starts, "members": self.histories.members, "roles": self.roles}
        return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in found.items()}

    def with_histories(self, tensors: dict[str, Tensor]) -> "HistoryReader":
        """The inverse of `tensors`."""
        starts, members, roles = (tensors[name].numpy() for name in ("starts", "members", "roles"))
        return HistoryReader(replace(self.histories, starts=starts, members=members), roles)


def refreshed(known: Interactions, found: Interactions) -> Interactions:
    """The histories with those of further data in the place of what was known of the same users, and new users after.

    Times are not kept.
    """
    place = {str(user): number for number, user in enumerate(found.users)}
    parts = [
        found.of(place[str(user)]) if str(user) in place else known.of(row) for row, user in enumerate(known.users)
    ]
    old = {str(user) for user in known.users}
    new = [number for number, user in enumerate(found.users) if str(user) not in old]
    parts += [found.of(number) for number in new]
    log.info("%s users are new, and %s have another history now", f"{len(new):,}", f"{len(place) - len(new):,}")
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    users = [*known.users, *(found.users[number] for number in new)]
    return replace(known, users=users, starts=starts, members=np.concatenate(parts).astype(np.int32), times=None)


def interactions_of(X: Any, known: Items | None = None) -> Interactions:
    """Histories of whatever they came as: interactions, a table or DataFrame with columns of users and items, a matrix.

    Raises
    ------
    VaeworksError
        When it is none of them, or its items are not those that the model knows.
    """
    if isinstance(X, Interactions):
        return X if known is None or X.items.ids == known.ids else renumbered(X, known)
    if hasattr(X, "columns") or hasattr(X, "column_names"):
        return of_table(X, known)
    return of_matrix(X, known)


def renumbered(found: Interactions, known: Items) -> Interactions:
    """The same histories by the numbers of known items; interactions with others are left out, which is said."""
    numbers = {str(own): number for number, own in enumerate(known.ids)}
    new = np.array([numbers.get(str(own), -1) for own in found.items.ids], dtype=np.int32)
    members = new[found.members]
    if missing := int((members < 0).sum()):
        log.warning("%s interactions are left out: the model does not know their items", f"{missing:,}")
    return replace(found, members=members, items=known, among=None).only(members >= 0)


def of_table(X: Any, known: Items | None) -> Interactions:
    from ..datasets.interactions.columns import named_columns

    names = [str(name) for name in (X.column_names if hasattr(X, "column_names") else X.columns)]
    user, item, rating, time = named_columns("the table", names)
    users, items, ratings, times = (None if name is None else X[name] for name in (user, item, rating, time))
    return gathered(users, items, ratings, times, known=known, strict=known is not None)


def of_matrix(X: Any, known: Items | None) -> Interactions:
    from scipy.sparse import csr_matrix, issparse

    if not issparse(X):
        array = np.asarray(X)
        if array.ndim != 2 or array.dtype.kind not in "biuf":
            raise VaeworksError(
                "interactions must be a table with columns user and item, or a matrix of users by items, "
                f"not {type(X).__name__} of shape {array.shape}"
            )
        X = array
    matrix = csr_matrix(X)
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise VaeworksError("a matrix of interactions holds NaN or negative numbers: it must hold counts or ratings")
    if known is not None and matrix.shape[1] != len(known):
        raise VaeworksError(f"the matrix has {matrix.shape[1]} items, and the model knows {len(known)}: give as many")
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return Interactions(
        list(range(matrix.shape[0])),
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        known or Items(list(range(matrix.shape[1]))),
        kept=f"{matrix.nnz:,} interactions, those above 0",
    )
