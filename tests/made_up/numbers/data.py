"""From rows of numbers to batches."""

from dataclasses import asdict, dataclass

import numpy as np
import torch

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.examples import InMemory
from ..held_out import parted


class NumberData(InMemory):
    def __init__(self, rows, estimator):
        super().__init__(len(rows), estimator.batch_size)
        self.rows, self.given = torch.from_numpy(rows), estimator.given

    def batch(self, rows):
        known, foretold = self.rows[torch.from_numpy(rows)].tensor_split([self.given], dim=1)
        return Batch(foretold, condition=known)


@dataclass(frozen=True)
class NumberReader:
    columns: int

    @classmethod
    def learn(cls, X, y, estimator, share):
        return cls(np.shape(X)[1]).further(X, y, estimator, share)

    def further(self, X, y, estimator, share, anew=True):
        rows, others = (np.asarray(X)[part] for part in parted(len(X), share))
        return self, self.data(rows, None, estimator), self.data(others, None, estimator) if len(others) else None

    def data(self, X, y, estimator):
        rows = np.array(X, dtype=np.float32)
        if rows.shape[1:] != (self.columns,):
            raise VaeworksError(f"rows must have {self.columns} numbers, not {rows.shape[1:]}: give as many")
        return NumberData(rows, estimator)

    def to_state(self):
        return asdict(self)

    @classmethod
    def from_state(cls, state):
        return cls(**state)
