"""One streaming look at a local source: are all texts there, and are the labels classes?"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import ConvertOptions

from ...errors import VaeworksError

MOST_CLASSES, SHOWN = 1000, 3
MISSING = [*(word for word in ConvertOptions().null_values if word), "", "None"]
log = logging.getLogger(__name__)


@dataclass
class Survey:
    """What one pass over a source found.

    Attributes
    ----------
    rows : int
        Rows with a text.
    empty : int
        Rows whose text is missing, empty or only spaces.
    first_empty : int or None
        The first of them; the first row is 1.
    labels : set
        The different labels of the rows with a text, at most 1001 of them.
    types : set of pyarrow.DataType
        The types of the labels' batches.
    spaced : dict of str to str
        Labels with spaces around them, and what they are without.
    missing : Counter
        How often words say that there is no label, in a file without types.
    typed : bool
        Whether the file has types, so that a word is a label whatever it says.
    """

    rows: int = 0
    empty: int = 0
    first_empty: int | None = None
    labels: set[Any] = field(default_factory=set)
    types: set[pa.DataType] = field(default_factory=set)
    spaced: dict[str, str] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    typed: bool = True

    def add(self, batch: pa.RecordBatch) -> None:
        empty = is_empty(batch["text"])
        if self.first_empty is None and (found := pc.index(empty, True).as_py()) >= 0:
            self.first_empty = self.rows + self.empty + found + 1
        dropped = pc.sum(empty).as_py() or 0
        self.empty += dropped
        self.rows += batch.num_rows - dropped
        if "label" in batch.schema.names:
            self._add_labels(batch["label"].filter(pc.invert(empty)))

    def _add_labels(self, label: pa.Array) -> None:
        if pa.types.is_string(label.type):
            self._note(pc.value_counts(label.drop_null()))
        label = plain(label, self.typed)
        if label.null_count == len(label):
            return
        self.types.add(label.type)
        if len(self.labels) <= MOST_CLASSES:
            self.labels.update(pc.unique(label.drop_null())[: MOST_CLASSES + 1].to_pylist())

    def _note(self, counts: pa.StructArray) -> None:
        """Labels that are not taken as they stand."""
        for each in counts.to_pylist():
            label, without = each["values"], each["values"].strip()
            if not self.typed and without in MISSING:
                self.missing[without] += each["counts"]
            elif without != label and len(self.spaced) < MOST_CLASSES:
                self.spaced[label] = without


def survey(batches: Iterator[pa.RecordBatch], typed: bool = True) -> Survey:
    found = Survey(typed=typed)
    for batch in batches:
        found.add(batch)
    return found


def is_empty(text: pa.Array) -> pa.Array:
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(text), ""), True)


def plain(label: pa.Array, typed: bool) -> pa.Array:
    """Labels without spaces around them, null where there is none: NaN, or in a file without types a word for it."""
    none = pa.scalar(None, label.type)
    if pa.types.is_floating(label.type):
        return pc.if_else(pc.is_nan(label), none, label)
    if not pa.types.is_string(label.type):
        return label
    label = pc.utf8_trim_whitespace(label)
    return label if typed else pc.if_else(pc.is_in(label, pa.array(MISSING)), none, label)


def check_labels(file: str, column: str, labels: set[Any]) -> None:
    """Refuse a label column that no classifier could learn from."""
    mend = 'name another with --label, or none with --label ""'
    if not labels:
        raise VaeworksError(f"{file}: label column {column!r} holds no values at all: {mend}")
    if len(labels) == 1:
        raise VaeworksError(f"{file}: label column {column!r} has only one class, {labels.pop()!r}: {mend}")
    if len(labels) > MOST_CLASSES:
        raise VaeworksError(
            f"{file}: label column {column!r} has more than {MOST_CLASSES:,} different values, "
            f"so it seems to hold no classes: {mend}"
        )


def type_of_labels(file: str, column: str, found: list[Survey], typed: bool) -> pa.DataType:
    """The one type of all labels: the file's own, or the narrowest that fits where a file has no types."""
    types = set().union(*(each.types for each in found))
    labels = set().union(*(each.labels for each in found))
    say_changed(file, column, found)
    check_labels(file, column, labels)
    if not typed:
        return narrow(sorted(labels))
    if len(types) == 1:
        return types.pop()
    if all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in types):
        return pa.float64() if any(map(pa.types.is_floating, types)) else pa.int64()
    kinds = " and ".join(sorted(map(str, types)))
    raise VaeworksError(f"{file}: label column {column!r} holds {kinds}: write all its labels as one kind")


def say_changed(file: str, column: str, found: list[Survey]) -> None:
    """Which labels are not taken as they stand."""
    missing = sum((each.missing for each in found), Counter[str]())
    if words := {word: count for word, count in missing.items() if word}:
        shown = ", ".join(f"{word!r} ({count:,} times)" for word, count in sorted(words.items()))
        log.warning("%s: label column %r: no label is what %s is taken for", file, column, shown)
    if spaced := {label: without for each in found for label, without in each.spaced.items()}:
        shown = ", ".join(f"{label!r} counts as {without!r}" for label, without in sorted(spaced.items())[:SHOWN])
        log.warning("%s: label column %r: %d labels have spaces around them: %s", file, column, len(spaced), shown)


def narrow(labels: list[str]) -> pa.DataType:
    """The narrowest type that keeps all of these labels apart: whole numbers, numbers, truth values or strings.

    What is written otherwise than a number would be, as 01, is a word.
    """
    values = pa.array(labels, pa.string())
    for kind in (pa.int64(), pa.float64(), pa.bool_()):
        try:
            found = values.cast(kind).to_pylist()
        except pa.ArrowInvalid:
            continue
        if len(set(found)) == len(labels) and (kind != pa.int64() or list(map(str, found)) == labels):
            return kind
    return pa.string()
