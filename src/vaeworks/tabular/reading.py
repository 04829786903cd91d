"""What was learned of a table before any training, and how tables are read by it."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import validate_data

from ..errors import VaeworksError
from ..held_out import parted
from ..labels import MISSING, Classes, classes_in, further_classes, indices_of, labels_of
from .columns import Column
from .data import TableData
from .frames import Frame, columns_of_objects, eager, frame_of, is_frame
from .learning import check_same_columns, holes_in, learn, matrix_of, names_of, rows_in
from .networks import Features
from .parameters import TabularParameters

MASKING = 0.1
MANY = 4  # times as many columns as components, for which it pays to put these in their place


@dataclass(frozen=True)
class TableReader:
    """What was learned of a table.

    Attributes
    ----------
    columns : list of Column
        The name, kind, categories and scale of every column.
    shared : bool
        Whether real columns have one scale.
    marks : bool
        Whether the encoder is told which entries are there.
    components : int
        How many principal components both perceptrons work with in the place of columns; 0 for the columns.
    container : str
        What the table came in, and rows are given back in.
    feature_names : list of str or None
        As scikit-learn remembers them.
    classes : Classes or None
    """

    columns: list[Column]
    shared: bool
    marks: bool
    components: int
    container: str
    feature_names: list[str] | None
    classes: Classes | None

    @classmethod
    def learn(
        cls, X: Any, y: Any, estimator: TabularParameters, share: float
    ) -> tuple[Self, TableData, TableData | None]:
        table = read(X, estimator, None)
        columns, shared = learn(table, estimator.kinds or {}, estimator.scaling)
        matrix, container = matrix_of(table, columns), table.container if isinstance(table, Frame) else "array"
        names = getattr(estimator, "feature_names_in_", None)
        reader = cls(columns, shared, False, 0, container, None if names is None else list(names), None)
        masking = reader._masking(matrix, estimator)
        reader = replace(reader, marks=bool(masking or holes_in(matrix)))
        reader, training, judged_by = reader._parted(matrix, y, estimator, share, True)
        return replace(reader, components=reader._components(training, estimator)), training, judged_by

    def further(
        self, X: Any, y: Any, estimator: TabularParameters, share: float, anew: bool = True
    ) -> tuple[Self, TableData, TableData | None]:
        table = read(X, estimator, None)
        check_same_columns(table, self.columns)
        return self._parted(matrix_of(table, self.columns), y, estimator, share, anew)

    def _parted(
        self, matrix: Any, y: Any, estimator: TabularParameters, share: float, anew: bool
    ) -> tuple[Self, TableData, TableData | None]:
        """Rows to train on, and rows that are held out, with the classes of all."""
        labels = classes_in(labels_of(y, matrix.shape[0], "rows"))
        reader = replace(self, classes=further_classes(self.classes, labels, estimator.missing_label, anew))
        known, (rows, others) = indices_of(reader.classes, labels), parted(matrix.shape[0], share)
        judged_by = reader._data(matrix[others], known[others], estimator) if len(others) else None
        if len(others):
            matrix, known = matrix[rows], known[rows]
        training = reader._data(matrix, known, estimator)
        training.masking = self._masking(matrix, estimator)
        if estimator.neighbour_share() and len(training.labels) > 2:
            training.find_neighbours(estimator.neighbours, estimator.random_state)
        return reader, training, judged_by

    def data(self, X: Any, y: Any, estimator: TabularParameters) -> TableData:
        table = read(X, estimator, self.columns)
        labels = indices_of(self.classes, labels_of(y, rows_in(table), "rows"))
        return self._data(matrix_of(table, self.columns), labels, estimator)

    def given(self, rows: np.ndarray, estimator: TabularParameters) -> TableData:
        """Rows of numbers (N, D), with holes where nothing is known."""
        return self._data(rows, np.full(len(rows), MISSING), estimator)

    def features(self) -> Features:
        return Features(self.columns, self.marks)

    def _data(self, matrix: Any, labels: np.ndarray, estimator: TabularParameters) -> TableData:
        rows, numbers = estimator.rows_a_step(matrix.shape[0]), estimator.number_type()
        return TableData(matrix, labels, self.columns, self.features(), rows, numbers)

    def _masking(self, matrix: Any, estimator: TabularParameters) -> float:
        if estimator.masking is not None:
            return estimator.masking
        return 0.0 if self.shared and not holes_in(matrix) else MASKING

    def _components(self, data: TableData, estimator: TabularParameters) -> int:
        real = all(column.kind == "real" and not column.knots for column in self.columns)
        if data.axes is None or self.marks or not (self.shared and real and estimator.depths()[0]):
            return 0
        columns, components = data.axes.shape
        return components if columns >= MANY * components else 0

    def to_state(self) -> dict:
        return {
            "columns": [column.to_state() for column in self.columns],
            "shared": self.shared,
            "marks": self.marks,
            "components": self.components,
            "container": self.container,
            "feature_names": self.feature_names,
            "classes": None if self.classes is None else self.classes.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict) -> Self:
        columns = [Column(**column) for column in state["columns"]]
        return cls(**{**state, "columns": columns, "classes": Classes.from_state(state["classes"])})


def read(X: Any, estimator: TabularParameters, columns: list[Column] | None) -> Any:
    """A table's columns, or an array or sparse matrix of numbers; `columns` are None while fitting."""
    X = eager(X)
    reset = columns is None
    try:
        if is_frame(X):
            validate_data(estimator, X, reset=reset, skip_check_array=True)
            return frame_of(X)
        found = validate_data(estimator, X, reset=reset, dtype=None, accept_sparse="csr", ensure_all_finite="allow-nan")
    except VaeworksError:
        raise
    except ValueError as error:
        raise VaeworksError(str(error)) from error
    if found.dtype.kind in "OUS":
        names = names_of(found.shape[1]) if columns is None else [column.name for column in columns]
        return columns_of_objects(found.astype(object), names)
    return found
