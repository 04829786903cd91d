"""From rows of numbers to batches."""

from dataclasses import asdict, dataclass

import numpy as np
import torch

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.examples import InMemory, parted


class NumberData(InMemory):
    def __init__(self, rows, given, batch_size):
        super().__init__(len(rows), batch_size)
        self.rows, self.given = torch.from_numpy(rows), given

    def batch(self, rows):
        known, foretold = self.rows[torch.from_numpy(rows)].tensor_split([self.given], dim=1)
        return Batch(foretold, condition=known)


@dataclass(frozen=True)
class NumberReader:
    columns: int

    @classmethod
    def learn(cls, X, y, estimator, share):
        return cls(np.shape(X)[1]).further(X, y, estimator, share)

    def further(self, X, y, estimator, share):
        numbers, (rows, others) = np.asarray(X, dtype=np.float32), parted(len(X), share)
        judged_by = self.data(numbers[others], None, estimator) if len(others) else None
        return self, self.data(numbers[rows], None, estimator), judged_by

    def data(self, X, y, estimator):
        if np.shape(X)[1:] != (self.columns,):
            raise VaeworksError(f"rows must have {self.columns} numbers, not {np.shape(X)[1:]}: give as many")
        return NumberData(np.array(X, dtype=np.float32), estimator.given, estimator.batch_size)

    def to_state(self):
        return asdict(self)

    @classmethod
    def from_state(cls, state):
        return cls(**state)
