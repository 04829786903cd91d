"""Which column is the text and which the label."""

from collections.abc import Iterable, Mapping

from ...errors import VaeworksError
from ..headers import LABEL_NAMES, no_column

TEXT_NAMES = ("text", "review", "body", "sentence")
CLASS_KINDS = ("string", "bool", "int", "uint", "halffloat", "float", "double", "null")


def choose_columns(
    file: str, columns: Mapping[str, str], text: str | None, label: str | None
) -> tuple[str, str | None]:
    """The names of the text column and of the label column, as asked for or else guessed.

    Parameters
    ----------
    file : str
        The file's name, for messages.
    columns : mapping of str to str
        The kind of every column by its name.
    text, label : str or None
        As asked for; None guesses, and a label "" is none.
    """
    label = choose_label(file, columns, text, label)
    if text is None:
        text = guess_text(file, columns, label)
    if text == label:
        raise VaeworksError(f"{file}: column {text!r} cannot be text and label at once: name two columns")
    return text, label


def choose_label(file: str, columns: Mapping[str, str], text: str | None, label: str | None) -> str | None:
    if label is None:
        return next((name for name in columns if name.lower() in LABEL_NAMES and name != text), None)
    if label and label not in columns:
        raise no_column(file, [label], columns, "Name the label column with --label")
    return label or None


def guess_text(file: str, columns: Mapping[str, str], label: str | None) -> str:
    named = [name for wanted in TEXT_NAMES for name in columns if name.lower() == wanted and name != label]
    if named:
        return named[0]
    strings = [name for name, kind in columns.items() if kind == "string" and name != label]
    if len(strings) == 1:
        return strings[0]
    raise VaeworksError(
        f"{file} does not say which column is the text. Its columns are: {listed(columns)}. "
        "Name the text column with --text"
    )


def check_kinds(file: str, columns: Mapping[str, str], text: str, label: str | None) -> None:
    """Refuse a text column that is missing or holds no text, and a label column that cannot hold classes."""
    if text not in columns:
        raise no_column(file, [text], columns, "Name the text column with --text")
    if columns[text] not in ("string", "null"):
        raise VaeworksError(
            f"{file}: column {text!r} holds {columns[text]}, not text. Its columns are: {listed(columns)}. "
            "Name the text column with --text"
        )
    if label is not None and not columns[label].startswith(CLASS_KINDS):
        raise VaeworksError(
            f"{file}: label column {label!r} holds {columns[label]}, which is no class: "
            'name another with --label, or none with --label ""'
        )


def listed(columns: Iterable[str]) -> str:
    return ", ".join(columns)
