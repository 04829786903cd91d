"""Files and folders that are not there, or that cannot be read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import VaeworksError
from .registry import close_names, named_sets


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Say what a source of this kind lacks, or which of its files cannot be read."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.exists():
            raise no_such(path, kind) from error
        raise unreadable(Path(error.filename or path), error) from error


def no_such(path: Path, kind: str) -> VaeworksError:
    try:
        siblings = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        siblings = []  # a parent that is not there or not readable has no close names to offer
    return VaeworksError(
        f"there is no file or data set {str(path)!r}{close_names(path.name, siblings, kind)}. {named_sets(kind)}"
    )


def unreadable(path: Path, error: OSError) -> VaeworksError:
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return VaeworksError(f"{path} is a link to {os.readlink(path)}, which is not there: mend the link or remove it")
    return VaeworksError(f"{path} cannot be read ({error.strerror}): check the file and your rights to it")


def ending_of(path: Path) -> str:
    """What kind of file it says it is, in words."""
    return f"of kind {path.suffix}" if path.suffix else "without an ending"
