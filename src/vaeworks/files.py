"""Files and folders that appear whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from .errors import VaeworksError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary file beside `path`, which replaces it when the block ends well."""
    with said_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = beside(path)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """A temporary folder beside `folder`, which takes its place when the block ends well."""
    with said_plainly(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = beside(folder)
        old = temporary.with_name(temporary.name + ".old")
        temporary.mkdir()
        try:
            yield temporary
            if folder.exists():
                folder.rename(old)
            temporary.rename(folder)
        except BaseException:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def beside(path: Path) -> Path:
    """A hidden name in the same folder, so that a rename suffices; the suffix stays, since writers look at it."""
    return path.with_name(f".{secrets.token_hex(4)}.{path.name}")


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Turn a system's refusal to write into one sentence."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise VaeworksError(f"cannot write {path}: {reason}: free the place or choose another") from error
