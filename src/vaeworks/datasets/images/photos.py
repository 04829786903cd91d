"""Pictures of any size: for models that read them piece by piece."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..listing import all_below, glimpse, say_left_out
from ..missing import reading
from ..registry import is_named
from ..sets import DataSet, InMemory
from .decoding import ENDINGS, decode
from .folders import split_folders
from .loading import load_images

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Photos(InMemory):
    """Pictures of one split.

    Attributes
    ----------
    images : list of uint8 arrays (H, W, C)
        C is 1 or 3.
    """

    images: list
    labels: None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def X(self) -> list:
        return self.images

    def take(self, rows: "np.ndarray") -> "Photos":
        return Photos([self.images[row] for row in rows])

    def followed_by(self, other: "Photos") -> "Photos":
        return Photos([*self.images, *other.images])


def load_photos(source: str | Path, *, data: Path | None = None) -> DataSet[Photos]:
    """Load pictures whose sizes may differ: a folder with all its folders, a named set, or a file of arrays.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    path = Path(source)
    if is_named(source) or not path.is_dir():
        found = load_images(source, data=data, label="")
        return DataSet(found.name, {split: Photos(list(part.images)) for split, part in found.splits.items()}, None)
    with reading(path, "image"):
        splits = {split: Photos(pictures_below(place)) for split, place in split_folders(path).items()}
    return DataSet(path.name or path.resolve().name, splits, None)


def pictures_below(folder: Path) -> list:
    """All pictures in a folder and in the folders below it, those that cannot be read left out with a word."""
    found, broken = [], []
    for file in files_below(folder):
        try:
            found.append(decode(file))
        except VaeworksError as error:
            broken.append(file)
            log.warning("%s", error)
    say_left_out(folder, "pictures that cannot be read", broken)
    if not found:
        raise VaeworksError(
            f"{folder} holds no pictures: it should hold {', '.join(ENDINGS)} files, but it holds {glimpse(folder)}"
        )
    return found


def files_below(folder: Path, endings: tuple[str, ...] = ENDINGS) -> list[Path]:
    """The files of some endings in a folder and below it; other files are said."""
    files, rest = all_below(folder, endings)
    say_left_out(folder, "other files", rest)
    return files
