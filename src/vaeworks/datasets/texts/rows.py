"""Rows that are streamed from disk."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ...held_out import held_out
from ..sets import Part

if TYPE_CHECKING:
    import pyarrow as pa

READ_ROWS = 4096


class Rows(Part):
    """A stream of rows that can be read again and again; memory does not grow with their number.

    Its `X` is itself, and its labels are in the stream.

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
        self._labelled = labelled

    def __len__(self) -> int:
        return self._length

    @property
    def X(self) -> "Rows":
        return self

    @property
    def y(self) -> None:
        return None

    @property
    def labelled(self) -> bool:
        return self._labelled

    def chunks(self, rows: int = READ_ROWS) -> "Iterator[pa.RecordBatch]":
        """Record batches of exactly `rows` rows; the last one may be shorter."""
        if rows < 1:
            raise VaeworksError(f"a chunk has at least one row, not {rows}")
        return rechunk(first_rows(self._read(), self._length), rows)

    def without_labels(self) -> "Rows":
        """The texts alone."""
        return Rows(lambda: (batch.select(["text"]) for batch in self._read()), self._length, False)

    def first(self, count: int) -> "Rows":
        return Rows(self._read, count, self._labelled)

    def held_out(self, share: float) -> "Rows":
        def read() -> "Iterator[pa.RecordBatch]":
            for number, batch in enumerate(self.chunks()):
                yield batch.take(held_out(number * READ_ROWS, batch.num_rows, share).nonzero()[0])

        starts = range(0, len(self), READ_ROWS)
        left = sum(held_out(start, min(READ_ROWS, len(self) - start), share).sum() for start in starts)
        return Rows(read, int(left), self._labelled)

    def followed_by(self, other: "Rows") -> "Rows":
        typed = next((rows for rows in (self, other) if rows._labelled), None)

        def read() -> "Iterator[pa.RecordBatch]":
            batches = chain(self.chunks(), other.chunks())
            return batches if typed is None else with_labels(batches, typed)

        return Rows(read, len(self) + len(other), typed is not None)


def with_labels(batches: "Iterator[pa.RecordBatch]", typed: Rows) -> "Iterator[pa.RecordBatch]":
    """The same stream with missing labels where it has none, of the type of those of `typed`."""
    import pyarrow as pa

    kind = next((batch.schema.field("label").type for batch in typed.chunks()), pa.null())
    for batch in batches:
        label = batch["label"] if "label" in batch.schema.names else pa.nulls(batch.num_rows, kind)
        yield pa.record_batch({"text": batch["text"], "label": label})


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
