"""Files of texts row by row, as they are written: nothing is left out, and columns stay."""

import csv
import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ..dialects import JSON_LINES, form_of, lines_in, opened
from ..encodings import not_encoded
from ..headers import no_column
from .lines import records_of
from .local import FORMATS

log = logging.getLogger(__name__)
TABLES = (*FORMATS.keys() - {".txt"},)
USUAL = ("text", "review", "body", "sentence", "source", "src")  # names of a column of texts


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file, as other programs count them: by line feeds alone."""
    with opened(path, encoding, newline="\n") as file:
        try:
            for line in lines_in(file, path):
                yield line.rstrip("\r\n")
        except UnicodeError as error:
            raise not_encoded(path, encoding) from error


def cells_of(path: Path, encoding: str) -> Iterator[list[str]]:
    """Cells of a .tsv, in which quotes are signs of a text, unless all names of columns stand between them."""
    lines = lines_of(path, encoding)
    first = next(lines, "").split("\t")
    if first == [""]:
        return
    if all(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in first):
        yield [cell[1:-1] for cell in first]
        yield from csv.reader((f"{line}\n" for line in lines), delimiter="\t")
        return
    for line in chain(["\t".join(first)], lines):
        yield [unquoted(cell) for cell in line.split("\t")]


def unquoted(cell: str) -> str:
    inner = cell[1:-1]
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '""' in inner and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted else cell


def columns_of(path: Path, encoding: str) -> list[str]:
    """The names of the columns of a table."""
    if form_of(path) == ".tsv":
        return next(iter(cells_of(path, encoding)), [])
    return list(FORMATS[form_of(path)](path, encoding).columns())


def rows_of(path: Path, column: str | None, encoding: str, option: str) -> tuple[str, Iterator[dict]]:
    """Every row of a file of texts with all its columns, and the name of the column of texts.

    Of a file that is no table, a line is the column `text`. `option` is how the shell calls the column.

    Raises
    ------
    VaeworksError
        When a table lacks the column.
    """
    if form_of(path) not in TABLES:
        return "text", ({"text": line} for line in lines_of(path, encoding))
    names = columns_of(path, encoding)
    usual = next((name for name in names if name.lower() in USUAL), None)
    if column is not None and column not in names:
        raise no_column(path.name, [column], names, f"Name the column of the texts with {option}")
    if column is None and usual is None and len(names) > 1:
        log.warning("%s: the texts are its first column, %r", path.name, names[0])
    column = column or usual or names[0]
    if form_of(path) == ".tsv":
        cells = cells_of(path, encoding)
        next(cells)
        return column, (dict(zip(names, row, strict=False)) for row in cells)
    if form_of(path) in JSON_LINES:
        return column, ({name: record.get(name) for name in names} for record in records_of(path, encoding))
    from ..tables.files import parts_as_written

    return column, (row for part in parts_as_written(path, encoding) for row in part.to_pylist())
