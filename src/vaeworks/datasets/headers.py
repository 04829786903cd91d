"""The names of columns: which is the label, which are missing, which are there twice."""

from collections import Counter
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from ..errors import MissingColumnError, VaeworksError

SHOWN = 30
LABEL_NAMES = ("label", "sentiment")  # columns that are the label where none is named


def no_column(source: object, wanted: Collection[str], columns: Collection[str], mend: str) -> MissingColumnError:
    """What a source lacks of the columns that are wanted, and how to mend it."""
    lacking = shortened([repr(column) for column in wanted if column not in columns])
    return MissingColumnError(f"{source} has no column {lacking}. Its columns are: {shortened(columns)}. {mend}")


def shortened(names: Collection[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(islice(names, SHOWN)) + (f" and {more:,} more" if more > 0 else "")


def check_distinct(path: Path, columns: Collection[str]) -> None:
    """Refuse a file of which two columns have one name."""
    if twice := [name for name, times in Counter(columns).items() if times > 1]:
        raise VaeworksError(f"{path.name} has two columns called {twice[0]!r}: rename one of them")
