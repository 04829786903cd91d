"""The likelihood of a row: each column has that of its kind, and columns are independent given z."""

import math
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Categorical, Distribution, NegativeBinomial, Normal
from torch.nn.functional import logsigmoid, pad, softplus

from ..core.precision import at_least_float32
from .columns import Column
from .components import InSpan, stretch_of
from .scales import Scales

LEAST_SCALE = 0.02  # of a column whose variance is 1: no density is sharper, however rounded the values


class Numbers(nn.Module):
    """Real and positive columns, whose targets are near standard normal: normal, with learned scales.

    Parameters
    ----------
    columns : list of Column
    shared : bool
        One scale for all columns.
    axes : Tensor (D, K) or None
        What the means are a combination of, where they are not free.
    """

    axes: Tensor | None

    def __init__(self, columns: list[Column], shared: bool = False, axes: Tensor | None = None) -> None:
        super().__init__()
        self.outputs = len(columns) if axes is None else axes.shape[1]
        self.register_buffer("axes", axes)
        start = math.log(math.expm1(0.5))
        self.raw_scale = nn.Parameter(torch.full((1 if shared else len(columns),), start))

    def forward(self, raw: Tensor) -> Distribution:
        scale = softplus(self.raw_scale) + LEAST_SCALE
        if self.axes is not None:
            return InSpan(raw * stretch_of(self.axes), self.axes, scale)
        return Normal(raw, scale.expand_as(raw), validate_args=False)


class Counts(nn.Module):
    """Negative binomial columns with learned dispersions (Hilbe 2011); the mean starts at the column's own."""

    centre: Tensor
    spread: Tensor

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        self.outputs = len(columns)
        self.log_dispersion = nn.Parameter(torch.zeros(len(columns)))
        self.register_buffer("centre", torch.tensor([column.centre for column in columns]), persistent=False)
        self.register_buffer("spread", torch.tensor([column.spread for column in columns]), persistent=False)

    def forward(self, raw: Tensor) -> Distribution:
        log_mean = (self.centre + raw * self.spread).clamp(-12, 18)
        total = self.log_dispersion.clamp(-6, 8).exp().expand_as(raw)
        return NegativeBinomial(total, logits=log_mean - total.log(), validate_args=False)


class Flags(nn.Module):
    """Binary columns."""

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        self.outputs = len(columns)

    def forward(self, raw: Tensor) -> Distribution:
        return Bernoulli(logits=raw, validate_args=False)


class Choices(nn.Module):
    """Categorical columns, padded to the one with the most categories."""

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        self.sizes = [len(column.categories) for column in columns]
        self.outputs = sum(self.sizes)

    def forward(self, raw: Tensor) -> Distribution:
        return Categorical(logits=padded(raw.split(self.sizes, 1)), validate_args=False)


class Ranks(nn.Module):
    """Ordinal columns: P(rank <= k) = sigmoid(cut k - output), the cuts in order (McCullagh 1980)."""

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        self.outputs = len(columns)
        self.steps = nn.ParameterList(nn.Parameter(torch.zeros(len(column.categories) - 1)) for column in columns)

    def forward(self, raw: Tensor) -> Distribution:
        return Categorical(
            logits=padded([self._chances(steps, raw[:, [index]]) for index, steps in enumerate(self.steps)]),
            validate_args=False,
        )

    def _chances(self, steps: Tensor, output: Tensor) -> Tensor:
        """log P(rank = k) as a difference of sigmoids, in a form that underflows nowhere."""
        if not len(steps):
            return torch.zeros_like(output)
        gaps = softplus(steps[1:]) + 1e-3
        cuts = torch.cat([steps[:1], steps[:1] + gaps.cumsum(0)]) - gaps.sum() / 2
        reach = cuts - output
        edge = torch.full_like(output, math.inf)
        above, below = torch.cat([reach, edge], 1), torch.cat([-edge, reach], 1)
        inside = torch.log(-torch.expm1(torch.cat([-gaps.new_ones(1) * math.inf, -gaps, -gaps.new_ones(1) * math.inf])))
        return logsigmoid(above) + logsigmoid(-below) + inside


