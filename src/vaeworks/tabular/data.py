"""From the numbers of a table to batches."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.examples import InMemory
from ..labels import LABEL
from .columns import Column, extremes
from .components import principal_axes
from .neighbours import GROUP, grouped_order, nearest
from .networks import Features
from .scales import Scales


class TableData(InMemory):
    """Rows and their labels.

    Parameters
    ----------
    matrix : ndarray or csr_matrix (N, D)
        Numbers of any type, categories as indices, NaN where missing. A sparse one is made dense batch by batch.
    labels : ndarray of int (N,)
        -1 where missing.
    columns : list of Column
    features : Features
    batch_size : int
    dtype : torch.dtype
        float32 to train, float64 where answers may not depend on how rows are batched.
    masking : float
        Share of the entries that the encoder does not see while training.

    Attributes
    ----------
    axes : ndarray (D, K) or None
        Principal axes of what the encoder reads, once `find_neighbours` searched along them.
    neighbours : ndarray (N, count) or None
        Rows near each row, of which some share its batch while training; once `find_neighbours` found them.

    Raises
    ------
    VaeworksError
        For numbers too far from those of the fit to compute with.
    """

    def __init__(
        self,
        matrix: Any,
        labels: np.ndarray,
        columns: list[Column],
        features: Features,
        batch_size: int,
        dtype: torch.dtype = torch.float32,
        masking: float = 0.0,
    ) -> None:
        super().__init__(matrix.shape[0], batch_size)
        self.matrix, self.labels = matrix, torch.from_numpy(labels)
        self.scales, self.features = Scales(columns), features
        self.dtype, self.masking = dtype, masking
        self._check_reach(columns)
        self.axes: np.ndarray | None = None
        self.neighbours: np.ndarray | None = None

    def _check_reach(self, columns: list[Column]) -> None:
        """Refuse numbers so far from those of the fit that their squares, summed up, are not finite."""
        ends = torch.from_numpy(np.stack(extremes(self.matrix)))
        far = self.scales.targets(ends).abs() > torch.finfo(self.dtype).max ** 0.4
        if far.any():
            place = int(far.any(0).nonzero()[0])
            raise too_far(columns[place], float(ends[far[:, place], place][0]))

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        """Every row once; shuffled by `seed`, or in the order given and without masking when it is None."""
        count, groups = self.count, None
        order = np.arange(count)
        random = None if seed is None else torch.Generator().manual_seed(seed)
        if seed is not None and self.neighbours is not None:
            order, groups = grouped_order(self.neighbours, np.random.default_rng(seed))
        elif seed is not None:
            order = np.random.default_rng(seed).permutation(count)
        for start in range(0, count, self.batch_size):
            some = slice(start, start + self.batch_size)
            yield self.batch(order[some], random, None if groups is None else groups[some])

    def batch(self, rows: np.ndarray, random: torch.Generator | None = None, groups: np.ndarray | None = None) -> Batch:
        targets = self.targets(rows)
        observed = ~torch.isnan(targets)
        seen = observed
        if random is not None and self.masking:
            seen = observed & (torch.rand(targets.shape, generator=random) >= self.masking)
        labels = {LABEL: self.labels[torch.from_numpy(rows)]}
        extra = {} if groups is None else {GROUP: torch.from_numpy(groups)}
        whole = bool(observed.all())
        return Batch(self.features(targets, seen), targets, None if whole else observed, labels=labels, extra=extra)

    def targets(self, rows: np.ndarray) -> Tensor:
        return self.scales.targets(torch.from_numpy(np.ascontiguousarray(self.dense(rows)))).to(self.dtype)

    def dense(self, rows: np.ndarray | slice) -> np.ndarray:
        chosen = self.matrix[rows]
        return chosen.toarray() if hasattr(chosen, "toarray") else chosen

    def find_neighbours(self, count: int, seed: int) -> None:
        """Look for the `count` rows near each row, along principal axes where there are many columns."""
        rows = self.readable()
        self.axes = principal_axes(rows, seed)
        self.neighbours = nearest(rows if self.axes is None else rows @ self.axes, count)

    def readable(self) -> np.ndarray:
        """What the encoder reads of every row, (N, width)."""
        return np.concatenate([batch.input.numpy() for batch in self.epoch(None) if batch.input is not None])


def too_far(column: Column, value: float) -> VaeworksError:
    if column.kind == "count":
        return VaeworksError(
            f"column {column.name!r} holds {value:g}, which is too large for a count: mend the value, or declare the "
            "column as real"
        )
    return VaeworksError(
        f"column {column.name!r} holds {value:g}, which is too far from the values of the fit to compute with: mend "
        "the value, or leave it out as missing"
    )
