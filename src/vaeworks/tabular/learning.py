"""What is learned of a table before any training: its columns, and the matrix of numbers that they make of it."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import VaeworksError
from .columns import DISCRETE, Column, check_size, extremes, learn_columns, of_one_unit
from .frames import Frame, frame_of


def learn(table: Any, kinds: dict[str, str], scaling: str) -> tuple[list[Column], bool]:
    """The columns of a frame, array or sparse matrix, and whether its real columns share one scale.

    Raises
    ------
    VaeworksError
        For columns that hold nothing, or numbers that are too large, and for kinds that cannot be.
    """
    if isinstance(table, Frame):
        return shared_or_not(learn_columns(table, kinds, scaling), scaling == "table")
    names, (low, high) = names_of(table.shape[1]), extremes(table)
    for name, least, most in zip(names, low, high, strict=True):
        if kinds.get(name) not in DISCRETE:
            check_size(name, least, most)
    if scaling == "table" or (scaling == "auto" and of_one_unit(low, high)):
        return shared_or_not(columns_of_one_unit(table, names, kinds), True)
    by_column = table.tocsc() if hasattr(table, "tocsc") else table
    lazy = Frame(LazyColumns(by_column, names))
    return shared_or_not(learn_columns(lazy, kinds, scaling), False)


class LazyColumns(dict):
    """The columns of a matrix, made dense one at a time."""

    def __init__(self, matrix: Any, names: list[str]) -> None:
        super().__init__((name, index) for index, name in enumerate(names))
        self.matrix = matrix

    def __getitem__(self, name: str) -> np.ndarray:
        column = self.matrix[:, [super().__getitem__(name)]]
        dense = column.toarray() if hasattr(column, "toarray") else column
        return np.asarray(dense, dtype=np.float64).ravel()


def columns_of_one_unit(matrix: Any, names: list[str], kinds: dict[str, str]) -> list[Column]:
    """Binary columns where all are 0 or 1, else real ones, but for those that are declared."""
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    if np.isin(values[:100], (0, 1)).all() and np.isin(values, (0, 1)).all():
        plain = [Column(name, "binary", [0.0, 1.0]) for name in names]
    else:
        whole = values.dtype.kind in "ui"
        means, deviations = moments(matrix)
        plain = [
            Column(name, "real", [], float(mean), float(deviation), [], whole)
            for name, mean, deviation in zip(names, means, deviations, strict=True)
        ]
    if not kinds:
        return plain
    declared = {column.name: column for column in learn_columns(Frame(LazyColumns(matrix, names)), kinds, "standard")}
    return [declared[column.name] if column.name in kinds else column for column in plain]


def moments(matrix: Any) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of every column, holes left out."""
    if hasattr(matrix, "tocsr"):
        known, holes = matrix.astype(np.float64), matrix.astype(bool)  # squares of few bits would wrap
        holes.data = np.isnan(known.data)
        count = matrix.shape[0] - np.asarray(holes.sum(0)).ravel()
        known.data = np.nan_to_num(known.data)
        mean, square = (np.asarray(each.sum(0)).ravel() / count for each in (known, known.power(2)))
        return mean, np.sqrt((square - mean**2).clip(0))
    return np.asarray(np.nanmean(matrix, 0, dtype=np.float64)), np.nanstd(matrix, 0, dtype=np.float64)


def shared_or_not(columns: list[Column], shared: bool) -> tuple[list[Column], bool]:
    """The columns, real ones with one spread for all where it is shared."""
    spreads = [column.spread for column in columns if column.kind == "real"]
    if not shared or not spreads:
        return columns, False
    spread = float(np.sqrt(np.mean(np.square(spreads)))) or 1.0
    return [replace(column, spread=spread) if column.kind == "real" else column for column in columns], True


def matrix_of(table: Any, columns: list[Column]) -> Any:
    """The numbers of a table, (N, D), categories as their indices, NaN where missing; sparse where the table is.

    Raises
    ------
    VaeworksError
        For values that a column cannot hold.
    """
    if isinstance(table, Frame):
        for column in columns:
            check_moment(column, table)
        return np.column_stack([column.numbers(table.columns[column.name]) for column in columns])
    plain = all(column.kind == "real" or column.categories == [0.0, 1.0] for column in columns)
    sparse = hasattr(table, "tocsr")
    if plain:
        binary = [column.kind == "binary" for column in columns]
        held = table[:, np.flatnonzero(binary)]
        check_binary(held.data if sparse else held, columns)
        return table
    if sparse:
        raise VaeworksError("a sparse matrix holds real columns and columns of 0 and 1 only: make it dense")
    numbers = table.astype(np.float64)
    return np.column_stack([column.numbers(numbers[:, index]) for index, column in enumerate(columns)])


def check_moment(column: Column, table: Frame) -> None:
    """Refuse dates where the fit had numbers, and numbers where it had dates."""
    values, moment = table.columns[column.name], table.moments.get(column.name)
    if bool(moment) != bool(column.moment) and values.dtype != object and not np.isnan(values).all():
        held, now = ("dates or times", "numbers") if column.moment else ("numbers or words", "dates or times")
        raise VaeworksError(
            f"column {column.name!r} held {held} when the model was fitted, and now holds {now}: mend the column"
        )


def check_binary(values: np.ndarray, columns: list[Column]) -> None:
    """Refuse other values than 0 and 1 (or holes) in columns that had just these."""
    known = values[~np.isnan(values)]
    odd = known[~np.isin(known, (0, 1))]
    if len(odd):
        binary = [column.name for column in columns if column.kind == "binary"]
        raise VaeworksError(
            f"the columns {', '.join(binary[:5])} held only 0 and 1 when the model was fitted, and now hold {odd[0]:g}"
            ": mend the value, or fit with such rows"
        )


def partial_row(columns: list[Column], given: dict) -> np.ndarray:
    """A row of numbers (1, D) with the given values, which may be written as text, and holes elsewhere.

    Raises
    ------
    VaeworksError
        For a column that does not exist, and for a value that it cannot hold.
    """
    names = [column.name for column in columns]
    unknown = [name for name in given if name not in names]
    if unknown:
        raise VaeworksError(f"there is no column {unknown[0]!r}: the columns are {', '.join(names[:20])}")
    return np.array([[column.parsed(given[column.name]) if column.name in given else np.nan for column in columns]])


def names_of(count: int) -> list[str]:
    """What the columns of an array are called."""
    return [f"x{index}" for index in range(count)]


def rows_in(table: Any) -> int:
    return len(next(iter(table.columns.values()))) if isinstance(table, Frame) else table.shape[0]


def holes_in(matrix: Any) -> bool:
    return bool(np.isnan(matrix.data if hasattr(matrix, "tocsr") else matrix).any())


def holes_of(table: Any, columns: list[Column]) -> dict[str, np.ndarray]:
    """Which rows (N,) of a DataFrame or Table are holes, column by column."""
    matrix = matrix_of(frame_of(table), columns)
    return {column.name: np.isnan(matrix[:, place]) for place, column in enumerate(columns)}


def check_same_columns(table: Any, columns: list[Column]) -> None:
    """Refuse another table than that of the model to go on from.

    Raises
    ------
    VaeworksError
    """
    known = [column.name for column in columns]
    same = list(table.columns) == known if isinstance(table, Frame) else table.shape[1] == len(known)
    if not same:
        raise VaeworksError(
            f"the model to go on from has the columns {', '.join(known[:20])}: give it a table that has just these, in "
            "this order"
        )
