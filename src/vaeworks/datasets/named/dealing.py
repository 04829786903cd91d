"""Fixed splits: rows are dealt in the order of a hash, so that no change of a random generator alters them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ..texts.rows import Rows

if TYPE_CHECKING:
    import pyarrow as pa

    from ..images.pictures import Pictures

SEED = 0


def shuffled_position(name: str) -> bytes:
    """Where a film or a row comes when all are shuffled: in the order of sha256("0:<name>")."""
    return hashlib.sha256(f"{SEED}:{name}".encode()).digest()


def deal_pictures(pictures: "Pictures", sizes: Mapping[str, int]) -> "dict[str, Pictures]":
    """Deal shuffled pictures to splits of these sizes; within a split they keep their order."""
    import numpy as np

    order = sorted(range(len(pictures)), key=lambda number: shuffled_position(str(number)))
    splits, start = {}, 0
    for split, size in sizes.items():
        splits[split] = pictures.take(np.array(sorted(order[start : start + size]), int))
        start += size
    return splits


def deal_films(films: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, set[str]]:
    """Deal shuffled films to splits, which they fill one after the other.

    Parameters
    ----------
    films : mapping of str to int
        How many rows each film has.
    shares : mapping of str to float
        The share of the rows that each split gets, about: a film is never divided.
    """
    splits: dict[str, set[str]] = {split: set() for split in shares}
    total = sum(films.values())
    names = iter(shares)
    split = next(names)
    bound = shares[split] * total
    dealt = 0
    for film in sorted(films, key=shuffled_position):
        if dealt >= bound and (following := next(names, None)):
            split = following
            bound += shares[split] * total
        splits[split].add(film)
        dealt += films[film]
    return splits


def rows_by_film(
    films: Mapping[str, int], shares: Mapping[str, float], read: "Callable[[set[str]], Iterator[pa.RecordBatch]]"
) -> dict[str, Rows]:
    """Labelled splits that share no film; `read` gives the rows of some films."""
    return {
        split: Rows(partial(read, own), sum(films[film] for film in own), True)
        for split, own in deal_films(films, shares).items()
    }


def count_films(batches: "Iterator[pa.RecordBatch]") -> Counter[str]:
    """How many rows each film has, by the column `movie`."""
    films: Counter[str] = Counter()
    for batch in batches:
        films.update(batch["movie"].to_pylist())
    return films


def only_films(batches: "Iterator[pa.RecordBatch]", films: Collection[str]) -> "Iterator[pa.RecordBatch]":
    """The rows of these films."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(films), pa.string())
    for batch in batches:
        yield batch.filter(pc.is_in(batch["movie"], wanted))
