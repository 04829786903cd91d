"""Series that lie in memory: rows at equal steps, the first of which may be there only to be read."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from ...errors import VaeworksError
from ..sets import Part

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Series(Part):
    """Rows of one or several columns; its `X` is itself, and it has no labels.

    Attributes
    ----------
    values : array (T, C)
        NaN where nothing was observed.
    times : array of datetime64 (T,), or None
        At equal steps; None where steps have no calendar.
    columns : tuple of str
    before : int
        So many first rows are only read, as the history of those that follow.
    """

    values: "np.ndarray"
    times: "np.ndarray | None"
    columns: tuple[str, ...]
    before: int = 0

    def __len__(self) -> int:
        return len(self.values) - self.before

    @property
    def X(self) -> "Series":
        return self

    @property
    def y(self) -> Any:
        return None

    @property
    def labelled(self) -> bool:
        return False

    def first(self, count: int) -> Self:
        return self.between(0, self.before + count)

    def held_out(self, share: float) -> Self:
        """The last of the rows, with all that is before them to be read."""
        return replace(self, before=self.before + first_held_out(len(self), share))

    def followed_by(self, other: Self) -> Self:
        raise VaeworksError("a series is forecast as one: name one part of it")

    def between(self, start: int, stop: int) -> Self:
        """Rows of these numbers, those that are only read included."""
        times = None if self.times is None else self.times[start:stop]
        return replace(self, values=self.values[start:stop], times=times, before=max(0, self.before - start))


def first_held_out(rows: int, share: float) -> int:
    """Where the last rows begin, of about a share, that a fit holds out."""
    return rows - round(rows * share)
