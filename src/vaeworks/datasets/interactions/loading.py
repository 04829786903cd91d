"""One door to all interactions: a named data set, or a local file."""

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import MissingColumnError, VaeworksError
from ..registry import is_named, load_named
from .columns import USUAL, named_columns

if TYPE_CHECKING:
    import pyarrow as pa

    from ..sets import DataSet
    from .interactions import Interactions, Items

FEWEST_TO_DEAL = 30  # users; of fewer none is set apart


def load_interactions(
    source: str | Path,
    *,
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    time: str | None = None,
    keep: float | None = None,
    items: Path | None = None,
    data: Path | None = None,
) -> "DataSet[Interactions]":
    """Load named interactions or a local file: about 80% of the users to train on, 10% to validate, 10% to test.

    Parameters
    ----------
    source : str or Path
        The name of a data set, or a .csv, .tsv, .jsonl or .parquet with one interaction a row, or a folder of parquet
        files. Of such a folder each process that `torchrun` started reads its share of the files, so that the rows of
        a user must lie in one file.
    user, item, rating, time : str, optional
        Its columns; otherwise those of the usual names. "" says that there is none.
    keep : float, optional
        The lowest rating that is kept; otherwise all above 0, or what the named set has as its own.
    items : Path, optional
        A table of items, with the column of their ids as in the interactions: title, genre, and what else is known.
    data : Path, optional
        A local copy of a named data set.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    if is_named(source):
        if any(said is not None for said in (user, item, rating, time, items)):
            raise VaeworksError(f"{source} knows its own columns and items: leave them out, or give a local file")
        name, (ratings, catalogue, usual) = str(source), load_named(str(source), "recommender", data)
        there = ratings.column_names
        columns = ("user", "item", "rating" if "rating" in there else None, "time" if "time" in there else None)
        keep = usual if keep is None and columns[2] else keep
        return dealt(name, read(name, ratings, columns, keep, catalogue))
    from ..tables.files import read_table
    from .shards import items_in, own_files, read_files, shard_files

    if data is not None:
        raise VaeworksError(f"--data holds a copy of a named data set, but {source} is a local source")
    name, files = Path(source).name, shard_files(Path(source)) if Path(source).is_dir() else []
    own = own_files(files) if files else []
    ratings = read_files(own) if files else read_table(Path(source))
    columns = named_columns(name, ratings.column_names, user, item, rating, time)
    catalogue = None if items is None else read_table(items)
    apart = len(own) < len(files)
    return dealt(name, read(name, ratings, columns, keep, catalogue, items_in(files, columns[1]) if apart else None))


def read(
    name: str,
    ratings: "pa.Table",
    columns: tuple[str, str, str | None, str | None],
    keep: float | None,
    catalogue: "pa.Table | None",
    known: "Items | None" = None,
) -> "Interactions":
    """The histories in a table, with what a catalogue knows of their items.

    `known` are the items of all processes where each has read a part.
    """
    from dataclasses import replace

    from .gathering import gathered

    for column in columns[:2]:
        if ratings[column].null_count:
            raise VaeworksError(f"{name} has rows without {column!r}: fill them or leave them out")
    users, things, numbers, times = (None if column is None else ratings[column] for column in columns)
    found = replace(gathered(users, things, numbers, times, keep, known), apart=known is not None)
    return found if catalogue is None else replace(found, items=described(found.items, catalogue, columns[1]))


def described(items: "Items", catalogue: "pa.Table", item: str) -> "Items":
    """The items with the columns that a table has of them, None where it lacks one."""
    from .interactions import Items

    names = catalogue.column_names
    own = item if item in names else next((name for name in names if name.lower() in (*USUAL["item"], "id")), None)
    if own is None:
        raise MissingColumnError(
            f"the table of items has no column {item!r}. Its columns are: {', '.join(names)}. Rename the one of the ids"
        )
    row_of = {str(each): row for row, each in enumerate(catalogue[own].to_pylist())}
    rows = [row_of.get(str(each)) for each in items.ids]
    columns = {name: catalogue[name].to_pylist() for name in names if name != own}
    listed = {name: [None if row is None else plain(values[row]) for row in rows] for name, values in columns.items()}
    return Items(items.ids, listed)


def plain(value: object) -> object:
    """The value of a cell as JSON holds it."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def dealt(name: str, found: "Interactions") -> "DataSet[Interactions]":
    """Users in three parts by a rule, the same ones every time; of few users all are one part."""
    import numpy as np

    from ...held_out import held_out
    from ..sets import DataSet

    if len(found) < FEWEST_TO_DEAL:
        return DataSet(name, {"all": found}, None)
    test, both = held_out(0, len(found), 0.1), held_out(0, len(found), 0.2)
    masks = {"train": ~both, "validation": both & ~test, "test": test}
    return DataSet(name, {split: found.take(np.flatnonzero(mask)) for split, mask in masks.items()}, None)
