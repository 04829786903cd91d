"""Which rows are left to validation: the same ones whatever the seed, so that they can be found again."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def held_out(first: int, count: int, share: float) -> "np.ndarray":
    """Whether each of the rows first, first + 1, ... is held out, (count,); they are spread evenly over a stream."""
    import numpy as np

    scattered = np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(2**32)
    return scattered < share * 2**32


def parted(count: int, share: float) -> "tuple[np.ndarray, np.ndarray]":
    """Numbers of the rows to train on, and of about a share that is held out; none is where all would be."""
    import numpy as np

    kept_back = held_out(0, count, share)
    rows, others = np.flatnonzero(~kept_back), np.flatnonzero(kept_back)
    return (rows, others) if len(rows) else (others, rows)
