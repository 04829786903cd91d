"""Columns of words that are numbers or dates but for how they are written, or but for a few words that mean a hole."""

import logging
import re
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..dialects import SEPARATORS, form_of
from .files import HOLES

if TYPE_CHECKING:
    import pyarrow as pa

Written = Callable[[str], Any]
NEARLY_ALL, LEAST_IDS = 0.9, 20
CALLED_ID = re.compile(r"(?i)(^|[_ .-])(id|uuid|guid|key|index|nr|no|number)$|^(id|uuid|guid)([_ .-]|$)")
UNNAMED = re.compile(r"column \d+|Unnamed: \d+")
SHOWN = 3
HOLE = re.compile(r"(?i)#?n/?a\.?|n\.a\.|nan|nil|none|null|missing|not available|#n/a|#value!|#div/0!|[-.?*]+")
WRITTEN = {  # how numbers are written, and what makes them plain
    "with points": (re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"), {}),
    "with commas between thousands": (re.compile(r"[+-]?\d{1,3}(,\d{3})*(\.\d+)?"), {",": ""}),
    "with decimal commas": (re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"), {".": "", ",": "."}),
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z?)?")
FOREIGN_DATE = re.compile(r"(\d{1,2}([./-])\d{1,2}\2(\d{4}|\d{2})|\d{4}([./])\d{1,2}\4\d{1,2})( \d{1,2}:\d{2}.*)?")
log = logging.getLogger(__name__)


def mended(path: Path, table: "pa.Table", words: Collection[str] = ()) -> "pa.Table":
    """The table with spaces around cells left out, numbers as numbers and dates as dates; what was changed is said.

    A table from a file that has types stays as it is.

    Parameters
    ----------
    path : Path
        Of the file.
    table : pyarrow.Table
        As read from it.
    words : collection of str
        Columns that hold words, whatever they look like.

    Raises
    ------
    VaeworksError
        Where nearly all words of a column are numbers, or dates, but not all.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if form_of(path) not in SEPARATORS:
        return table
    table = table.rename_columns([column.strip() for column in table.column_names])
    for place, column in enumerate(table.column_names):
        if not pa.types.is_string(table.schema.types[place]):
            continue
        cells = emptied(pc.utf8_trim_whitespace(table.column(place)), HOLES)
        if column not in words:
            found = Words(path.name, column, cells)
            plain = in_numbers(found)
            plain = in_moments(found) if plain is None else plain
            cells = cells if plain is None else plain
        table = table.set_column(place, column, cells)
    return table


def indices_of(name: str, table: "pa.Table") -> list[str]:
    """Columns without a name of their own that hold row numbers or nothing, which is said: they are to be left out."""
    import numpy as np

    numbers, found = np.arange(table.num_rows), []
    for column in filter(UNNAMED.fullmatch, table.column_names):
        cells = table.column(column)
        values = cells.to_numpy() if cells.null_count == 0 else None
        counted = values is not None and any(np.array_equal(values, numbers + first) for first in (0, 1))
        if counted or cells.null_count == len(cells):
            found.append(column)
            log.warning("%s: %s is left out: it holds %s", name, column, "row numbers" if counted else "nothing")
    return found


def identifiers_of(name: str, table: "pa.Table", kept: Collection[str] = ()) -> list[str]:
    """Columns that name rows, which is said: words that are all different, and whole numbers that are, by their name.

    A model of them would hand out names, or numbers that are nobody's.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found = []
    for column in [column for column in table.column_names if column not in kept]:
        cells = table.column(column).drop_null()
        words = pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)
        called = words or (pa.types.is_integer(cells.type) and CALLED_ID.search(column))
        if called and len(cells) >= LEAST_IDS and pc.count_distinct(cells).as_py() == len(cells):
            found.append(column)
            log.warning("%s: %r is left out: it names rows, all different (--keep %s)", name, column, column)
    return found


class Words:
    """The words of a column, how often each stands there, and those that mean a hole."""

    def __init__(self, name: str, column: str, cells: "pa.ChunkedArray") -> None:
        self.name, self.column, self.cells = name, column, cells
        self.counts = dict(each.values() for each in cells.drop_null().value_counts().to_pylist())
        self.holes = {word for word in self.counts if not word or HOLE.fullmatch(word)}

    def others(self, how: Written) -> list[str]:
        """Those that are not written so, holes left out."""
        return sorted(word for word in self.counts.keys() - self.holes if not how(word))

    def hold(self, what: str, how: Written) -> bool:
        """Whether nearly all are written so; of which others are holes is said.

        Raises
        ------
        VaeworksError
            Where still others are not written so.
        """
        odd = self.others(how)
        written = sum(self.counts[word] for word in self.counts.keys() - self.holes - set(odd))
        left = sum(self.counts[word] for word in self.holes)
        if not written or written < NEARLY_ALL * (sum(self.counts.values()) - left):
            return False
        if odd:
            raise odd_words(self, odd, what)
        if self.holes:
            shown = ", ".join(sorted(map(repr, self.holes))[:SHOWN])
            said = "%s: column %r holds %s; %d cells that say %s are holes"
            log.warning(said, self.name, self.column, what, left, shown)
        return True


def in_numbers(words: Words) -> "pa.ChunkedArray | None":
    """The cells as numbers where nearly all of them are; holes that the file did not mark as such are holes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    how = min(WRITTEN, key=lambda how: len(words.others(WRITTEN[how][0].fullmatch)))
    if not words.hold("numbers", WRITTEN[how][0].fullmatch):
        return None
    if how != "with points":
        log.warning("%s: column %r holds numbers %s", words.name, words.column, how)
    cells = emptied(words.cells, words.holes)
    for sign, plain in WRITTEN[how][1].items():
        cells = pc.replace_substring(cells, sign, plain)
    cells = pc.replace_substring_regex(cells, r"^\+", "")
    try:
        return cells.cast(pa.int64())
    except pa.ArrowInvalid:
        return cells.cast(pa.float64())


def in_moments(words: Words) -> "pa.ChunkedArray | None":
    """The cells as dates where nearly all of them are, written as ISO 8601 has it; it is said where others are."""
    import pyarrow as pa

    if words.counts and not words.others(FOREIGN_DATE.fullmatch):
        said = "%s: column %r looks like dates, and is read as words: write dates as 2026-11-27"
        log.warning(said, words.name, words.column)
    if not words.hold("dates", is_date):
        return None
    cells = emptied(words.cells, words.holes)
    try:
        return cells.cast(pa.date32())
    except pa.ArrowInvalid:
        return cells.cast(pa.timestamp("us", "UTC" if any(word.endswith("Z") for word in words.counts) else None))


def is_date(word: str) -> bool:
    try:
        return bool(DATE.fullmatch(word) and datetime.fromisoformat(word))
    except ValueError:
        return False


def emptied(cells: "pa.ChunkedArray", words: Collection[str]) -> "pa.ChunkedArray":
    """The cells with a hole where they say one of these words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(pc.is_in(cells, pa.array(sorted(words), pa.string())), pa.scalar(None, pa.string()), cells)


def odd_words(words: Words, odd: list[str], what: str) -> VaeworksError:
    values = words.cells.to_pylist()
    shown = ", ".join(f"{word!r} in row {values.index(word) + 1:,}" for word in odd[:SHOWN])
    more = f" and {len(odd) - SHOWN:,} more" if len(odd) > SHOWN else ""
    return VaeworksError(
        f"{words.name}: column {words.column!r} holds {what}, but {shown}{more}: mend these cells, empty them, or say "
        f"that the column holds words with --words {words.column}"
    )
