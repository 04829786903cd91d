"""Rows of answers in a file: csv, tsv, jsonl, parquet, or the answers alone, one a line."""

import csv
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..datasets.dialects import SEPARATORS
from ..errors import VaeworksError
from ..files import written_whole
from ..finite import nulled
from ..formulas import Cells

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 10_000


def write_rows(rows: Iterable[dict], out: Path, answer: str = "") -> int:
    """Write rows that have the same columns, as they come, and count them.

    A txt has the column `answer`, line breaks in it as spaces.

    Raises
    ------
    VaeworksError
        Where a parquet cannot hold a column, whose values are of several types.
    """
    rows = iter(rows)
    first = next(rows, None)
    every, names, form = [] if first is None else chain([first], rows), list(first or {}), out.suffix.lower()
    with written_whole(out) as temporary:
        if form == ".parquet":
            return write_parquet(iter(every), temporary, out)
        with temporary.open("w", encoding="utf-8", newline="") as file:
            if form in SEPARATORS:
                return write_separated(every, names, file, out)
            return write_lines(every, file, answer if form == ".txt" else None)


def write_drawn(table: "pa.Table", out: Path) -> dict[str, Any]:
    """Write a whole table into a csv, tsv, jsonl or parquet; how many rows, and where, for the shell."""
    from ..datasets.tables.files import write_table

    if out.suffix.lower() == ".jsonl":
        rows = (row for part in table.to_batches(AT_ONCE) for row in part.to_pylist())
        return {"rows_written": write_rows(rows, out), "out": str(out)}
    if out.suffix.lower() in SEPARATORS:
        table = spreadable_table(table, out)
    with written_whole(out) as temporary:
        write_table(table, temporary)
    return {"rows_written": table.num_rows, "out": str(out)}


def spreadable_table(table: "pa.Table", out: Path) -> "pa.Table":
    """A table as a csv that is called `out` shall have it."""
    import pyarrow as pa

    from ..datasets.texts.parquet import plain_type

    cells = Cells()
    columns = [
        pa.array(map(cells, column.to_pylist()), pa.string()) if pa.types.is_string(plain_type(column.type)) else column
        for column in table.columns
    ]
    written = pa.table(columns, [cells(name) for name in table.column_names])
    cells.tell(out)
    return written


def write_separated(rows: Iterable[dict], names: list[str], file: IO[str], out: Path) -> int:
    writer, cells, count = csv.writer(file, delimiter=SEPARATORS[out.suffix.lower()]), Cells(), 0
    writer.writerow(map(cells, names))
    for row in rows:
        writer.writerow([cells(row[name]) for name in names])
        count += 1
    cells.tell(out)
    return count


def write_lines(rows: Iterable[dict], file: IO[str], answer: str | None) -> int:
    count = 0
    for row in rows:
        line = as_json(row) if answer is None else plain(str(row[answer]))
        file.write(f"{line}\n")
        count += 1
    return count


def as_json(row: dict) -> str:
    return json.dumps(nulled(row), ensure_ascii=False, default=written, allow_nan=False)


def written(value: Any) -> Any:
    """What JSON has no form for: a whole decimal as a number, all else as a word."""
    whole = isinstance(value, Decimal) and value.as_tuple().exponent == 0
    return int(value) if whole else str(value)


def plain(text: str) -> str:
    return " ".join(text.split())


def write_parquet(rows: Iterator[dict], path: Path, out: Path) -> int:
    """In the types of the first rows; a column that is empty there is one of text."""
    import pyarrow as pa
    from pyarrow import parquet

    writer, count = None, 0
    for part in iter(lambda: list(islice(rows, AT_ONCE)), []):
        try:
            table = pa.Table.from_pylist(part, None if writer is None else writer.schema)
        except (pa.ArrowException, OverflowError) as error:
            reason = str(error).splitlines()[0]
            raise VaeworksError(f"{out} cannot hold values of several types ({reason}): write a csv") from error
        if writer is None:
            empty = {name for name in table.column_names if pa.types.is_null(table.field(name).type)}
            kinds = [pa.field(each.name, pa.string()) if each.name in empty else each for each in table.schema]
            table = table.cast(pa.schema(kinds))
            writer = parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
        count += len(part)
    if writer is None:
        parquet.write_table(pa.table({}), path)
    else:
        writer.close()
    return count
