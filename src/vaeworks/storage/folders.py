"""A folder whose files are replaced all at once: who reads it meanwhile, or after a kill, finds all old or all new.

New files are written to SAVING/NEW. One rename makes that SAVING/READY, and from then on a file that lies there is the
folder's, until it has moved to its place. So every reader looks there first (`read_newest`), and who writes next ends
what a killed one began (`settle`).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from ..errors import VaeworksError
from ..files import put_in_place, remove, resolved, said_plainly
from .locks import only_one

SAVING, NEW, READY = ".saving", "new", "ready"
PATIENCE = 60.0  # seconds that one save waits for another
ATTEMPTS = 100
Found = TypeVar("Found")


@contextmanager
def folder_written_whole(folder: Path, ours: Callable[[Path], bool]) -> Iterator[Path]:
    """A temporary folder whose files become those of `folder` at once when the block ends well.

    A new folder, or an empty one, appears whole. In one of which `ours` is true, all other files stay. Any other is
    refused. A link stays and is followed.
    """
    with said_plainly(folder), workplace(folder, ours) as new:
        yield new
        place = resolved(folder)
        if new.parent == place / SAVING:
            new.rename(new.with_name(READY))
            settle(place)
        else:
            with suppress(OSError):
                place.rmdir()
            new.rename(place)


@contextmanager
def workplace(folder: Path, ours: Callable[[Path], bool]) -> Iterator[Path]:
    """An empty folder for one process at a time: in `folder` where `ours` is true of it, and beside it where it is new.

    What a killed process left there is gone.
    """
    place = resolved(folder)
    beside = place.with_name(f".{place.name}{SAVING}")
    while True:
        inside = ours(place)
        saving = place / SAVING if inside else beside
        new = saving / NEW
        with only_one(saving, folder, "saving", PATIENCE):
            if ours(place) != inside:  # another process has just made it
                continue
            if inside:
                settle(place)
                clear(beside)
            remove(new, "*")
            new.mkdir()
            try:
                yield new
            finally:
                remove(new, "*")
            return


def settle(place: Path) -> None:
    """Move the files that are ready to their places, an empty one to take its like away.

    At every step a reader finds the same, provided that it asks for no file that is empty.
    """
    ready = place / SAVING / READY
    for file in sorted(ready.glob("*")):
        if not file.stat().st_size:
            (place / file.name).unlink(missing_ok=True)
            file.unlink()
        else:
            put_in_place(file, place / file.name)
    remove(ready)


def clear(saving: Path) -> None:
    """Remove what a killed process left, which the lock tells: a living one has it."""
    if saving.is_dir():
        with suppress(VaeworksError), only_one(saving, saving, "saving"):
            remove(saving / NEW, "*")


def read_newest(path: Path, read: Callable[[Path], Found]) -> Found:
    """Read one file of such a folder, wherever it lies."""
    try:
        return read(path.parent / SAVING / READY / path.name)
    except (FileNotFoundError, NotADirectoryError):
        return read(path)


def read_at_once(mark: Path, read: Callable[[], Found]) -> Found:
    """What `read` gives of the folder of `mark`, a file that no two saves write alike; all of it of one save."""
    for _ in range(ATTEMPTS):
        before = state(mark)
        try:
            found = read()
        except Exception:
            if state(mark) == before:
                raise
        else:
            if state(mark) == before:
                return found
    raise VaeworksError(f"{mark.parent} is saved again and again while it is read: read it later, or read a copy")


def state(mark: Path) -> tuple[list[str], bytes | None]:
    """What changes whenever a file is replaced, or has moved to its place."""
    ready = mark.parent / SAVING / READY
    return sorted(tried(os.listdir, ready) or ()), tried(read_newest, mark, Path.read_bytes)


def tried(look: Callable[..., Found], *where: Any) -> Found | None:
    """What is found, or None where nothing is."""
    try:
        return look(*where)
    except OSError:
        return None
