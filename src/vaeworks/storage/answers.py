"""What a model says of texts, given in the shell or in a file, row by row."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import VaeworksError
from ..progress import counted_by
from .fitted import Fitted
from .rows import write_rows

AT_ONCE, STANDARD_INPUT = 1024, "-"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Given:
    """Texts of the shell, which it calls `name`, or a file of them, whose rows keep their columns.

    One word that is the name of a file is that file, unless `as_texts`, and `-` is standard input. `option` is how the
    shell calls the column of texts.
    """

    texts: list[str] | None
    file: Path | None
    column: str | None = None
    encoding: str = "utf-8"
    name: str = "text"
    option: str = "--text"
    as_texts: bool = False

    def found(self) -> "Given":
        """The same, with what was meant by one word.

        Raises
        ------
        VaeworksError
            Where nothing was given, texts and a file, or the name of a file that is not there.
        """
        if self.file is not None and self.texts:
            raise VaeworksError("texts and a file were given: give one of them")
        if self.file is not None:
            return self
        if not self.texts:
            raise VaeworksError("no text was given: pass one in quotes, a file of them, or - for standard input")
        word = self.texts[0]
        if len(self.texts) > 1 or self.as_texts or not names_file(word):
            return self
        if not (word == STANDARD_INPUT or Path(word).is_file()):
            raise VaeworksError(f"there is no file {word}: mend its name, or pass --as-text to take it as a text")
        if word != STANDARD_INPUT:
            log.warning("%s is read as a file of texts (--as-text takes its name as a text)", word)
        return replace(self, texts=None, file=Path(word))


@dataclass(frozen=True)
class Answers:
    """What is said of texts.

    Attributes
    ----------
    of : callable
        From texts to a list of rows for each.
    none : dict
        The row of a text that is empty.
    main : str
        The column that a txt has.
    """

    of: Callable[[list[str]], list[list[dict]]]
    none: dict
    main: str


def answered(model: Fitted, given: Given, answers: Answers, out: Path | None) -> dict:
    """The rows with their answers, as they come, or how many were written; an empty row stays one.

    Raises
    ------
    VaeworksError
        As `Given.found`.
    """
    given = given.found()
    if given.file is None:
        texts = given.texts or []
        rows = zip(texts, answers.of(texts), strict=True)
        found = iter([{given.name: text, **row} for text, said in rows for row in said])
    else:
        found = _of_file(model, given.file, given, answers)
    if out is None:
        return {"rows": found}
    return {"rows_written": write_rows(found, out, answers.main), "out": str(out)}


def _of_file(model: Fitted, file: Path, given: Given, answers: Answers) -> Iterator[dict]:
    name, rows, count = rows_in(file, given)
    chunks: Any = iter(lambda: list(islice(rows, AT_ONCE)), [])
    if model.verbose and count > AT_ONCE:
        model.set_params(verbose=False)
        chunks = counted_by(chunks, count, "rows", len)
    empty = 0
    for chunk in chunks:
        full = [place for place, row in enumerate(chunk) if str(row[name] or "").strip()]
        said = dict(zip(full, answers.of([str(chunk[place][name]) for place in full]) if full else [], strict=True))
        empty += len(chunk) - len(full)
        for place, row in enumerate(chunk):
            yield from (beside(row, answer) for answer in said.get(place, [answers.none]))
    if empty:
        log.warning("%d texts are empty, and so is what is said of them", empty)


def names_file(word: str) -> bool:
    """Whether a word means a file: one that is there, or a name of one word that ends as such files do."""
    from ..datasets.dialects import form_of
    from ..datasets.texts.local import FORMATS

    if word == STANDARD_INPUT:
        return True
    with suppress(OSError, ValueError):  # as a long text is no name
        return Path(word).is_file() or (len(word.split()) == 1 and form_of(Path(word)) in FORMATS)
    return False


def rows_in(file: Path, given: Given) -> tuple[str, Iterator[dict], int]:
    """The column of texts, the rows of a file or of standard input, and about how many; 0 where that is not known."""
    from ..datasets.texts.plain import rows_of

    if str(file) == STANDARD_INPUT:
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding=given.encoding)
        return given.name, ({given.name: line.rstrip("\r\n")} for line in sys.stdin), 0
    try:
        with file.open("rb") as content:
            count = sum(1 for _ in content)
    except OSError as error:
        raise VaeworksError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error
    return *rows_of(file, given.column, given.encoding, given.option), count


def beside(row: dict, answer: dict) -> dict:
    """The row with the answer, whose names are other ones where the row has such."""
    return {**row, **{f"predicted_{name}" if name in row else name: value for name, value in answer.items()}}
