"""The cells of a .csv or .tsv as they are written, and the same file with its holes filled."""

import codecs
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MARK = codecs.BOM_UTF8
HEADER = -1
QUOTED = re.compile(r'"((?:[^"]|"")*)"?(.*)', re.DOTALL)
NUMBER = re.compile(r"[+-]?\d*(?:\.(\d*))?")


def filled_file(
    source: Path,
    separators: tuple[str, str],
    shape: tuple[int, int],
    changes: "dict[int, tuple[np.ndarray, list]]",
    encoding: str = "utf-8",
    written: Callable[[bytes], bytes] = bytes,
) -> bytes:
    """A file of separated values whose holes are filled in some columns; all else stays byte for byte.

    Parameters
    ----------
    source : Path
    separators : pair of str
        That of the file, and the one to write.
    shape : pair of int
        Rows and columns of the table that was read from it.
    changes : dict of int to pair (ndarray of bool (N,), list)
        By the column's place: which rows are holes there, and what to fill in, in their order.
    encoding : str
        Of the file. What is UTF-16 is written as UTF-8.
    written : callable, optional
        What becomes of each cell in the end.

    Raises
    ------
    VaeworksError
        Where the file holds other rows than were read.
    """
    own, other = (separator.encode() for separator in separators)
    data = as_ascii_is(source, encoding)
    mark = MARK if data.startswith(MARK) else b""
    body = data[len(mark) :]
    check_shape(source, numbered(body, own), shape)
    styles = styles_of(numbered(body, own), changes, "utf-8" if encoding == "utf-16" else encoding)
    left = {place: iter(values) for place, (_, values) in changes.items()}
    parts = [mark]
    for row, cells, end in numbered(body, own):
        kept = cells if own == other else [separable(cell, other) for cell in cells]
        for place, (holes, _) in changes.items():
            if row is not None and row != HEADER and holes[row]:
                kept[place] = styles[place].cell(next(left[place]), other)
        parts += [other.join(map(written, kept)), end]
    return b"".join(parts)


def as_ascii_is(source: Path, encoding: str) -> bytes:
    """The bytes of a file, which may be compressed, in an encoding that writes the signs of ASCII as ASCII does."""
    import pyarrow as pa

    with pa.input_stream(str(source)) as stream:
        data = bytes(stream.read())
    return data.decode(encoding).encode() if encoding == "utf-16" else data


def numbered(data: bytes, separator: bytes) -> Iterator[tuple[int | None, list[bytes], bytes]]:
    """Every line as its row's number (-1 is the header, None an empty line, which is no row), its cells and its end.

    All of them, cells joined by separators, are the data again.
    """
    row = HEADER
    for cells, end in lines(data, separator):
        if cells == [b""]:
            yield None, cells, end
        else:
            yield row, cells, end
            row += 1


def lines(data: bytes, separator: bytes) -> Iterator[tuple[list[bytes], bytes]]:
    """The cells of every line and what ends it.

    As Arrow reads them: quotes count where a cell begins with one, and up to the next that is not doubled.
    """
    own = re.escape(separator)
    cell = re.compile(rb'((?:"[^"]*(?:""[^"]*)*(?:"|\Z))?[^%b\r\n]*)(%b|\r\n|\r|\n|\Z)' % (own, own))
    cells = []
    for found in cell.finditer(data):
        cells.append(found[1])
        if found[2] != separator:
            yield cells, found[2]
            cells = []


def check_shape(source: Path, rows: Iterator[tuple[int | None, list[bytes], bytes]], shape: tuple[int, int]) -> None:
    widths = [len(cells) for row, cells, _ in rows if row is not None]
    if len(widths) - 1 != shape[0] or set(widths) != {shape[1]}:
        raise VaeworksError(
            f"the cells of {source.name} cannot be told apart as they were read: write a .parquet instead, or mend its "
            "quotes."
        )


def styles_of(
    rows: Iterator[tuple[int | None, list[bytes], bytes]],
    changes: "dict[int, tuple[np.ndarray, list]]",
    encoding: str,
) -> "dict[int, Style]":
    """How the columns that change write their cells."""
    styles = {place: Style(encoding) for place in changes}
    for row, cells, _ in rows:
        for place, (holes, _) in changes.items():
            if row is not None and row != HEADER and not holes[row]:
                styles[place].see(cells[place])
    return styles


class Style:
    """How a column writes its cells, as far as those show that are there."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.quotes: set[bool] = set()
        self.decimals: set[int] = set()
        self.plain = True  # numbers are written with digits and a point, and nothing else
        self.example = ""

    def see(self, cell: bytes) -> None:
        text = unquoted(cell.decode(self.encoding, errors="replace"))
        number = NUMBER.fullmatch(text.strip())
        self.quotes.add(cell.startswith(b'"'))
        self.example = text
        if number is None:
            self.plain = False
        else:
            self.decimals.add(len(number[1] or ""))

    def cell(self, value: Any, separator: bytes) -> bytes:
        """A value as a cell: in quotes where it needs them, or where all others have them."""
        text = self.text(value)
        needed = text.startswith('"') or any(sign in text for sign in (separator.decode(), "\r", "\n"))
        return (in_quotes(text) if needed or self.quotes == {True} else text).encode(self.encoding)

    def text(self, value: Any) -> str:
        """A truth value in the case of the others, a number with at most as many decimals, or a word."""
        if isinstance(value, bool):
            return in_case(str(value).lower(), self.example)
        if isinstance(value, date | time):
            return written_like(value, self.example)
        return self.number(value) if isinstance(value, float) and self.plain else str(value)

    def number(self, value: float) -> str:
        shown = max(0, -int(Decimal(str(value)).normalize().as_tuple().exponent))
        least, most = min(self.decimals, default=0), max(self.decimals, default=shown)
        whole, _, fraction = f"{value:.{max(least, min(most, shown))}f}".partition(".")
        fraction = fraction[:least] + fraction[least:].rstrip("0")
        text = f"{whole}.{fraction}" if fraction else whole
        return text if float(text) else text.removeprefix("-")


def written_like(value: date | time, example: str) -> str:
    """A date or time as a cell of a file has one."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    spec = "minutes" if example.count(":") == 1 else "auto"
    if isinstance(value, time):
        return value.isoformat(spec)
    text = value.isoformat("T" if "T" in example else " ", spec)
    return text.removesuffix("+00:00") + "Z" if example.endswith("Z") else text


def filled_words(own: "pa.ChunkedArray", full: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A filled column, in which what was there stays: words of dates and times, and digits beyond those of a float."""
    import pyarrow as pa

    if pa.types.is_decimal(own.type):
        pairs = zip(own.to_pylist(), full.to_pylist(), strict=True)
        return pa.chunked_array([[round(value) if known is None else known for known, value in pairs]], own.type)
    if not (pa.types.is_string(own.type) and pa.types.is_temporal(full.type)):
        return full
    example = next(filter(None, own.to_pylist()), "")
    pairs = zip(own.to_pylist(), full.to_pylist(), strict=True)
    return pa.chunked_array([[written_like(value, example) if word is None else word for word, value in pairs]])


def in_case(word: str, example: str) -> str:
    return word.upper() if example.isupper() else word.capitalize() if example.istitle() else word


def in_quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def unquoted(text: str) -> str:
    found = QUOTED.fullmatch(text)
    return text if found is None else found[1].replace('""', '"') + found[2]


def separable(cell: bytes, separator: bytes) -> bytes:
    """The cell, in quotes where it has none and holds the separator to write."""
    if separator not in cell or cell.startswith(b'"'):
        return cell
    return b'"' + cell.replace(b'"', b'""') + b'"'
