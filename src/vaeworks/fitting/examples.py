"""The examples that training reads, in batches whose order a seed decides."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from ..core.batch import Batch


class Data(Protocol):
    """Examples, in batches; all processes see the same, unless it has a true attribute `apart`: then each its own."""

    def __len__(self) -> int:
        """Batches an epoch."""

    def epoch(self, seed: int | None) -> Iterable[Batch]:
        """Every example once; shuffled by `seed`, or in the order given when it is None."""


class InMemory(ABC):
    """Examples that lie in memory; a kind of data says how some of them make a batch.

    Parameters
    ----------
    count, batch_size : int
        Examples in all, and in a batch.
    """

    def __init__(self, count: int, batch_size: int) -> None:
        self.count, self.batch_size = count, batch_size

    def __len__(self) -> int:
        return -(-self.count // self.batch_size)

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        order = np.arange(self.count) if seed is None else np.random.default_rng(seed).permutation(self.count)
        for start in range(0, self.count, self.batch_size):
            yield self.batch(order[start : start + self.batch_size])

    @abstractmethod
    def batch(self, rows: np.ndarray) -> Batch:
        """The examples of these row numbers."""
