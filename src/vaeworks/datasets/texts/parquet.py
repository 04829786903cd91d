"""Parquet files, streamed a few thousand rows at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import VaeworksError
from .rows import READ_ROWS


class ParquetSource:
    """A local .parquet file."""

    typed = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def columns(self) -> dict[str, str]:
        schema = parquet_schema(self.path)
        return {field.name: str(plain_type(field.type)) for field in schema}

    def read(self, text: str, label: str | None) -> Iterator[pa.RecordBatch]:
        for batch in parquet_batches(self.path, [text] if label is None else [text, label]):
            columns = {"text": batch[text].cast(pa.string())}
            if label is not None:
                columns["label"] = batch[label].cast(plain_type(batch[label].type))
            yield pa.record_batch(columns)

    def place(self, row: int) -> str:
        return f"row {row}"


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values: the encodings of text and categories are of no interest here."""
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind


def parquet_schema(path: Path) -> pa.Schema:
    with damage_named(path), pq.ParquetFile(path) as file:
        return file.schema_arrow


def parquet_rows(path: Path) -> int:
    with damage_named(path), pq.ParquetFile(path) as file:
        return file.metadata.num_rows


def parquet_batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with damage_named(path), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=READ_ROWS, columns=columns):
            batch.validate(full=True)
            yield batch


def write_parquet(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    """Write a stream that has at least one batch."""
    first = next(batches)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def check_columns(path: Path, wanted: list[str]) -> None:
    """Refuse a local copy of a named set that lacks a column."""
    found = parquet_schema(path).names
    for column in wanted:
        if column not in found:
            raise VaeworksError(
                f"{path} has no column {column!r}. Its columns are: {', '.join(found)}. "
                "It is no copy of the named data set: mend it, or leave it out to download the set"
            )


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise VaeworksError(
            f"{path} is damaged or is no parquet file ({reason}): write or download it again"
        ) from error
