"""Splits of film reviews in which no film is in two splits."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 0


def count_films(batches: "Iterator[pa.RecordBatch]") -> Counter[str]:
    """How many rows each film has, by the column `movie`."""
    films: Counter[str] = Counter()
    for batch in batches:
        films.update(batch["movie"].to_pylist())
    return films


def split_by_film(films: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, set[str]]:
    """Deal whole films to splits, so that each gets about its share of the rows.

    The films are shuffled by a fixed seed: their order is that of sha256("0:<film>"), which no change of
    a random generator can alter. They then fill one split after the other.
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


def shuffled_position(film: str) -> bytes:
    return hashlib.sha256(f"{SEED}:{film}".encode()).digest()


def only_films(batches: "Iterator[pa.RecordBatch]", films: Collection[str]) -> "Iterator[pa.RecordBatch]":
    """The rows of these films."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(films), pa.string())
    for batch in batches:
        yield batch.filter(pc.is_in(batch["movie"], wanted))
