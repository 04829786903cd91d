"""One streaming look at a local source: are all texts there, and are the labels classes?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ...errors import VaeworksError

MOST_CLASSES = 1000


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
    """

    rows: int = 0
    empty: int = 0
    first_empty: int | None = None
    labels: set[Any] = field(default_factory=set)
    types: set[pa.DataType] = field(default_factory=set)

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
        label = without_nan(label)
        if label.null_count == len(label):
            return
        self.types.add(label.type)
        if len(self.labels) <= MOST_CLASSES:
            self.labels.update(pc.unique(label.drop_null())[: MOST_CLASSES + 1].to_pylist())


def survey(batches: Iterator[pa.RecordBatch]) -> Survey:
    found = Survey()
    for batch in batches:
        found.add(batch)
    return found


def is_empty(text: pa.Array) -> pa.Array:
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(text), ""), True)


def without_nan(label: pa.Array) -> pa.Array:
    """The labels with null for NaN: both say that there is none."""
    if not pa.types.is_floating(label.type):
        return label
    return pc.if_else(pc.is_nan(label), pa.scalar(None, label.type), label)


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
    check_labels(file, column, labels)
    if not typed:
        return narrow(sorted(labels))
    if len(types) == 1:
        return types.pop()
    if all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in types):
        return pa.float64() if any(map(pa.types.is_floating, types)) else pa.int64()
    kinds = " and ".join(sorted(map(str, types)))
    raise VaeworksError(f"{file}: label column {column!r} holds {kinds}: write all its labels as one kind")


def narrow(labels: list[str]) -> pa.DataType:
    """The narrowest type that reads all of these labels: whole numbers, numbers, truth values or strings."""
    values = pa.array(labels, pa.string())
    for kind in (pa.int64(), pa.float64(), pa.bool_()):
        try:
            values.cast(kind)
        except pa.ArrowInvalid:
            continue
        return kind
    return pa.string()
