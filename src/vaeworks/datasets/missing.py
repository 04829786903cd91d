"""Files and folders that are not there, or that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

from vaeworks.errors import VaeworksError

from .registry import close_names, named_sets


def no_such(path: Path, kind: str) -> VaeworksError:
    try:
        siblings = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        siblings = []  # a parent that is not there or not readable has no close names to offer
    return VaeworksError(
        f"There is no file or data set {str(path)!r}{close_names(path.name, siblings, kind)}. {named_sets(kind)}"
    )


def unreadable(path: Path, error: OSError) -> VaeworksError:
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return VaeworksError(
            f"{path} is a link to {os.readlink(path)}, which is not there: mend the link or remove it."
        )
    return VaeworksError(f"{path} cannot be read ({error.strerror}): check the file and your rights to it.")
