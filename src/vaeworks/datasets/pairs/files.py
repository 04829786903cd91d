"""Files of pairs: tables with two columns of texts, and two files that are aligned line by line."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ...errors import VaeworksError
from ..encodings import not_encoded, without_mark
from ..headers import no_column
from ..texts.local import FORMATS

log = logging.getLogger(__name__)
TABLES = (*FORMATS.keys() - {".txt"},)
NAMES = {"source": ("source", "src"), "target": ("target", "tgt", "translation")}


@dataclass(frozen=True)
class Read:
    """What stands in a file, row by row, before anything is left out.

    Attributes
    ----------
    name : str
        What messages call it.
    sources, targets : list of str or None
        None where a row has none.
    row : str
        What a row is called, as "line".
    first : int
        The number of the first.
    """

    name: str
    sources: list[str | None]
    targets: list[str | None]
    row: str
    first: int = 1

    def place(self, index: int) -> str:
        return f"{self.row} {index + self.first}"


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file, as other programs count them: by line feeds alone."""
    with path.open(encoding=without_mark(encoding), newline="\n") as file:
        try:
            for line in file:
                yield line.rstrip("\r\n")
        except UnicodeError as error:
            raise not_encoded(path, encoding) from error


def aligned(source: Path, target: Path, encoding: str) -> Read:
    """Two files, whose lines are translations of each other.

    Raises
    ------
    VaeworksError
        When one is longer.
    """
    lines = list(zip_longest(lines_of(source, encoding), lines_of(target, encoding)))
    ends = next((number for number, pair in enumerate(lines) if None in pair), None)
    if ends is not None:
        shorter, longer = (source, target) if lines[ends][0] is None else (target, source)
        raise VaeworksError(
            f"{shorter.name} ends after line {ends:,}, but {longer.name} has {len(lines):,} lines: bring files whose "
            "lines belong together"
        )
    return Read(f"{source.name} and {target.name}", [one for one, _ in lines], [other for _, other in lines], "line")


def columns_of(path: Path, encoding: str) -> list[str]:
    """The names of the columns of a table."""
    if path.suffix.lower() == ".tsv":
        return next(iter(cells_of(path, encoding)), [])
    return list(FORMATS[path.suffix.lower()](path, encoding).columns())


def table(path: Path, source: str, target: str | None, encoding: str) -> Read:
    """Two columns of a table; one where there is no target.

    Raises
    ------
    VaeworksError
        When it lacks one of them.
    """
    columns = columns_of(path, encoding)
    for name, option in ((source, "--source"), (target, "--target")):
        if name is not None and name not in columns:
            raise no_column(path.name, [name], columns, f"Name another with {option}")
    if path.suffix.lower() == ".tsv":
        return of_tabs(path, columns, source, target, encoding)
    sources: list[str | None] = []
    targets: list[str | None] = []
    for batch in FORMATS[path.suffix.lower()](path, encoding).read(source, target):
        sources += batch["text"].to_pylist()
        targets += [None] * batch.num_rows if target is None else batch["label"].to_pylist()
    return Read(path.name, sources, targets, "line" if path.suffix.lower() in (".jsonl", ".ndjson") else "row")


def of_tabs(path: Path, columns: list[str], source: str, target: str | None, encoding: str) -> Read:
    """A .tsv, in which quotes are signs of a text, but for cells that a program wrote between doubled ones."""
    first, second = columns.index(source), None if target is None else columns.index(target)
    rows = list(cells_of(path, encoding))[1:]
    for number, cells in enumerate(rows, 2):
        if len(cells) != len(columns):
            raise VaeworksError(
                f"{path.name}: line {number} has {len(cells)} values between tabs, but the header names {len(columns)} "
                "columns: take the tab or line break out of a text"
            )
    sources: list[str | None] = [cells[first] for cells in rows]
    targets = [None if second is None else cells[second] for cells in rows]
    return Read(path.name, sources, targets, "line", first=2)


def cells_of(path: Path, encoding: str) -> Iterator[list[str]]:
    for line in lines_of(path, encoding):
        yield [unquoted(cell) for cell in line.split("\t")]


def unquoted(cell: str) -> str:
    inner = cell[1:-1]
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '""' in inner and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted else cell


def choose_columns(name: str, columns: list[str], source: str | None, target: str | None) -> tuple[str, str]:
    """The columns of sources and targets, as said, or by their usual names, or the only two.

    Raises
    ------
    VaeworksError
        When they cannot be told.
    """
    usual = {what: [column for column in columns if column.lower() in NAMES[what]] for what in NAMES}
    one, other = (said or next(iter(usual[what]), None) for what, said in (("source", source), ("target", target)))
    if len(columns) == 2 and all(column.isidentifier() or column in (source, target) for column in columns):
        one = one or next(column for column in columns if column != other)
        other = other or next(column for column in columns if column != one)
    if one is None or other is None:
        raise VaeworksError(
            f"{name} does not say which columns hold source and target; its first line is: {', '.join(columns)[:200]}. "
            "Name them with --source and --target, or put a line of names before the pairs"
        )
    if one == other:
        raise VaeworksError(f"{name}: column {one!r} cannot be source and target at once: name two columns")
    return one, other


def rows_of(path: Path, column: str | None, encoding: str) -> tuple[str, Iterator[dict]]:
    """Every row of a file of texts with all its columns, and the name of the column of texts.

    Of a file that is no table, a line is the column `text`.

    Raises
    ------
    VaeworksError
        When a table lacks the column.
    """
    if path.suffix.lower() not in TABLES:
        return "text", ({"text": line} for line in lines_of(path, encoding))
    names = columns_of(path, encoding)
    usual = next((name for name in names if name.lower() in (*NAMES["source"], "text")), None)
    if column is not None and column not in names:
        raise no_column(path.name, [column], names, "Name the column of the texts with --source")
    if column is None and usual is None and len(names) > 1:
        log.warning("%s: the texts are its first column, %r", path.name, names[0])
    column = column or usual or names[0]
    if path.suffix.lower() == ".tsv":
        cells = cells_of(path, encoding)
        next(cells)
        return column, (dict(zip(names, row, strict=False)) for row in cells)
    from ..tables.files import read_table

    return column, (row for batch in read_table(path, names, encoding).to_batches() for row in batch.to_pylist())