def padded(parts: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
    most = max(part.shape[1] for part in parts)
    return torch.stack([pad(part, (0, most - part.shape[1]), value=-math.inf) for part in parts], 1)


FAMILIES: tuple[tuple[tuple[str, ...], Callable[..., nn.Module]], ...] = (
    (("real", "positive"), Numbers),
    (("count",), Counts),
    (("binary",), Flags),
    (("categorical",), Choices),
    (("ordinal",), Ranks),
)


class Row:
    """A likelihood of rows (N, D): one distribution for each family of columns.

    Parameters
    ----------
    parts : list of (Tensor of column numbers, Distribution)
    scales : Scales
        Between targets and the table's own units, in which densities are given.
    """

    def __init__(self, parts: list[tuple[Tensor, Distribution]], scales: Scales) -> None:
        self.parts, self.scales = parts, scales

    def log_prob(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """log p(row | z) in nats, (N,), a density in the table's own units; a missing entry counts nothing."""
        first = self.parts[0][1]
        if observed is None and isinstance(first, InSpan):  # then it has all columns, and their maps are linear
            return first.log_prob_of_rows(target) + self.scales.log_slopes(target[:1]).sum(1).to(target.dtype)
        return self.log_prob_of_entries(target, observed).sum(1)

    def log_prob_of_entries(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """Of every entry, (N, D)."""
        known = target if observed is None else torch.where(observed, target, torch.zeros_like(target))
        if len(self.parts) == 1:  # then it has all columns, in their order
            scores = self.parts[0][1].log_prob(known)
        else:
            scores = torch.zeros_like(known)
            for columns, distribution in self.parts:
                scores[:, columns] = distribution.log_prob(known[:, columns]).to(scores.dtype)
        scores = scores + self.scales.log_slopes(known).to(scores.dtype)
        return scores if observed is None else torch.where(observed, scores, torch.zeros_like(scores))

    def sample(self) -> Tensor:
        """One draw of the targets, (N, D)."""
        return self._filled(lambda distribution: distribution.sample())

    def mean(self) -> Tensor:
        """The mean of every number's target; the most probable of a binary, categorical or ordinal column."""
        return self._filled(centre_of)

    def _filled(self, values: Callable[[Distribution], Tensor]) -> Tensor:
        found = [(columns, values(distribution)) for columns, distribution in self.parts]
        rows, width = len(found[0][1]), sum(len(columns) for columns, _ in found)
        target = found[0][1].new_empty((rows, width), dtype=torch.float64)
        for columns, value in found:
            target[:, columns] = value.double()
        return target


def centre_of(distribution: Distribution) -> Tensor:
    if isinstance(distribution, Categorical):
        return distribution.logits.argmax(-1)
    return (distribution.mean > 0.5).double() if isinstance(distribution, Bernoulli) else distribution.mean


class RowLikelihood(nn.Module):
    """From z to the likelihood of a row.

    Parameters
    ----------
    network : nn.Module
        Maps z to as many numbers as `outputs_of(columns)` says.
    columns : list of Column
    shared : bool
        One scale for all real columns.
    axes : Tensor (D, K) or None
        What the means of real columns are a combination of; for tables of such columns alone.
    """

    def __init__(self, network: nn.Module, columns: list[Column], shared: bool, axes: Tensor | None = None) -> None:
        super().__init__()
        self.network, self.scales = network, Scales(columns)
        self.families, self.places = families_of(columns, shared, axes)

    def forward(self, z: Tensor, condition: object = None) -> Row:
        raw = at_least_float32(self.network(z)).split([family.outputs for family in self.families], 1)
        parts = [
            (places.to(z.device), family(part))
            for places, family, part in zip(self.places, self.families, raw, strict=True)
        ]
        return Row(parts, self.scales)

    def log_slope(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """What a row's density in the table's own units has above that of its targets, in nats, (N,)."""
        known = target if observed is None else torch.where(observed, target, torch.zeros_like(target))
        slopes = self.scales.log_slopes(known)
        return (slopes if observed is None else slopes.masked_fill(~observed, 0.0)).sum(1)


def families_of(columns: list[Column], shared: bool, axes: Tensor | None = None) -> tuple[nn.ModuleList, list[Tensor]]:
    """The families that occur, and the column numbers of each."""
    families, places = nn.ModuleList(), []
    for kinds, make in FAMILIES:
        own = [index for index, column in enumerate(columns) if column.kind in kinds]
        if own:
            mine = [columns[index] for index in own]
            families.append(make(mine, shared, axes) if make is Numbers else make(mine))
            places.append(torch.tensor(own))
    return families, places


def outputs_of(columns: list[Column], axes: Tensor | None = None) -> int:
    """How many numbers the decoder's network gives."""
    return sum(cast(int, family.outputs) for family in families_of(columns, False, axes)[0])
