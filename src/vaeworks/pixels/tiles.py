"""Pictures of any size, piece by piece: memory does not grow with them beyond their own pixels."""

from collections.abc import Callable, Iterator

import numpy as np

from .photos import mirrored

STEP = 8  # sides of tiles, and where they begin, are multiples of it
SIDE, MARGIN = 1024, 128  # the margin is what a pixel of a network can see


def by_tiles(
    photo: np.ndarray, decode: Callable[[np.ndarray], np.ndarray], side: int = SIDE, margin: int = MARGIN
) -> np.ndarray:
    """What `decode` makes of a picture (H, W, C), (H, W, K): of tiles with a margin around each, or of the whole.

    Parameters
    ----------
    decode : callable
        Takes sides that are multiples of 8.
    """
    height, width = photo.shape[:2]
    if max(height, width) <= side + 2 * margin:
        return decode(mirrored(photo, STEP))[:height, :width]
    out: np.ndarray | None = None
    for rows in pieces(height, side):
        for columns in pieces(width, side):
            outer = [widened(piece, length, margin) for piece, length in ((rows, height), (columns, width))]
            found = decode(mirrored(photo[outer[0], outer[1]], STEP))
            inner = tuple(
                slice(piece.start - wide.start, piece.stop - wide.start)
                for piece, wide in zip((rows, columns), outer, strict=True)
            )
            out = np.empty((height, width, found.shape[-1]), found.dtype) if out is None else out
            out[rows, columns] = found[inner]
    assert out is not None
    return out


def pieces(length: int, side: int) -> Iterator[slice]:
    for start in range(0, length, side):
        yield slice(start, min(start + side, length))


def widened(piece: slice, length: int, margin: int) -> slice:
    """With its margin, and beginning at a multiple of 8, as pixels are joined."""
    start = max(0, piece.start - margin) // STEP * STEP
    return slice(start, min(length, piece.stop + margin))
