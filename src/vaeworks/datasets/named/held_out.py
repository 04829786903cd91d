"""Fixed splits of pictures: which of them are held out."""

from typing import TYPE_CHECKING

from ..images.pictures import Pictures
from .dealing import shuffled_position

if TYPE_CHECKING:
    import numpy as np


def shuffled(count: int) -> list[int]:
    """The numbers below `count` in an order that never changes (see `dealing.split_by_film`)."""
    return sorted(range(count), key=lambda number: shuffled_position(str(number)))


def dealt(pictures: Pictures, sizes: dict[str, int]) -> dict[str, Pictures]:
    """Deal shuffled pictures to splits of these sizes; within a split they keep their order."""
    order = shuffled(len(pictures))
    splits, start = {}, 0
    for split, size in sizes.items():
        splits[split] = chosen(pictures, sorted(order[start : start + size]))
        start += size
    return splits


def chosen(pictures: Pictures, rows: "list[int] | np.ndarray") -> Pictures:
    """The pictures of these rows, in their order."""
    labels = None if pictures.labels is None else [pictures.labels[row] for row in rows]
    return Pictures(pictures.images[rows], labels)
