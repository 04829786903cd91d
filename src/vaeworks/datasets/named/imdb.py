"""imdb: the Large Movie Review Dataset (Maas et al., ACL 2011), 100,000 reviews, half of them labelled."""

from collections.abc import Collection, Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..cache import cache_folder, filling, local_copy
from ..sets import DataSet
from ..texts.rows import READ_ROWS, Rows, joined, rechunk
from .dealing import count_films, only_films, rows_by_film
from .imdb_archive import ACL_IMDB, Archive, download, keep

if TYPE_CHECKING:
    import pyarrow as pa

ABOUT: dict[str, Any] = {
    "kind": "text",
    "rows": "100,000 film reviews: 25,000 negative, 25,000 positive, 50,000 without a label",
    "splits": "train and validation (about 90 and 10% of the official training reviews; no film is in both), "
    "test (the official 25,000), unlabelled (50,000)",
    "licence": "none stated; for research, citing Maas et al. 2011",
    "source": ACL_IMDB.url,
    "local": "--data PATH or VAEWORKS_DATA: a folder that holds imdb/train.parquet, imdb/test.parquet and "
    f"imdb/unsup.parquet, or {ACL_IMDB.file}",
}
SHARES = {"train": 0.9, "validation": 0.1}
COLUMNS = {
    "train.parquet": ["text", "label", "movie"],
    "test.parquet": ["text", "label"],
    "unsup.parquet": ["text"],
}


def is_cached() -> bool:
    return all((cache_folder("imdb") / file).is_file() for file in COLUMNS)


def load(data: Path | None = None, archive: Archive = ACL_IMDB) -> DataSet[Rows]:
    """The reviews in the splits train, validation, test and unlabelled.

    The films of the official training reviews are shuffled by a fixed seed (see `dealing.deal_films`) and
    dealt to train and validation. Negative and positive reviews alternate, so that any first rows hold
    both. A local copy in parquet is checked for its columns, not for its checksum; a local archive for its
    checksum.

    Parameters
    ----------
    data : Path, optional
        A local copy: the three parquet files or the archive, or a folder that holds them.
    archive : Archive
        What to download.
    """
    copy = local_copy("imdb", [tuple(COLUMNS), (archive.file,)], data)
    if copy is not None and len(copy) == len(COLUMNS):
        return split(copy[0].parent)
    cached = cache_folder("imdb")
    if not is_cached():
        with filling(cached) as folder:
            keep(copy[0] if copy else download(archive, folder), archive, folder)
    return split(cached)


def split(folder: Path) -> DataSet[Rows]:
    from ..texts.parquet import check_columns, parquet_batches, parquet_rows

    for file, columns in COLUMNS.items():
        check_columns(folder / file, columns)
    train, test, unlabelled = (folder / file for file in COLUMNS)
    films = count_films(parquet_batches(train, ["movie"]))
    splits = rows_by_film(films, SHARES, partial(labelled_batches, train))
    splits["test"] = Rows(partial(labelled_batches, test), parquet_rows(test), True)
    splits["unlabelled"] = Rows(partial(parquet_batches, unlabelled, ["text"]), parquet_rows(unlabelled), False)
    return DataSet("imdb", splits, "sentiment")


def labelled_batches(path: Path, films: Collection[str] | None = None) -> "Iterator[pa.RecordBatch]":
    """The reviews (of some films only), the negative and the positive ones in turn."""
    negative, positive = (rechunk(of_class(path, positive, films), READ_ROWS) for positive in (False, True))
    for pair in zip_longest(negative, positive):
        yield alternated([batch for batch in pair if batch is not None])


def of_class(path: Path, positive: bool, films: Collection[str] | None) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa
    import pyarrow.compute as pc

    from ..texts.parquet import parquet_batches

    columns = ["text", "label"] if films is None else ["text", "label", "movie"]
    batches = parquet_batches(path, columns)
    for batch in batches if films is None else only_films(batches, films):
        text = batch["text"].filter(pc.equal(pc.equal(batch["label"], 1), positive))
        name = "positive" if positive else "negative"
        yield pa.record_batch({"text": text, "label": pa.array([name] * len(text), pa.string())})


def alternated(batches: "list[pa.RecordBatch]") -> "pa.RecordBatch":
    """The rows of the batches in turn; what is left of the longest comes last."""
    starts = [sum(batch.num_rows for batch in batches[:number]) for number in range(len(batches))]
    turns = zip_longest(*(range(start, start + batch.num_rows) for start, batch in zip(starts, batches, strict=True)))
    return joined(batches).take([row for turn in turns for row in turn if row is not None])
