"""One door to every source: a named data set, a local file or a local folder."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..registry import NAMED_OF_KIND, check_no_copy, is_named, load_named
from .rows import Rows

if TYPE_CHECKING:
    from ..sets import DataSet


def load_texts(
    source: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    encoding: str = "utf-8",
    drop_empty: bool = False,
    data: Path | None = None,
) -> "DataSet[Rows]":
    """Load a named data set, a local file, or a local folder.

    A local source is read once to check it (every text is there, the labels are classes) and again each
    time its rows are asked for; it never lies in memory as a whole.

    Parameters
    ----------
    source : str or Path
        The name of a text data set; a .csv, .tsv, .jsonl, .ndjson, .parquet or .txt file (one text a line); a
        folder of class folders of .txt files (pos/, neg/); or a folder that holds train.* and, where
        there are such, validation.*, test.* and unlabelled.* files.
    text : str, optional
        The column that holds the text. Otherwise one called text, review, body or sentence, or else the
        only column of strings.
    label : str, optional
        The column that holds the classes. Otherwise one called label or sentiment, where there is one;
        "" says that there are no labels.
    encoding : str
        How .csv, .tsv, .jsonl, .ndjson and .txt files are encoded.
    drop_empty : bool
        Leave out rows whose text is missing, empty or only spaces, instead of refusing them.
    data : Path, optional
        A local copy of a named data set: its file, its folder, or a folder that holds that folder. The
        order of lookup is `data`, the environment variable VAEWORKS_DATA, the cache, its public source.

    Returns
    -------
    DataSet of Rows
        A folder of train.* files and the named sets have the splits train, validation, test and
        unlabelled, as far as they exist; any other local source has the one split all.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    if not is_named(source):
        from .local import load_local

        check_no_copy(source, data)
        return load_local(Path(source), text, label, encoding, drop_empty)
    if source in NAMED_OF_KIND["text"] and (text is not None or label):
        raise VaeworksError(f"{source} knows its own columns: leave out --text and --label, or give '' for no label")
    found: DataSet[Rows] = load_named(str(source), "text", data)
    return found if label is None else replace(found.each(Rows.without_labels), label_name=None)
