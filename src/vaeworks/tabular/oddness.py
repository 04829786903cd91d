"""Which values make a row odd."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .columns import Column
from .likelihoods import Row

MOST_SHOWN = 3
WORTH_SAYING = 2.0  # nats: a value two standard deviations off


def surprise(row: Row, target: Tensor, observed: Tensor | None) -> Tensor:
    """By how many nats each value is less probable than the one expected in its place, (N, D); 0 where none is there.

    Of numbers as the model scales them.
    """
    expected = row.mean().to(target.dtype)
    whole = torch.tensor([column.kind == "count" for column in row.scales.columns], device=target.device)
    expected = torch.where(whole, expected.round(), expected)
    found = scaled(row, expected, observed) - scaled(row, target, observed)
    return found if observed is None else torch.where(observed, found, torch.zeros_like(found))


def scaled(row: Row, target: Tensor, observed: Tensor | None) -> Tensor:
    """log p of every entry in the units of targets, (N, D)."""
    known = target if observed is None else torch.where(observed, target, torch.zeros_like(target))
    return row.log_prob_of_entries(known) - row.scales.log_slopes(known).to(known.dtype)


def reasons(columns: list[Column], table: Any, expected: Any, surprises: np.ndarray) -> list[str]:
    """For each row the columns that surprise most, with what is expected there."""
    own = {column.name: table.column(column.name).to_pylist() for column in columns}
    other = {column.name: expected.column(column.name).to_pylist() for column in columns}
    found = []
    for row, nats in enumerate(surprises):
        places = [place for place in nats.argsort()[::-1][:MOST_SHOWN] if nats[place] >= WORTH_SAYING]
        odd = [(name, shown(own[name][row]), shown(other[name][row])) for name in (columns[p].name for p in places)]
        found.append(", ".join(f"{name} {value} (expected {usual})" for name, value, usual in odd))
    return found


def shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
