"""What tells that the files of a model are those that were saved together."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import VaeworksError
from ..files import digest
from ..finite import dumps
from .folders import read_newest

DIGESTS, ID_DIGITS = "digests", 16
SETTINGS, DECIDING = "settings", ("kind", "format", "further", "parameters")  # of a config, what decides answers
log = logging.getLogger(__name__)


def digests_of(folder: Path, files: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {file: read_newest(folder / file, digest) for file in files}


def digest_of_settings(config: Mapping) -> str:
    """The SHA-256 of what a config says of answers, but not of who made it and when."""
    said = json.loads(dumps({name: config.get(name) for name in DECIDING}))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def id_of(config: Mapping) -> str | None:
    """What tells a model from others, made of its files' digests; None for one that was saved without."""
    if config.get(DIGESTS) is None:
        return None
    files = sorted(own for name, own in config[DIGESTS].items() if name != SETTINGS)
    return hashlib.sha256(" ".join(files).encode()).hexdigest()[:ID_DIGITS]


def check_form(config: Path, digests: object) -> None:
    """Refuse digests that are none."""
    named = digests is None or (isinstance(digests, dict) and all(isinstance(each, str) for each in digests.values()))
    if not named:
        raise VaeworksError(f"{config} is damaged (its digests are none): restore it, or fit the model again")


def check_digests(folder: Path, config: Mapping, files: Iterable[str]) -> None:
    """Refuse a model of which a file was changed; where it was saved without digests, it is said that none can tell.

    Raises
    ------
    VaeworksError
    """
    digests = config.get(DIGESTS)
    if digests is None:
        log.warning("%s was saved without digests of its files, so changes to them go unseen: save it again", folder)
        return
    if SETTINGS in digests and digests[SETTINGS] != digest_of_settings(config):
        raise VaeworksError(
            f"the model at {folder} is damaged: its config was changed after it was saved. Restore it, or load it, "
            "change parameters with set_params, and save it"
        )
    changed = [file for file, own in digests_of(folder, files).items() if digests.get(file) != own]
    if changed:
        raise VaeworksError(
            f"the model at {folder} is damaged: {changed[0]} is not the file that was saved with it. Restore it, or "
            "fit it again"
        )
