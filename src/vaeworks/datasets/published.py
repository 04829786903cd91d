"""Published files: kept in the cache as they came, and read only where their sha256 is the published one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .cache import cache_folder, filling, local_copy
from .downloads import check_digest, digest, fetch

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """One public file: its name, where it is, and its checksum."""

    file: str
    url: str
    sha256: str


def local_words(name: str, files: Sequence[Published]) -> str:
    """How to pass a local copy, in words."""
    return "--data PATH or VAEWORKS_DATA: a folder that holds " + " and ".join(f"{name}/{each.file}" for each in files)


def are_cached(name: str, files: Sequence[Published]) -> bool:
    return all((cache_folder(name) / each.file).is_file() for each in files)


def verified(name: str, files: Sequence[Published], data: Path | None = None) -> tuple[Path, ...]:
    """The files of the data set `name`, once the checksum of each is right.

    They come from `data`, VAEWORKS_DATA, the cache or their public source, in this order. A copy that was brought
    and is another file is refused; one in the cache is downloaded again.
    """
    copy = local_copy(name, [tuple(each.file for each in files)], data)
    if copy is not None:
        for path, each in zip(copy, files, strict=True):
            check_digest(path, "sha256", each.sha256)
        return copy
    for each in files:
        keep(name, each)
    return tuple(cache_folder(name) / each.file for each in files)


def keep(name: str, wanted: Published) -> None:
    """Have a file in the cache, downloaded unless it is there already."""
    kept = cache_folder(name) / wanted.file
    if kept.is_file():
        if digest(kept, "sha256") == wanted.sha256:
            return
        log.warning("%s: %s in the cache is damaged or altered, so it is downloaded again", name, wanted.file)
    with filling(kept.parent) as folder:
        log.info("%s: downloading %s from %s", name, wanted.file, urlsplit(wanted.url).hostname)
        fetch(name, wanted.url, folder / wanted.file)
        check_digest(folder / wanted.file, "sha256", wanted.sha256)
