"""Tables that lie in memory: their columns, and the one that is the label."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..headers import no_column
from ..sets import DataSet, InMemory, labels_followed_by

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class Table(InMemory):
    """The rows of one split, with the column of labels apart.

    Attributes
    ----------
    table : pyarrow.Table
        All columns but the labels.
    labels : list or None
        One a row, None where missing; None without labels.
    """

    table: "pa.Table"
    labels: list | None

    def __len__(self) -> int:
        return self.table.num_rows

    @property
    def X(self) -> "pa.Table":
        return self.table

    def take(self, rows: "np.ndarray") -> "Table":
        return Table(self.table.take(rows), None if self.labels is None else [self.labels[row] for row in rows])

    def followed_by(self, other: "Table") -> "Table":
        import pyarrow as pa

        table = pa.concat_tables([self.table, other.table], promote_options="permissive")
        return Table(table, labels_followed_by(self.labels, len(self), other.labels, len(other)))


def labelled(name: str, tables: "dict[str, pa.Table]", label: str | None) -> DataSet[Table]:
    """The set that tables make by split, when one of their columns is the label."""
    return DataSet(name, {split: apart(table, label) for split, table in tables.items()}, label)


def apart(table: "pa.Table", label: str | None) -> Table:
    return Table(table, None) if label is None else Table(table.drop_columns([label]), table[label].to_pylist())


def with_label(found: DataSet[Table]) -> DataSet[Table]:
    """The same set, whose label is its last column and no label any more."""
    return DataSet(found.name, {split: together(part, found.label_name) for split, part in found.splits.items()}, None)


def together(part: Table, label: str | None) -> Table:
    return part if label is None else Table(part.table.append_column(label, [part.labels]), None)


def only(found: DataSet[Table], columns: Sequence[str]) -> DataSet[Table]:
    """These columns in this order.

    Raises
    ------
    MissingColumnError
        When a split lacks one of them.
    """
    for part in found.splits.values():
        check_there(found.name, part.table, columns)
    return found.each(lambda part: replace(part, table=part.table.select(list(columns))))


def without(found: DataSet[Table], columns: Sequence[str]) -> DataSet[Table]:
    """All columns but these, which must be there."""
    for part in found.splits.values():
        check_there(found.name, part.table, columns)
    return found.each(lambda part: replace(part, table=part.table.drop_columns(list(columns))))


def check_there(name: str, table: "pa.Table", columns: Sequence[str]) -> None:
    if not set(columns) <= set(table.column_names):
        raise no_column(name, columns, table.column_names, "Add or rename it")
