"""The table of named data sets: one module a source, one line a source."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaeworks.errors import VaeworksError

if TYPE_CHECKING:
    from .rows import Dataset

NAMED = {
    "rotten": "vaeworks.datasets.rotten",
    "imdb": "vaeworks.datasets.imdb",
}


def is_named(source: str | Path) -> bool:
    """Whether `source` names a data set; a `Path`, or a string such as "./imdb", is always a file or folder."""
    return isinstance(source, str) and source in NAMED


def load_named(name: str, data: Path | None = None) -> Dataset:
    """The named data set, from `data`, VAEWORKS_DATA, the cache or its public source, in this order."""
    return import_module(NAMED[name]).load(data)


def describe(name: str) -> dict[str, Any]:
    """What is known about a named data set without loading it.

    Returns
    -------
    dict
        name, kind, rows, splits, licence, source and local (how to pass a local copy) in words, and
        cached: whether the cache holds it, so that no download is needed.
    """
    if name not in NAMED:
        raise VaeworksError(f"No data set is called {name!r}{close_names(name)}. {named_sets()}")
    module = import_module(NAMED[name])
    return {"name": name, **module.ABOUT, "cached": module.is_cached()}


def close_names(name: str, others: list[str] | None = None) -> str:
    """A question that offers the known names closest to `name`; empty when none is close."""
    import difflib

    close = difflib.get_close_matches(name, [*NAMED, *(others or [])])
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def named_sets() -> str:
    return f"The named data sets are: {', '.join(NAMED)}."
