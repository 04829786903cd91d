"""Files that appear whole or not at all."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from .errors import VaeworksError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, which replaces it when the block ends well; a link stays and is followed."""
    with said_plainly(path):
        target = resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(hidden(path.name))
        try:
            yield temporary
            put_in_place(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def digest(path: Path, algorithm: str = "sha256") -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def put_in_place(new: Path, place: Path) -> None:
    """Move a file where an earlier one may be, whose mode stays."""
    with suppress(FileNotFoundError):
        new.chmod(place.stat().st_mode)
    os.replace(new, place)


def hidden(name: str, mark: str | None = None) -> str:
    """A name in the same folder, so that a rename suffices; the suffix stays, since writers look at it."""
    return f".{mark or secrets.token_hex(4)}.{name}"


def hidden_names(name: str) -> str:
    """The pattern of all such names."""
    return hidden(name, "[0-9a-f]" * 8)


def resolved(path: Path) -> Path:
    """Where a path leads, links followed; nothing need be there."""
    return Path(os.path.realpath(path))


def remove(folder: Path, *patterns: str) -> None:
    """Remove files of ours, and the folder where nothing else is left in it."""
    with suppress(OSError):
        for pattern in patterns:
            for path in folder.glob(pattern):
                path.unlink(missing_ok=True)
        folder.rmdir()


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Turn a system's refusal to write into one sentence."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise VaeworksError(f"cannot write {path}: {reason}: free the place or choose another") from error
