"""Published files: read only where their sha256 is the published one, and kept in the cache as they came or packed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..files import digest
from .arrays import picked
from .cache import cache_folder, filling, local_copy
from .downloads import check_digest, fetch

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """One public file: its name, where it is, and its checksum."""

    file: str
    url: str
    sha256: str


def local_words(name: str, files: Sequence[Published]) -> str:
    """How to pass a local copy, in words."""
    return "--data PATH or VAEWORKS_DATA: a folder that holds " + " and ".join(f"{name}/{each.file}" for each in files)


def are_cached(name: str, files: Sequence[Published]) -> bool:
    return all((cache_folder(name) / each.file).is_file() for each in files)


def verified(name: str, files: Sequence[Published], data: Path | None = None) -> tuple[Path, ...]:
    """The files of the data set `name`, once the checksum of each is right.

    They come from `data`, VAEWORKS_DATA, the cache or their public source, in this order. A copy that was brought
    and is another file is refused; one in the cache is downloaded again.
    """
    copy = local_copy(name, [tuple(each.file for each in files)], data)
    if copy is not None:
        return checked(copy, files)
    for each in files:
        keep(name, each)
    return tuple(cache_folder(name) / each.file for each in files)


def keep(name: str, wanted: Published) -> None:
    """Have a file in the cache, downloaded unless it is there already."""
    kept = cache_folder(name) / wanted.file
    if kept.is_file():
        if digest(kept, "sha256") == wanted.sha256:
            return
        log.warning("%s: %s in the cache is damaged or altered, so it is downloaded again", name, wanted.file)
    with filling(kept.parent) as folder:
        download(name, [wanted], folder)


def download(name: str, files: Sequence[Published], folder: Path) -> tuple[Path, ...]:
    """Get files into a folder, and check them."""
    for each in files:
        log.info("%s: downloading %s from %s", name, each.file, urlsplit(each.url).hostname)
        fetch(name, each.url, folder / each.file)
    return checked([folder / each.file for each in files], files)


def checked(paths: Sequence[Path], files: Sequence[Published]) -> tuple[Path, ...]:
    """These paths, once each of them is the file that was published."""
    for path, each in zip(paths, files, strict=True):
        check_digest(path, "sha256", each.sha256)
    return tuple(paths)


@dataclass(frozen=True)
class Packed:
    """Published files whose arrays are kept in one .npz file.

    Attributes
    ----------
    name : str
        The data set's.
    npz : str
        The file that is kept, and that may be brought.
    beside : str
        The folder that may hold a brought one, as well as that of the set's own name.
    shapes : dict of str to tuple of int
        Its arrays and the shape of their rows.
    read : callable
        Makes these arrays of the published files.
    """

    name: str
    npz: str
    beside: str
    shapes: dict[str, tuple[int, ...]]
    read: "Callable[[Sequence[Path]], dict[str, np.ndarray]]"

    @property
    def kept(self) -> Path:
        return cache_folder(self.name) / self.npz

    def arrays(self, files: Sequence[Published], data: Path | None) -> "dict[str, np.ndarray]":
        """The arrays, from `data`, VAEWORKS_DATA, the cache or the public source, in this order."""
        published = tuple(each.file for each in files)
        copy = local_copy(self.name, [(self.npz,), (f"{self.beside}/{self.npz}",), published], data)
        if copy is not None and copy[0].name != self.npz:
            return self.read(checked(copy, files))
        if copy is None and not self.kept.is_file():
            self._keep(files)
        return picked(copy[0] if copy else self.kept, self.shapes)

    def _keep(self, files: Sequence[Published]) -> None:
        import numpy as np

        with filling(self.kept.parent) as folder:
            place = folder / "download"
            place.mkdir()
            # numpy's stubs take arrays by name for its own flags
            np.savez_compressed(folder / self.npz, **self.read(download(self.name, files, place)))  # type: ignore[arg-type]
