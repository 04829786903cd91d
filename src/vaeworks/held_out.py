"""Which rows are left to validation: the same ones whatever the seed, so that they can be found again."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy as np


def held_out(first: int, count: int, share: float) -> "np.ndarray":
    """Whether each of the rows first, first + 1, ... is held out, (count,); they are spread evenly over a stream."""
    import numpy as np

    scattered = np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(2**32)
    return scattered < share * 2**32


def parted(count: int, share: float) -> "tuple[np.ndarray, np.ndarray]":
    """Numbers of the rows to train on, and of about a share that is held out; none is where all would be."""
    return rows_of(held_out(0, count, share))


def parted_alike(keys: "Sequence[Hashable]", share: float) -> "tuple[np.ndarray, np.ndarray]":
    """The same, where rows with equal keys stay together, as a sentence with several translations."""
    import numpy as np

    leaders: dict[Hashable, int] = {}
    first = np.array([leaders.setdefault(key, row) for row, key in enumerate(keys)], dtype=np.int64)
    return rows_of(held_out(0, len(keys), share)[first])


def rows_of(kept_back: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    import numpy as np

    rows, others = np.flatnonzero(~kept_back), np.flatnonzero(kept_back)
    return (rows, others) if len(rows) else (others, rows)
