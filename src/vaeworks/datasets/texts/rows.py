"""Rows that are streamed from disk, and the named splits that they form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import VaeworksError

if TYPE_CHECKING:
    import pyarrow as pa

READ_ROWS = 4096


class Rows:
    """A stream of rows that can be read again and again; memory does not grow with their number.

    Parameters
    ----------
    read : callable
        Opens the source anew and gives its record batches: a column `text`, and `label` where there
        are labels.
    length : int
        How many rows are read.
    labelled : bool
        Whether there is a column `label`; it may hold nulls.
    """

    def __init__(self, read: "Callable[[], Iterator[pa.RecordBatch]]", length: int, labelled: bool) -> None:
        self._read = read
        self._length = length
        self.labelled = labelled

    def __len__(self) -> int:
        return self._length

    def chunks(self, rows: int = READ_ROWS) -> "Iterator[pa.RecordBatch]":
        """Record batches of exactly `rows` rows; the last one may be shorter."""
        if rows < 1:
            raise VaeworksError(f"a chunk has at least one row, not {rows}")
        return rechunk(first_rows(self._read(), self._length), rows)

    def head(self, limit: int | None) -> "Rows":
        """The first `limit` rows; all of them for None."""
        if limit is None:
            return self
        if limit < 0:
            raise VaeworksError(f"there are no first {limit} rows: the limit is 0 or more")
        return Rows(self._read, min(limit, self._length), self.labelled)


@dataclass(frozen=True)
class Dataset:
    """Named splits of one data set.

    Attributes
    ----------
    name : str
        The named set, or the name of the local file or folder.
    splits : dict of str to Rows
        train, validation, test, unlabelled as far as they exist; all for a local file.
    label_name : str or None
        What the labels say, such as sentiment; None without labels.
    """

    name: str
    splits: dict[str, Rows]
    label_name: str | None


def first_rows(batches: "Iterator[pa.RecordBatch]", limit: int) -> "Iterator[pa.RecordBatch]":
    """The first `limit` rows of a stream; what follows is not read."""
    if limit == 0:
        return
    for batch in batches:
        yield batch.slice(0, limit)
        limit -= batch.num_rows
        if limit <= 0:
            return


def rechunk(batches: "Iterator[pa.RecordBatch]", rows: int) -> "Iterator[pa.RecordBatch]":
    """The same stream in batches of exactly `rows` rows; the last one may be shorter."""
    held: list[pa.RecordBatch] = []
    missing = rows
    for batch in batches:
        while batch.num_rows >= missing:
            yield joined([*held, batch.slice(0, missing)])
            batch = batch.slice(missing)
            held, missing = [], rows
        if batch.num_rows:
            held.append(batch)
            missing -= batch.num_rows
    if held:
        yield joined(held)


def joined(batches: "list[pa.RecordBatch]") -> "pa.RecordBatch":
    import pyarrow as pa

    if len(batches) == 1:
        return batches[0]
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
