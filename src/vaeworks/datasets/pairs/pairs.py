"""Pairs of texts that lie in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..sets import InMemory, labels_followed_by

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Pairs(InMemory):
    """Some pairs; its `X` are the sources and its `y` the targets.

    Attributes
    ----------
    sources : list of str
    labels : list of str, or None
        The targets; None where there are only sources.
    """

    sources: list[str]
    labels: list[str] | None

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def X(self) -> list[str]:
        return self.sources

    def take(self, rows: "np.ndarray") -> "Pairs":
        targets = None if self.labels is None else [self.labels[row] for row in rows]
        return Pairs([self.sources[row] for row in rows], targets)

    def held_out(self, share: float) -> "Pairs":
        """Pairs of one source stay together, as in a fit."""
        from ...held_out import parted_alike

        return self.take(parted_alike(self.sources, share)[1])

    def followed_by(self, other: "Pairs") -> "Pairs":
        targets = labels_followed_by(self.labels, len(self), other.labels, len(other))
        return Pairs([*self.sources, *other.sources], targets)
