"""One door to every table: a named data set, or a local file."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..headers import LABEL_NAMES, no_column
from ..registry import check_no_copy, is_named, load_named

if TYPE_CHECKING:
    from ..sets import DataSet
    from .tables import Table


def load_table(
    source: str | Path,
    *,
    label: str | None = None,
    encoding: str = "utf-8",
    data: Path | None = None,
    words: Collection[str] = (),
    drop: Collection[str] = (),
) -> "DataSet[Table]":
    """Load a named table or a local file into memory.

    Parameters
    ----------
    source : str or Path
        The name of a tabular data set, or a .csv, .tsv, .jsonl, .parquet, .npy or .npz file.
    label : str, optional
        The column that holds the classes. Otherwise one called label or class, where there is one; "" says that
        there are no labels, and leaves such a column among the others.
    encoding : str
        How a .csv or .tsv is encoded.
    data : Path, optional
        A local copy of a named data set.
    words : collection of str
        Columns of a local .csv or .tsv that hold words, even where these look like numbers.
    drop : collection of str
        Columns to leave out.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    from .tables import check_there, labelled, with_label, without

    if is_named(source):
        found = load_named(str(source), "tabular", data)
        if drop:
            found = without(found, list(drop))
        if label == "" and found.label_name:
            return with_label(found)
        if label not in (None, found.label_name):
            raise VaeworksError(f"{source} knows its own label ({found.label_name}): leave out --label, or give ''")
        return found
    check_no_copy(source, data)
    from .files import read_table
    from .mending import mended

    path = Path(source)
    table = read_table(path, words, encoding)
    check_there(path.name, table, list(drop))
    table = mended(path, table.drop_columns(list(drop)), [*words, *([label] if label else [])])
    names = table.column_names
    if label and label not in names:
        raise no_column(source, [label], names, "Name the label column with --label")
    guessed = next((name for name in names if name.lower() in (*LABEL_NAMES, "class")), None)
    return labelled(Path(source).name, {"all": table}, guessed if label is None else label or None)
