"""How a file of separated values is written: what stands between its cells, how it is encoded and compressed."""

import codecs
import csv
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..errors import VaeworksError
from .encodings import is_utf8, without_mark

SEPARATORS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
COMPRESSED = (".gz", ".bz2", ".zst", ".lz4")  # which Arrow reads by their names
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LOOKED_AT = 2**16  # bytes
LONGEST = 2**26  # characters of a line
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dialect:
    """How a .csv or .tsv is written."""

    separator: str
    encoding: str

    @property
    def called(self) -> str:
        return OTHERS[self.separator]


def form_of(path: Path) -> str:
    """The ending that says what a file holds, in small letters, whether or not it is compressed: .csv of a.csv.gz."""
    endings = [ending.lower() for ending in path.suffixes]
    if endings and endings[-1] in COMPRESSED:
        endings = endings[:-1]
    return endings[-1] if endings else ""


def dialect_of(path: Path, encoding: str = "utf-8") -> Dialect:
    """What the beginning of a file shows; where that is not what its ending promises, it is said.

    The separator of the ending is taken where it parts every row alike, and otherwise the one that does.
    """
    import pyarrow as pa

    with pa.input_stream(str(path)) as stream:
        head = bytes(stream.read(LOOKED_AT))
    if is_marked(head, encoding):
        encoding = "utf-16"
        log.warning("%s begins with the mark of UTF-16 and is read so", path.name)
    text = head.decode(without_mark(encoding), errors="replace")
    usual = SEPARATORS.get(form_of(path), ",")
    separator = separator_of(text, usual, whole=len(head) < LOOKED_AT)
    if separator != usual:
        log.warning("%s is read as separated by %s", path.name, OTHERS[separator])
    return Dialect(separator, encoding)


@contextmanager
def opened(path: Path, encoding: str = "utf-8", newline: str | None = None) -> Iterator[TextIO]:
    """The text of a file of lines, compressed or not."""
    import pyarrow as pa

    with pa.input_stream(str(path)) as stream:
        own = "utf-16" if is_marked(bytes(stream.read(2)), encoding) else without_mark(encoding)
    with pa.input_stream(str(path)) as stream:
        yield io.TextIOWrapper(stream, encoding=own, newline=newline)


def lines_in(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of an open file with what ends them, none longer than 64 Mi characters.

    Raises
    ------
    VaeworksError
    """
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith("\n"):
            raise VaeworksError(
                f"{path.name}: line {number:,} has more than {LONGEST:,} characters, too many for one text: mend it"
            )
        yield line


def is_marked(head: bytes, encoding: str) -> bool:
    """Whether a file begins with the mark of UTF-16, where no other encoding than the usual one was named."""
    return is_utf8(encoding) and head.startswith(MARKS)


def separator_of(text: str, usual: str, whole: bool = True) -> str:
    """What stands between the cells of a text of separated values, of which the last line may be cut."""
    widths = {separator: width(text, separator, whole) for separator in (usual, *OTHERS)}
    best = max(widths, key=lambda separator: widths[separator])
    return usual if widths[usual] > 1 or widths[best] < 2 else best


def width(text: str, separator: str, whole: bool) -> int:
    """How many cells every row has; 0 where rows differ."""
    rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=separator) if row]
    counts = {len(row) for row in (rows if whole or len(rows) < 2 else rows[:-1])}
    return counts.pop() if len(counts) == 1 else 0
