"""Pictures that lie in memory, and the named splits that they form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Pictures:
    """The pictures of one split.

    Attributes
    ----------
    images : uint8 array (N, H, W, C)
        C is 1 or 3; the values are 0 to 255, or 0 and 1 for a binary set.
    labels : list of str or None
        One a picture; None without labels.
    """

    images: "np.ndarray"
    labels: list[str] | None

    def __len__(self) -> int:
        return len(self.images)

    def only(self, rows: "Sequence[int] | np.ndarray") -> "Pictures":
        """The images of these row numbers."""
        labels = None if self.labels is None else [self.labels[row] for row in rows]
        return Pictures(self.images[rows], labels)

    def head(self, limit: int | None) -> "Pictures":
        """The first `limit` pictures; all of them for None."""
        if limit is None:
            return self
        if limit < 0:
            raise VaeworksError(f"there are no first {limit} pictures: the limit is 0 or more")
        return Pictures(self.images[:limit], None if self.labels is None else self.labels[:limit])


@dataclass(frozen=True)
class ImageSet:
    """Named splits of one data set of pictures; all of them have the same height, width and channels.

    Attributes
    ----------
    name : str
        The named set, or the name of the local file or folder.
    splits : dict of str to Pictures
        train, validation, test as far as they exist; all for a local source without them.
    label_name : str or None
        What the labels say: digit, garment, person or class; None without labels.
    """

    name: str
    splits: dict[str, Pictures]
    label_name: str | None
