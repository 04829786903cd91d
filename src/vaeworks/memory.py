"""The most memory that a file may ask for: a small one can claim, or unpack to, more than any machine has."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from .errors import VaeworksError

SETTING = "VAEWORKS_MOST_MEMORY"
SHARE, UNKNOWN = 0.75, 16 * 2**30
UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}  # powers of two
_most: ContextVar[int | None] = ContextVar("most_memory", default=None)
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)


@contextmanager
def at_most(size: str | None) -> Iterator[None]:
    """Within it, a file may ask for so much, as in 8G; None leaves it as it is.

    Raises
    ------
    VaeworksError
        Where that is no size.
    """
    token = _most.set(_most.get() if size is None else bytes_of(size, "--most-memory"))
    try:
        yield
    finally:
        _most.reset(token)


def most_memory() -> int:
    """Bytes: what `at_most` or VAEWORKS_MOST_MEMORY says, or else three quarters of the machine's.

    Raises
    ------
    VaeworksError
        Where that is no size.
    """
    most, said = _most.get(), os.environ.get(SETTING)
    if most is not None:
        return most
    return bytes_of(said, SETTING) if said else int(SHARE * physical())


def bytes_of(size: str, name: str) -> int:
    """Of a size as people write it, such as 8G or 500M."""
    found = SIZE.fullmatch(size.strip())
    if found is None:
        raise VaeworksError(f"{name} takes a size such as 8G or 500M, not {size!r}")
    return int(float(found[1]) * 2 ** UNITS[found[2].upper()])


def physical() -> int:
    with suppress(AttributeError, ValueError, OSError):  # not every system says it
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return UNKNOWN


def check_memory(path: Path, size: int) -> None:
    """Refuse what a file asks for, in bytes, before it gets it.

    Raises
    ------
    VaeworksError
    """
    most = most_memory()
    if size > most:
        raise VaeworksError(
            f"{path.name} takes at least {in_words(size)} of memory, and {in_words(most)} are allowed: bring it in "
            f"parts, or allow more with --most-memory or {SETTING}"
        )


def in_words(size: int) -> str:
    if size < 2**20:
        return f"{size:,} bytes"
    return f"{size / 2**30:,.1f} GiB" if size >= 2**30 else f"{size / 2**20:,.0f} MiB"
