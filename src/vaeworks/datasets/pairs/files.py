"""Files of pairs: tables with two columns of texts, and two files that are aligned line by line."""

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ...errors import VaeworksError
from ..dialects import JSON_LINES, form_of
from ..headers import no_column
from ..texts.local import FORMATS
from ..texts.plain import cells_of, columns_of, lines_of

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
    if form_of(path) == ".tsv":
        return of_tabs(path, columns, source, target, encoding)
    sources: list[str | None] = []
    targets: list[str | None] = []
    for batch in FORMATS[form_of(path)](path, encoding).read(source, target):
        sources += batch["text"].to_pylist()
        targets += [None] * batch.num_rows if target is None else batch["label"].to_pylist()
    return Read(path.name, sources, targets, "line" if form_of(path) in JSON_LINES else "row")


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
