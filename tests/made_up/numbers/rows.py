"""Rows of numbers as a part of a data set."""

from typing import Any

import numpy as np

from ..held_out import held_out


class NumberRows:
    labelled, y = False, None

    def __init__(self, X: np.ndarray) -> None:
        self.X = X

    def __len__(self) -> int:
        return len(self.X)

    def head(self, limit: int | None) -> Any:
        return NumberRows(self.X[:limit])

    def held_out(self, share: float) -> Any:
        return NumberRows(self.X[held_out(0, len(self), share)])
