"""The table of named data sets: one line a source."""

from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import VaeworksError

# A module of `named`, or an object in one.
NAMED_OF_KIND = {
    "text": {
        "rotten": "rotten",
        "imdb": "imdb",
    },
    "image": {
        "digits": "digits",
        "mnist": "mnist:mnist",
        "fashion": "mnist:fashion",
        "binarized-mnist": "binarized_mnist",
        "frey": "frey",
        "olivetti": "olivetti",
    },
    "tabular": {
        "iris": "sklearn_tables:iris",
        "wine": "sklearn_tables:wine",
        "breast-cancer": "sklearn_tables:breast_cancer",
        "digits": "sklearn_tables:digits",
        "penguins": "penguins",
        "covtype": "covtype",
        "adult": "adult",
        "california": "california",
    },
    "recommender": {
        "ml-100k": "movielens:ml_100k",
        "ml-1m": "movielens:ml_1m",
        "ml-20m": "movielens:ml_20m",
    },
    "seq2seq": {
        "multi30k-en-de": "multi30k:en_de",
        "multi30k-en-fr": "multi30k:en_fr",
        "tatoeba-en-fr": "tatoeba",
    },
    "forecast": {
        "co2": "statsmodels_series:co2",
        "elnino": "statsmodels_series:elnino",
    },
}
# A name that two kinds have, such as digits, is described as the first one's.
NAMED = {name: place for sets in reversed(NAMED_OF_KIND.values()) for name, place in sets.items()}
PLURALS = {
    "text": "texts",
    "image": "images",
    "tabular": "rows of a table",
    "recommender": "interactions",
    "seq2seq": "pairs of texts",
    "forecast": "a series",
}


def is_named(source: str | Path) -> bool:
    """Whether `source` names a data set; a `Path`, or a string such as "./imdb", is always a file or folder."""
    return isinstance(source, str) and source in NAMED


def load_named(name: str, kind: str, data: Path | None = None) -> Any:
    """The named data set of this kind, from `data`, VAEWORKS_DATA, the cache or its public source, in this order."""
    if name not in NAMED_OF_KIND[kind]:
        found = source_at(NAMED[name]).ABOUT["kind"]
        raise VaeworksError(f"{name} holds {PLURALS[found]}: use vae fit {found} {name}")
    return source_at(NAMED_OF_KIND[kind][name]).load(data)


def check_no_copy(source: str | Path, data: Path | None) -> None:
    """Refuse a local copy where the source is a local one itself."""
    if data is not None:
        raise VaeworksError(f"--data holds a copy of a named data set, but {source} is a local source")


def source_at(place: str) -> Any:
    """A module of `named`, or an object in one, that has ABOUT, is_cached and load."""
    file, _, name = place.partition(":")
    module = import_module(f".named.{file}", __package__)
    return getattr(module, name) if name else module


def describe(name: str) -> dict[str, Any]:
    """What is known about a named data set without loading it.

    Returns
    -------
    dict
        name, kind, rows, splits, licence, source and local (how to pass a local copy) in words, and
        cached: whether the cache holds it, so that no download is needed.
    """
    if name not in NAMED:
        raise VaeworksError(f"no data set is called {name!r}{close_names(name)}. {named_sets()}")
    source = source_at(NAMED[name])
    return {"name": name, **source.ABOUT, "cached": source.is_cached()}


def close_names(name: str, others: list[str] | None = None, kind: str | None = None) -> str:
    """A question that offers the known names closest to `name`; empty when none is close."""
    import difflib

    close = difflib.get_close_matches(name, [*names_of(kind), *(others or [])])
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def named_sets(kind: str | None = None) -> str:
    return f"The named data sets are: {', '.join(names_of(kind))}"


def names_of(kind: str | None) -> list[str]:
    """The names of one kind; all of them for None."""
    return list(NAMED if kind is None else NAMED_OF_KIND[kind])
