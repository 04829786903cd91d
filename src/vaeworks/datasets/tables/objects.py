"""The objects of a .jsonl, one a line, as a table."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS, LARGEST = 76, 10**76  # of the widest decimals of Arrow


def read_objects(path: Path, as_written: bool = False) -> "pa.Table":
    """The objects of a .jsonl, one a line; words that are dates or times are such, unless they stay as written."""
    import pyarrow as pa
    from pyarrow import json

    table = json.read_json(path)
    if as_written:
        table = with_every_digit(path, table)
    moments = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    if not moments:
        return table
    words = json.read_json(path, None, json.ParseOptions(pa.schema([(name, pa.string()) for name in moments])))
    for name in moments:
        column = words.column(name) if as_written else days(words.column(name))
        if column is not None:
            table = table.set_column(table.column_names.index(name), name, column)
    return table


def with_every_digit(path: Path, table: "pa.Table") -> "pa.Table":
    """The table of a .jsonl, whose whole numbers beyond 64 bits were taken for floats, with these as decimals."""
    import pyarrow as pa

    from ..texts.lines import lines_of, record_in

    large = [name for name in table.column_names if holds_large(table.column(name))]
    lines = enumerate(lines_of(path, "utf-8"), 1) if large else ()
    records = [record_in(line, number, path) for number, line in lines if line.strip()]  # Arrow skips empty lines too
    for name in large:
        values = [record.get(name) for record in records]
        if all(value is None or (isinstance(value, int) and abs(value) < LARGEST) for value in values):
            table = table.set_column(table.column_names.index(name), name, pa.array(values, pa.decimal256(DIGITS)))
    return table


def holds_large(column: "pa.ChunkedArray") -> bool:
    import pyarrow as pa
    from pyarrow import compute

    return pa.types.is_floating(column.type) and (compute.max(compute.abs(column)).as_py() or 0.0) >= 2.0**63


def days(words: "pa.ChunkedArray") -> "pa.ChunkedArray | None":
    """Words as dates, where all of them are without a time."""
    import pyarrow as pa

    try:
        return words.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
