"""The maps between the numbers of a table and the targets that its likelihood scores."""

import torch
from torch import Tensor, nn

from .columns import DISCRETE, STEP, Column


class Scales(nn.Module):
    """Monotone maps, one a column: t = (u - centre) / spread, and where there are knots, on to normal scores.

    u is the number itself, or its logarithm for a positive column; counts and categories stay as they are.

    Parameters
    ----------
    columns : list of Column
    """

    centre: Tensor
    spread: Tensor
    positive: Tensor

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        self.columns = columns
        kept = [column.kind in (*DISCRETE, "count") for column in columns]
        centre = [0.0 if keep else column.centre for keep, column in zip(kept, columns, strict=True)]
        spread = [1.0 if keep else column.spread for keep, column in zip(kept, columns, strict=True)]
        self.register_buffer("centre", torch.tensor(centre, dtype=torch.float64), persistent=False)
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float64), persistent=False)
        positive = torch.tensor([index for index, column in enumerate(columns) if column.kind == "positive"]).long()
        self.register_buffer("positive", positive, persistent=False)
        self.lumps = {index: column.lumps for index, column in enumerate(columns) if column.lumps}
        self.bends = {
            index: torch.tensor(column.knots, dtype=torch.float64).T.contiguous()
            for index, column in enumerate(columns)
            if column.knots
        }

    def targets(self, numbers: Tensor) -> Tensor:
        """Numbers (N, D) -> targets (N, D) in float64; NaN stays."""
        u = numbers.double().clone()
        u[:, self.positive] = u[:, self.positive].log()
        u = (u - self.centre) / self.spread
        for index, (t, scores) in self._knots(u):
            u[:, index] = interpolated(u[:, index], t, scores)
        return u

    def numbers(self, targets: Tensor) -> Tensor:
        """The inverse of `targets`; a score among those of a value that many rows share is that value."""
        u = targets.double().clone()
        for index, (t, scores) in self._knots(u):
            score = u[:, index].clone()
            u[:, index] = interpolated(score, scores, t)
            for value, low, high in self.lumps.get(index, ()):
                u[(score >= low) & (score <= high), index] = value
        u = u * self.spread + self.centre
        u[:, self.positive] = u[:, self.positive].exp()
        return u

    def log_slopes(self, targets: Tensor) -> Tensor:
        """log |dt / dx| at targets (N, D), which turns a density of targets into one of numbers; 0 where discrete.

        At a knot it is the lower of the two sides' slopes, so that the density claims no more than either.
        """
        if not self.bends and not len(self.positive):
            return (-self.spread.log()).expand_as(targets)
        t = targets.double().clone()
        bent = torch.zeros_like(t)
        for index, (own, scores) in self._knots(t):
            bent[:, index] = slopes(t[:, index], own, scores).log()
            t[:, index] = interpolated(t[:, index], scores, own)
        u = t * self.spread + self.centre
        total = bent - self.spread.log()
        total[:, self.positive] -= u[:, self.positive]
        return total

    def curved(self, columns: Tensor) -> tuple[Tensor, "Scales"]:
        """Which of some columns' maps are not linear, as places among them, and the scales of those alone."""
        own = [self.columns[index] for index in columns.tolist()]
        places = [place for place, column in enumerate(own) if column.knots or column.kind == "positive"]
        chosen = Scales([own[place] for place in places])
        return torch.tensor(places, device=columns.device).long(), chosen.to(columns.device)

    def _knots(self, like: Tensor) -> list[tuple[int, Tensor]]:
        return [(index, knots.to(like.device)) for index, knots in self.bends.items()]


def interpolated(values: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The piecewise linear function through (x, y) at `values`, going on straight beyond the ends."""
    place = torch.searchsorted(x, values.contiguous()).clamp(1, len(x) - 1)
    low, high = place - 1, place
    return y[low] + (values - x[low]) * (y[high] - y[low]) / (x[high] - x[low])


def slopes(scores: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """dy / dx where y is `scores`; at a knot the lower of the two sides' slopes, and beside a step that next to it."""
    each = torch.diff(y) / torch.diff(x)
    steps = torch.diff(x) < 2 * STEP
    if steps.any():
        up, down = steps & ~steps.roll(1), steps & steps.roll(1)  # each lump has two
        each = torch.where(up, each.roll(1), torch.where(down, each.roll(-1), each))
        each[0], each[-1] = each[1] if steps[0] else each[0], each[-2] if steps[-1] else each[-1]
    left = torch.searchsorted(y, scores.contiguous() - 1e-9).clamp(1, len(x) - 1) - 1
    right = torch.searchsorted(y, scores.contiguous() + 1e-9).clamp(1, len(x) - 1) - 1
    return torch.minimum(each[left], each[right])
