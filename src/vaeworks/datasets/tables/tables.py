"""Tables that lie in memory: their columns, and the one that is the label."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class TableSet:
    """One table, with the column of labels apart.

    Attributes
    ----------
    name : str
        The named set, or the name of the local file.
    table : pyarrow.Table
        All columns but the labels.
    labels : list or None
        One a row, None where missing; None without labels.
    label_name : str or None
    """

    name: str
    table: "pa.Table"
    labels: list | None
    label_name: str | None

    def __len__(self) -> int:
        return self.table.num_rows


def labelled(name: str, table: "pa.Table", label: str | None) -> TableSet:
    """The set that a table makes when one of its columns is the label."""
    if label is None:
        return TableSet(name, table, None, None)
    return TableSet(name, table.drop_columns([label]), table[label].to_pylist(), label)
