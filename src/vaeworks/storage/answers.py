"""What a model says of texts, given in the shell or in a file, row by row."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import VaeworksError
from ..fitting.monitors import counted_by
from .rows import write_rows

AT_ONCE = 1024
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Given:
    """Texts of the shell, which it calls `name`, or a file of them, whose rows keep their columns.

    `option` is how the shell calls the column of texts.
    """

    texts: list[str] | None
    file: Path | None
    column: str | None = None
    encoding: str = "utf-8"
    name: str = "text"
    option: str = "--text"


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


def answered(model: Any, given: Given, answers: Answers, out: Path | None) -> dict:
    """The rows with their answers, or how many were written; a file is streamed, and an empty row stays one.

    Raises
    ------
    VaeworksError
        Where nothing was given, or texts and a file.
    """
    if given.file is not None and given.texts:
        raise VaeworksError("texts and a file were given: give one of them")
    if given.file is None and not given.texts:
        raise VaeworksError("no text was given: pass one in quotes, or a file of them with --file")
    if given.file is None:
        texts = given.texts or []
        rows = zip(texts, answers.of(texts), strict=True)
        found = iter([{given.name: text, **row} for text, said in rows for row in said])
    else:
        found = _of_file(model, given.file, given, answers)
    if out is None:
        return {"rows": list(found)}
    return {"rows_written": write_rows(found, out, answers.main), "out": str(out)}


def _of_file(model: Any, file: Path, given: Given, answers: Answers) -> Iterator[dict]:
    from ..datasets.texts.plain import rows_of

    try:
        with file.open("rb") as content:
            count = sum(1 for _ in content)
    except OSError as error:
        raise VaeworksError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error
    name, rows = rows_of(file, given.column, given.encoding, given.option)
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


def beside(row: dict, answer: dict) -> dict:
    """The row with the answer, whose names are other ones where the row has such."""
    return {**row, **{f"predicted_{name}" if name in row else name: value for name, value in answer.items()}}
