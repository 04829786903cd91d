"""One door to all series: a named one, or a local table with a row for each step."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..headers import no_column, shortened
from ..registry import NAMED_OF_KIND, check_no_copy, is_named, load_named
from ..sets import DataSet
from .series import Series

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

TIMES = ("time", "date", "datetime", "timestamp", "ds")
log = logging.getLogger(__name__)


def load_series(
    source: str | Path,
    *,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    encoding: str = "utf-8",
    data: Path | None = None,
) -> DataSet[Series]:
    """Load a named series or a local table.

    Parameters
    ----------
    source : str or Path
        The name of a data set, or a .csv, .tsv, .jsonl or .parquet with a row for each step.
    time : str, optional
        The column of times; otherwise one called time, date, datetime, timestamp or ds, or the only one of dates. ""
        says that there is none: then rows are equal steps without a calendar.
    columns : sequence of str, optional
        What to forecast; otherwise all columns of numbers.
    encoding : str
        How a .csv or .tsv is encoded.
    data : Path, optional
        A local copy of a named series.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    if is_named(source):
        if source in NAMED_OF_KIND["forecast"] and (time is not None or columns):
            raise VaeworksError(f"{source} knows its own columns: leave out --time and --column")
        return load_named(str(source), "forecast", data)
    from ..tables.files import read_table
    from ..tables.mending import mended

    check_no_copy(source, data)
    path = Path(source)
    table = mended(path, read_table(path, (), encoding), [time] if time else [])
    return DataSet(path.name, {"all": of_table(path.name, table, time, columns)}, None)


def of_table(name: str, table: "pa.Table", time: str | None, columns: Sequence[str] | None) -> Series:
    """The series in a table, whose times are brought to equal steps."""
    from .grid import on_a_grid

    column = time_column(name, table, time)
    chosen = number_columns(name, table, column, columns)
    values = numbers(name, table, chosen)
    if column is None:
        return Series(values, None, tuple(chosen))
    times, values = on_a_grid(name, times_of(name, table, column), values)
    return Series(values, times, tuple(chosen))


def time_column(name: str, table: "pa.Table", time: str | None) -> str | None:
    import pyarrow as pa

    names = table.column_names
    if time:
        if time not in names:
            raise no_column(name, [time], names, "Name the column of times with --time")
        return time
    if time == "":
        return None
    dated = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
    usual = next((each for each in names if each.lower() in TIMES), dated[0] if len(dated) == 1 else None)
    if usual is None:
        log.warning(
            "%s: no column is called %s, so its rows are equal steps without a calendar", name, ", ".join(TIMES)
        )
    else:
        log.warning("%s: the times are its column %r", name, usual)
    return usual


def number_columns(name: str, table: "pa.Table", time: str | None, columns: Sequence[str] | None) -> list[str]:
    import pyarrow as pa

    kinds = {field.name: field.type for field in table.schema if field.name != time}
    plain = [
        each
        for each, kind in kinds.items()
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    ]
    if columns:
        if not set(columns) <= set(table.column_names):
            raise no_column(name, columns, table.column_names, "Name those to forecast with --column")
        if words := [each for each in columns if each not in plain]:
            raise VaeworksError(
                f"{name}: column {words[0]!r} holds {kinds.get(words[0], 'times')}, not numbers: leave it out"
            )
        return list(columns)
    if not plain:
        raise VaeworksError(f"{name} has no column of numbers: its columns are {shortened(table.column_names)}")
    if left := [each for each in kinds if each not in plain]:
        log.warning("%s: %d columns hold no numbers and are left out: %s", name, len(left), shortened(left))
    return plain


def numbers(name: str, table: "pa.Table", columns: Sequence[str]) -> "np.ndarray":
    """The columns (T, C) as float64, NaN where a cell is empty."""
    import numpy as np
    import pyarrow as pa

    parts = [table[column].cast(pa.float64()).to_numpy(zero_copy_only=False) for column in columns]
    values = np.column_stack(parts).astype(np.float64)
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise VaeworksError(f"{name}: row {row + 1} of column {columns[column]!r} is infinite: leave the cell empty")
    if empty := int(np.isnan(values).sum()):
        log.warning("%s: %s of %s cells are empty, and so not observed", name, f"{empty:,}", f"{values.size:,}")
    return values


def times_of(name: str, table: "pa.Table", column: str) -> "np.ndarray":
    """The column as datetime64 in seconds: dates, times, texts of them, or years and YYYYMMDD as numbers."""
    import numpy as np
    import pyarrow as pa

    cells = table[column]
    if cells.null_count:
        raise VaeworksError(f"{name}: {cells.null_count:,} rows have no time in column {column!r}: fill or drop them")
    if pa.types.is_temporal(cells.type):
        kind = cells.type
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            log.warning("%s: times are read in UTC", name)
        return cells.cast(pa.timestamp("s"), safe=False).to_numpy().astype("datetime64[s]")
    texts = [plain_date(cell) for cell in cells.to_pylist()]
    try:
        return np.array(texts, dtype="datetime64[s]")
    except ValueError as error:
        raise VaeworksError(
            f"{name}: column {column!r} holds {texts[0]!r}, which is no time: write times as 2024-01-31 13:00, or pass "
            "--time '' for equal steps without a calendar"
        ) from error


def plain_date(cell: Any) -> str:
    """A time as numpy reads it."""
    text = str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell).strip()
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text.isdigit() and len(text) == 8 else text
