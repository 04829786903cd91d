"""What an encoder reads of a row, and the perceptrons on both sides of z."""

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from .columns import Column
from .moments import periods_of, turns
from .scales import Scales


class Features:
    """Targets (N, D) -> what the encoder reads, (N, width): zeros, and where it is told of holes a mark, for a hole.

    Of a date or time it reads also where in the day, the week and the year that stands.

    Parameters
    ----------
    columns : list of Column
    marks : bool
        Whether each column's being there is a feature too.
    """

    def __init__(self, columns: list[Column], marks: bool) -> None:
        self.marks = marks
        self.plain = [index for index, column in enumerate(columns) if column.kind != "categorical"]
        self.choices = {
            index: len(column.categories) for index, column in enumerate(columns) if column.kind == "categorical"
        }
        kinds = [column.kind for column in columns]
        self.counts = [index for index, kind in enumerate(kinds) if kind == "count"]
        self.shift, self.stretch = torch.zeros(len(columns)), torch.ones(len(columns))
        for index, column in enumerate(columns):
            if column.kind == "count":
                self.shift[index], self.stretch[index] = column.centre, column.spread
            elif column.kind in ("binary", "ordinal"):
                half = max(len(column.categories) - 1, 1) / 2
                self.shift[index], self.stretch[index] = half, half
        self.as_they_are = not {"count", "binary", "ordinal"} & set(kinds)
        self.moments = {index: column for index, column in enumerate(columns) if column.moment and cycles_of(column)}
        points = sum(2 * len(cycles_of(column)) for column in self.moments.values())
        self.width = len(self.plain) + points + sum(self.choices.values()) + (len(columns) if marks else 0)

    def __call__(self, targets: Tensor, there: Tensor) -> Tensor:
        """`there` says which entries the encoder may see."""
        u = targets
        if not self.as_they_are:
            u = targets.clone()
            u[:, self.counts] = u[:, self.counts].log1p()
            u = (u - self.shift.to(u)) / self.stretch.to(u)
        seen = torch.where(there, u, torch.zeros_like(u))
        parts = [seen[:, self.plain] if self.choices else seen]
        for index, column in self.moments.items():
            steps = Scales([column]).to(targets.device).numbers(targets[:, [index]])
            points = torch.cat(turns(steps * column.step, cycles_of(column)), 1).to(u.dtype)
            parts.append(torch.where(there[:, [index]], points, torch.zeros_like(points)))
        for index, size in self.choices.items():
            place = torch.where(there[:, index], targets[:, index], torch.full_like(targets[:, index], -1.0)).long()
            parts.append(one_hot(place + 1, size + 1)[:, 1:].to(u.dtype))
        if self.marks:
            parts.append(there.to(u.dtype))
        return torch.cat(parts, 1) if len(parts) > 1 else parts[0]


def cycles_of(column: Column) -> list[float]:
    """The seconds of the cycles of the calendar in which the dates or times of a column stand somewhere."""
    reach = 0.0 if column.low is None or column.high is None else (column.high - column.low) * column.step
    return periods_of(column.moment, column.step, reach)


def perceptron(inputs: int, width: int, depth: int, dropout: float = 0.0) -> tuple[nn.Sequential, int]:
    """`depth` layers of `width` units, and the width of what comes out; none at all for depth 0."""
    layers: list[nn.Module] = []
    for index in range(depth):
        layers += [nn.Linear(inputs if index == 0 else width, width), nn.SiLU()]
        layers += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers), width if depth else inputs
