"""Sequences of tokens in batches: rows of like length together, and padded."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from .vocabulary import PAD


def rows_of_like_length(lengths: Iterable[int], batch_size: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Row numbers in batches of about equal length, the batches in random order."""
    lengths = np.fromiter(lengths, dtype=np.int64)
    order = np.lexsort((random.random(len(lengths)), lengths))
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    for index in random.permutation(len(batches)):
        yield batches[index]


def padded(rows: list[np.ndarray]) -> Tensor:
    lengths = np.array([len(row) for row in rows])
    present = np.arange(lengths.max()) < lengths[:, None]
    ids = np.full(present.shape, PAD, dtype=np.int64)
    ids[present] = np.concatenate(rows)
    return torch.from_numpy(ids)
