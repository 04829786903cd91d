"""Cells of a csv that a spreadsheet would run as formulas, such as =HYPERLINK(...) in a text that somebody sent."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

BEGINNING = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-][\d.,' ]*\d[\d.,' ]*([eE][+-]?\d+)?%?")
WORD = "'"  # a spreadsheet shows what follows it as it is
_as_words: ContextVar[bool] = ContextVar("formulas_as_words", default=False)
log = logging.getLogger(__name__)


@contextmanager
def formulas_as_words(asked: bool) -> Iterator[None]:
    """Within it, cells that look like formulas are written with an apostrophe before them, if `asked`."""
    token = _as_words.set(asked)
    try:
        yield
    finally:
        _as_words.reset(token)


def is_formula(value: Any) -> bool:
    """Whether a spreadsheet would run it: a word that begins with =, +, -, @, a tab or a return, and is no number."""
    return isinstance(value, str) and BEGINNING.match(value) is not None and NUMBER.fullmatch(value) is None


class Cells:
    """Called with each value that goes into a csv, gives what is written, and counts the formulas among them."""

    def __init__(self) -> None:
        self.formulas, self.as_words = 0, _as_words.get()

    def __call__(self, value: Any) -> Any:
        if not is_formula(value):
            return value
        self.formulas += 1
        return WORD + value if self.as_words else value

    def of_bytes(self, cell: bytes) -> bytes:
        """The same for a cell as it stands in a file, in quotes or not, in any encoding that has ASCII's signs."""
        text = cell.decode("latin-1")
        quote, inside = ('"', text[1:].removesuffix('"')) if text.startswith('"') else ("", text)
        return (quote + self(inside) + quote).encode("latin-1")

    def tell(self, out: Path) -> None:
        """Say how many there were."""
        if self.formulas and self.as_words:
            log.warning("%s: %d cells that look like formulas got an apostrophe before them", out.name, self.formulas)
        elif self.formulas:
            log.warning(
                "%s: %d cells begin with =, +, - or @, which a spreadsheet may run as formulas: --formulas-as-words "
                "puts an apostrophe before them",
                out.name,
                self.formulas,
            )


def spreadable(columns: dict[str, list], out: Path) -> dict[str, list]:
    """Columns as a csv that is called `out` shall have them."""
    cells = Cells()
    written: dict[str, list] = {cells(name): [cells(value) for value in column] for name, column in columns.items()}
    cells.tell(out)
    return written
