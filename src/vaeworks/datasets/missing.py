"""Files and folders that are not there, or that cannot be read."""

from __future__ import annotations

from pathlib import Path

from vaeworks.errors import VaeworksError

from .registry import close_names, named_sets


def no_such(path: Path, kind: str) -> VaeworksError:
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    return VaeworksError(
        f"There is no file or data set {str(path)!r}{close_names(path.name, siblings, kind)}. {named_sets(kind)}"
    )


def unreadable(path: Path, error: OSError) -> VaeworksError:
    return VaeworksError(f"{path} cannot be read ({error.strerror}): check the file and your rights to it.")
