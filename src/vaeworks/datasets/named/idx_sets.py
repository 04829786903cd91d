"""Data sets in the four files of MNIST: how they are got, checked and split."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...errors import VaeworksError
from ..arrays import picked
from ..cache import cache_folder, filling, local_copy
from ..downloads import check_digest, fetch
from ..images.pictures import ImageSet, Pictures
from .held_out import dealt
from .idx import read_idx

if TYPE_CHECKING:
    import numpy as np

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
SHAPES = {"x_train": (28, 28), "y_train": (), "x_test": (28, 28), "y_test": ()}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IdxSet:
    """A data set in the layout of MNIST.

    Attributes
    ----------
    url : str
        The folder of its four files, with a slash at the end.
    md5 : tuple of str
        The checksums of `FILES`.
    npz : str
        The name of a local copy that holds x_train, y_train, x_test and y_test.
    classes : tuple of str
        The names of the labels 0, 1, 2 and so on.
    label_name : str
        What the labels say.
    validation : int
        How many of the training pictures are held out for validation.
    installed : Path or None
        Where a package of the system puts the four files.
    """

    name: str
    url: str
    md5: tuple[str, ...]
    npz: str
    classes: tuple[str, ...]
    label_name: str
    validation: int = 5000
    installed: Path | None = None


def is_idx_cached(name: str) -> bool:
    return all((cache_folder(name) / file).is_file() for file in FILES)


def local_words(source: IdxSet) -> str:
    """How to pass a local copy, in words."""
    return (
        f"--data PATH or VAEWORKS_DATA: a folder that holds mnist/{source.npz} (x_train, y_train, x_test, y_test), "
        f"or {source.name}/ with the four files {FILES[0]} and so on"
    )


def load_idx_set(source: IdxSet, data: Path | None) -> ImageSet:
    """The pictures in the splits train, validation and test.

    A fixed choice of the official training pictures is held out for validation (see `held_out.dealt`); test
    is the official one. The four files are checked for their checksums; a local copy in one .npz file for its
    shapes. Files of a system's package are taken as they are: it packs them anew, and checked them itself.
    """
    arrays = read_arrays(source, data)
    pictures = {split: labelled(source, arrays[f"x_{split}"], arrays[f"y_{split}"]) for split in ("train", "test")}
    sizes = {"train": max(0, len(pictures["train"]) - source.validation), "validation": source.validation}
    splits = {**dealt(pictures["train"], sizes), "test": pictures["test"]}
    return ImageSet(source.name, splits, source.label_name)


def read_arrays(source: IdxSet, data: Path | None) -> "dict[str, np.ndarray]":
    copy = local_copy(source.name, [(source.npz,), (f"mnist/{source.npz}",), FILES], data)
    if copy is not None and len(copy) == 1:
        return picked(copy[0], SHAPES)
    if copy is not None:
        for path, md5 in zip(copy, source.md5, strict=True):
            check_digest(path, "md5", md5)
        return read_files(copy)
    if source.installed is not None and all((source.installed / file).is_file() for file in FILES):
        return read_files(tuple(source.installed / file for file in FILES))
    cached = cache_folder(source.name)
    if not is_idx_cached(source.name):
        with filling(cached) as folder:
            download(source, folder)
    return read_files(tuple(cached / file for file in FILES))


def download(source: IdxSet, folder: Path) -> None:
    log.info("%s: downloading four files from %s", source.name, urlsplit(source.url).hostname)
    for file, md5 in zip(FILES, source.md5, strict=True):
        fetch(source.name, source.url + file, folder / file)
        check_digest(folder / file, "md5", md5)


def read_files(paths: tuple[Path, ...]) -> "dict[str, np.ndarray]":
    return dict(zip(SHAPES, map(read_idx, paths), strict=True))


def labelled(source: IdxSet, images: "np.ndarray", labels: "np.ndarray") -> Pictures:
    if len(images) != len(labels) or labels.max(initial=0) >= len(source.classes):
        raise VaeworksError(
            f"{source.name}: {len(images):,} pictures have {len(labels):,} labels, up to {labels.max(initial=0)}, but "
            f"there should be one each, below {len(source.classes)}: get the files again"
        )
    return Pictures(images.reshape(-1, 28, 28, 1), [source.classes[label] for label in labels])
