"""Pictures that lie in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..sets import InMemory, labels_followed_by

if TYPE_CHECKING:
    import numpy as np

# What files, folders and arrays of a split are called.
SPLIT_NAMES = {"train": ("train",), "validation": ("validation", "valid", "val"), "test": ("test",)}


@dataclass(frozen=True)
class Pictures(InMemory):
    """The pictures of one split; all splits of a set have the same height, width and channels.

    Attributes
    ----------
    images : uint8 array (N, H, W, C)
        C is 1 or 3; the values are 0 to 255, or 0 and 1 for a binary set.
    labels : list of str or None
        One a picture, None where missing; None without labels.
    files : list of str or None
        Where each lies in its folder; None for arrays.
    """

    images: "np.ndarray"
    labels: list | None
    files: list[str] | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def X(self) -> "np.ndarray":
        return self.images

    @property
    def ids(self) -> dict[str, list]:
        return {} if self.files is None else {"picture": self.files}

    def take(self, rows: "np.ndarray") -> "Pictures":
        labels, files = ([own[row] for row in rows] if own is not None else None for own in (self.labels, self.files))
        return Pictures(self.images[rows], labels, files)

    def followed_by(self, other: "Pictures") -> "Pictures":
        import numpy as np

        labels = labels_followed_by(self.labels, len(self), other.labels, len(other))
        files = None if self.files is None or other.files is None else [*self.files, *other.files]
        return Pictures(np.concatenate([self.images, other.images]), labels, files)
