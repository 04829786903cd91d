"""One process at a time: a lock that dies with its process."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import VaeworksError
from ..files import said_plainly

LOCK = "lock"


@contextmanager
def only_one(folder: Path, target: Path, doing: str, patience: float = 0.0) -> Iterator[None]:
    """Have a folder of ours for one process alone; it is made at the start, and goes if nothing is left in it.

    Parameters
    ----------
    target, doing
        What the folder is for: a refusal says that another process is `doing` the `target`.
    patience : float
        How many seconds to wait for another process.

    Raises
    ------
    VaeworksError
        When another process has it, or when it cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK, timeout=patience)
    with said_plainly(target):
        while not lock.is_locked:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire()
            except Timeout as error:
                raise VaeworksError(
                    f"another process is {doing} {target}: wait until it is done, or choose another folder"
                ) from error
            except FileNotFoundError:  # who had it before has just removed the folder
                continue
    try:
        yield
    finally:
        with suppress(OSError):
            (folder / LOCK).unlink()  # while it is held: whoever waits for a file that is gone opens a new one
        lock.release()
        with suppress(OSError):
            folder.rmdir()
