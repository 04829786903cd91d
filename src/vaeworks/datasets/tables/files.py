"""Local files of tables: .csv, .tsv, .jsonl, .parquet, and arrays in .npy and .npz."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ...memory import check_memory
from ..dialects import COMPRESSED, JSON_LINES, SEPARATORS, dialect_of, form_of
from ..encodings import check_encoding
from ..headers import check_distinct
from ..missing import no_such, unreadable
from .objects import read_objects

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

ENDINGS = (*SEPARATORS, *JSON_LINES, ".parquet", ".npy", ".npz")
AT_ONCE, ROWS_AT_ONCE = 2**24, 2**14  # bytes; rows
WIDTHS = {"INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 8, "BYTE_ARRAY": 4}  # bytes of a value
HOLES = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]


def read_table(
    path: Path, words: Collection[str] = (), encoding: str = "utf-8", holes: Collection[str] = HOLES
) -> "pa.Table":
    """The whole table; an empty cell, NA, NaN, null, None or ? is a hole.

    Parameters
    ----------
    path : Path
    words : collection of str
        Columns of a .csv or .tsv that hold words, even where these look like numbers.
    encoding : str
        Of a .csv or .tsv.
    holes : collection of str
        What else a .csv or .tsv says where nothing is.

    Raises
    ------
    VaeworksError
        When there is no such file, when it is of no such form or damaged, or when it has no rows.
    """
    with refused_plainly(path, encoding):
        table = parsed(path, words, encoding, holes)
        table = with_names(path, table, table.column_names)
    if not table.num_rows or not table.num_columns:
        raise no_rows(path)
    return table


def read_as_written(path: Path, encoding: str = "utf-8") -> "pa.Table":
    """The whole table, in which every cell of a .csv or .tsv is text, and each word and digit of a .jsonl stays."""
    import pyarrow as pa

    return pa.Table.from_batches(list(parts_as_written(path, encoding)))


def parts_as_written(path: Path, encoding: str = "utf-8") -> "Iterator[pa.RecordBatch]":
    """The same part by part: a csv, a tsv and a parquet are never held as a whole.

    Raises
    ------
    VaeworksError
        As `read_table`.
    """
    found = 0
    with refused_plainly(path, encoding):
        for part in parts_of(path, encoding):
            if part.num_rows and part.num_columns:
                found += part.num_rows
                yield with_names(path, part, part.schema.names)
    if not found:
        raise no_rows(path)


def parts_of(path: Path, encoding: str) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa

    form = form_of(path)
    if form in SEPARATORS:
        from ..texts.separated import open_separated

        written = dialect_of(path, encoding)
        with open_separated(path, written.separator, written.encoding) as reader:
            names = reader.schema.names
        check_distinct(path, names)
        as_text = dict.fromkeys(names, pa.string())
        with open_separated(path, written.separator, written.encoding, wanted=as_text) as reader:
            yield from reader
    elif form == ".parquet":
        from pyarrow import parquet

        with parquet.ParquetFile(path) as file:
            yield from file.iter_batches(ROWS_AT_ONCE)
    elif form in JSON_LINES:
        yield from read_objects(path, as_written=True).to_batches(ROWS_AT_ONCE)
    else:
        yield from read_table(path).to_batches(ROWS_AT_ONCE)


@contextmanager
def refused_plainly(path: Path, encoding: str) -> Iterator[None]:
    """Say in one sentence why a file is no table that can be read."""
    import pyarrow as pa

    check_encoding(encoding)
    if not path.is_file():
        raise no_such(path, "tabular")
    if form_of(path) not in ENDINGS:
        raise VaeworksError(f"{path} is no table that can be read: bring it as one of {', '.join(ENDINGS)}")
    try:
        yield
    except UnicodeDecodeError as error:
        raise VaeworksError(f"{path} has names of columns that are not UTF-8: write it again as UTF-8") from error
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # pyarrow's own, of damage, have none
            raise unreadable(path, error) from error
        reason = str(error).partition("\n")[0].rstrip(".")
        raise VaeworksError(f"{path} is damaged or is no {form_of(path)[1:]} ({reason}): mend it") from error


def with_names(path: Path, rows: Any, names: list[str]) -> Any:
    """Rows whose columns have different names; one without gets that of its place."""
    named = [name or f"column {at}" for at, name in enumerate(names, 1)]
    check_distinct(path, named)
    return rows if named == names else rows.rename_columns(named)


def no_rows(path: Path) -> VaeworksError:
    return VaeworksError(f"{path.name} has no rows: add some")


def parsed(path: Path, words: Collection[str], encoding: str, holes: Collection[str]) -> "pa.Table":
    import pyarrow as pa

    form = form_of(path)
    if path.suffix.lower() in COMPRESSED:
        check_unpacked(path)
    if form in SEPARATORS:
        from pyarrow import csv

        written = dialect_of(path, encoding)
        types = dict.fromkeys(words, pa.string())
        return csv.read_csv(
            path,
            read_options=csv.ReadOptions(encoding=written.encoding),
            parse_options=csv.ParseOptions(delimiter=written.separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(column_types=types, null_values=list(holes), strings_can_be_null=True),
        )
    if form == ".parquet":
        return read_parquet(path)
    return read_objects(path) if form in JSON_LINES else of_arrays(path)


def check_unpacked(path: Path) -> None:
    """Refuse a compressed file that unpacks to more than the memory that it may take."""
    import pyarrow as pa

    size = 0
    with pa.input_stream(str(path)) as stream:
        while part := stream.read(AT_ONCE):
            size += len(part)
            check_memory(path, size)


def read_parquet(path: Path) -> "pa.Table":
    """All rows, as long as they take no more memory than they may: pages of equal values are small in a file."""
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        check_memory(path, claimed(file.metadata))
        batches, size = [], 0
        for batch in file.iter_batches(ROWS_AT_ONCE):
            batches.append(batch)
            size += batch.nbytes
            check_memory(path, size)
        return pa.Table.from_batches(batches, file.schema_arrow)


def claimed(metadata: "parquet.FileMetaData") -> int:
    """The least bytes that the rows of a parquet take, by its metadata.

    Its chunks are not asked: where their statistics are damaged, pyarrow ends the process.
    """
    parts = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    kinds = [metadata.schema.column(place).physical_type for place in range(metadata.num_columns)]
    width = sum(WIDTHS.get(kind, 0) for kind in kinds)
    return sum(max(part.total_byte_size, part.num_rows * width) for part in parts)


def of_arrays(path: Path) -> "pa.Table":
    """The one array of two dimensions as columns x0, x1, ...; arrays of one dimension as columns of their names."""
    import pyarrow as pa

    from ..arrays import read_arrays

    columns = {}
    for name, array in read_arrays(path).items():
        if array.ndim not in (1, 2) or array.dtype.kind not in "biufU":
            raise VaeworksError(f"{path.name} holds {name} of shape {array.shape}, which is no table: bring rows")
        parts = {name: array} if array.ndim == 1 else {f"x{index}": column for index, column in enumerate(array.T)}
        columns.update({own: pa.array(values.tolist()) for own, values in parts.items()})
    if len({len(column) for column in columns.values()}) > 1:
        raise VaeworksError(f"{path.name} holds arrays of different lengths: bring one table")
    return pa.table(columns)


def write_table(table: "pa.Table", path: Path) -> None:
    """Write a .csv, .tsv or .parquet."""
    form = form_of(path)
    if form in SEPARATORS:
        from pyarrow import csv

        csv.write_csv(table, path, csv.WriteOptions(delimiter=SEPARATORS[form]))
    else:
        from pyarrow import parquet

        parquet.write_table(table, path)
