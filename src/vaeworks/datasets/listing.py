"""What lies in a local folder; nothing in it is passed over in silence, but for hidden entries."""

import logging
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .missing import unreadable

SHOWN = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClassTree:
    """The files of some endings in a folder and in its class folders.

    Attributes
    ----------
    folder : Path
    endings : collection of str
        In lower case, with their dots.
    flat : list of Path
        The files in the folder itself.
    classes : dict of str to list of Path
        Those in each of its folders that has some, in it or below it.
    empty : list of Path
        Its other folders.
    rest : list of Path
        Everything else in it or in the folders of classes.
    """

    folder: Path
    endings: Collection[str]
    flat: list[Path]
    classes: dict[str, list[Path]]
    empty: list[Path]
    rest: list[Path]

    def dealt(self) -> list[tuple[str, Path]]:
        """The files and their classes, dealt evenly in the order of names, so that any first ones hold every class."""
        places = [
            ((number + 0.5) / len(files), name, file)
            for name, files in self.classes.items()
            for number, file in enumerate(files)
        ]
        return [(name, file) for _, name, file in sorted(places)]

    def say_left_out(self) -> None:
        """Warn of all but the files of the classes, or of the folder itself where it has no classes."""
        say_left_out(self.folder, f"folders without {', '.join(self.endings)} files", self.empty)
        say_left_out(self.folder, "other files and folders", [*self.rest, *(self.flat if self.classes else [])])


def class_tree(folder: Path, endings: Collection[str]) -> ClassTree:
    """Look at everything in a folder and in its folders, each kind in the order of names.

    A folder that holds one folder of folders stands for that one.

    Raises
    ------
    VaeworksError
        When one of them cannot be listed, or something in it cannot be looked at, such as a broken link.
    """
    flat, folders, rest = sorted_out(folder, endings)
    if len(folders) == 1 and not flat and sorted_out(folders[0], endings)[1]:
        return replace(class_tree(folders[0], endings), folder=folder)
    classes, empty = {}, []
    for entry in folders:
        files, others = all_below(entry, endings)
        if files:
            classes[entry.name] = files
            rest += others
        else:
            empty.append(entry)
    return ClassTree(folder, endings, flat, classes, empty, rest)


def all_below(folder: Path, endings: Collection[str]) -> tuple[list[Path], list[Path]]:
    """The files of these endings in a folder and below it, and the rest of what is visible there."""
    files, folders, rest = sorted_out(folder, endings)
    for below in folders:
        more, others = all_below(below, endings)
        files, rest = [*files, *more], [*rest, *others]
    return files, rest


def sorted_out(folder: Path, endings: Collection[str]) -> tuple[list[Path], list[Path], list[Path]]:
    """The files of these endings, the folders, and the rest of what is visible in a folder."""
    files, folders, rest = [], [], []
    for entry in visible(folder):
        kind = mode(entry)
        if stat.S_ISDIR(kind):
            folders.append(entry)
        elif stat.S_ISREG(kind) and entry.suffix.lower() in endings:
            files.append(entry)
        else:
            rest.append(entry)
    return files, folders, rest


def visible(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise unreadable(folder, error) from error


def glimpse(folder: Path) -> str:
    """Some of what is visible in a folder, in words."""
    return ", ".join(entry.name for entry in visible(folder)[:SHOWN]) or "nothing"


def mode(entry: Path) -> int:
    """Of what type an entry is, as the module stat says it."""
    try:
        return entry.stat().st_mode
    except OSError as error:
        raise unreadable(entry, error) from error


def say_left_out(folder: Path, what: str, entries: Sequence[Path]) -> None:
    if entries:
        paths = [entry.relative_to(folder).as_posix() for entry in entries[:SHOWN]]
        dots = ", ..." if len(entries) > SHOWN else ""
        log.warning("%s: %s are left out: %s (%s%s)", folder, what, f"{len(entries):,}", ", ".join(paths), dots)
