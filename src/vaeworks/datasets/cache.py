"""Where named data sets are kept: the cache, and local copies that people bring."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import VaeworksError


def cache_folder(name: str) -> Path:
    """The folder of one named set: in VAEWORKS_CACHE if that is set, else in the user's cache."""
    if chosen := os.environ.get("VAEWORKS_CACHE"):
        return Path(chosen).expanduser() / name
    import pooch

    return Path(pooch.os_cache("vaeworks")) / name


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write files into; they move to `folder` when all of them are whole.

    What lies in its subfolders is thrown away.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workshop = TemporaryDirectory(dir=folder, prefix=".filling-")
    except OSError as error:
        raise VaeworksError(
            f"the cache {folder} cannot be written ({error.strerror}): set VAEWORKS_CACHE to a folder that can"
        ) from error
    with workshop as place:
        yield Path(place)
        for entry in Path(place).iterdir():
            if entry.is_file():
                entry.replace(folder / entry.name)


def local_copy(name: str, candidates: Sequence[Sequence[str]], data: Path | None) -> tuple[Path, ...] | None:
    """Find a local copy of a named set in `data`, else in VAEWORKS_DATA.

    Parameters
    ----------
    candidates : sequence of sequences of file names
        Each names the files that together are one copy, with the folder that holds them where that is not
        called `name`; the first whole one wins.
    data : Path or None
        Must hold a copy where given; VAEWORKS_DATA may hold other sets only.
    """
    place = data or os.environ.get("VAEWORKS_DATA")
    if not place:
        return None
    folder = Path(place).expanduser()
    if not folder.exists():
        raise VaeworksError(f"{folder}, named by {'--data' if data else 'VAEWORKS_DATA'}, does not exist")
    for files in candidates:
        for home in (folder / name, folder) if folder.is_dir() else (folder.parent,):
            found = tuple(home / file for file in files)
            if all(path.is_file() for path in found) and (folder.is_dir() or folder in found):
                return found
    if data is None:
        return None
    wanted = " or ".join(", ".join(file if "/" in file else f"{name}/{file}" for file in files) for files in candidates)
    raise VaeworksError(f"{folder} holds no copy of {name}: it should hold {wanted}")
