"""The parts of a model of series.

history, calendar of the future -> layers -> features -> p(z | history)
history, calendar -> one linear map a column -> the expected future, to which features and z add
future less what is expected, features -> layers -> q(z | history, future)
"""

import torch
from torch import Tensor, distributions, nn

from ..core.likelihoods import Elementwise
from ..core.precision import at_least_float32

Condition = dict[str, Tensor]
LOG_SCALES = (-7.0, 3.0)  # of a value in deviations of its history
LEAST_FREEDOM = 2.1  # of Student's t, so that it has a variance


def layers(inputs: int, width: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.SiLU(),
        nn.Dropout(dropout),
        nn.Linear(width, width),
        nn.SiLU(),
        nn.Dropout(dropout),
    )


class HistoryReader(nn.Module):
    """The conditioner: it adds `features` (N, W), `expected` futures (N, H, C) and `prior` to a history.

    The expected future of a column is linear in its history and the calendar (Zeng et al. 2023).
    """

    def __init__(
        self, history: int, horizon: int, columns: int, cycles: int, width: int, latent_dim: int, dropout: float
    ) -> None:
        super().__init__()
        self.expected = nn.Parameter(torch.zeros(columns, history + cycles, horizon))
        self.layers = layers(2 * (history + 1) * columns + horizon * cycles, width, dropout)
        self.prior = nn.Linear(width, 2 * latent_dim)

    def forward(self, condition: Condition) -> Condition:
        parts = (condition[name] for name in ("history", "known", "place", "calendar"))
        features = self.layers(torch.cat([part.flatten(1) for part in parts], dim=1))
        expected = torch.einsum("nlc,clh->nhc", linear_inputs(condition), self.expected)
        return {
            **condition,
            "features": features,
            "expected": expected,
            "prior": at_least_float32(self.prior(features)),
        }


def linear_inputs(condition: Condition) -> Tensor:
    """What the expected future is linear in, (N, L + K, C): the history, and the calendar of the first step."""
    history, calendar = condition["history"], condition["calendar"][:, 0]
    return torch.cat([history, calendar[:, :, None].expand(-1, -1, history.shape[2])], dim=1)


class FutureReader(nn.Module):
    """The encoder: a future (N, H, C), 0 where it was not observed -> features, and the parameters of the prior."""

    def __init__(self, horizon: int, columns: int, width: int, dropout: float) -> None:
        super().__init__()
        self.layers = layers(2 * horizon * columns + width, width, dropout)
        self.features = width

    def forward(self, future: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        known = ~future.isnan()
        scaled = (future - condition["location"][:, None]) / condition["scale"][:, None] - condition["expected"]
        seen = torch.where(known, scaled, torch.zeros_like(scaled))
        read = torch.cat([seen.flatten(1), known.to(seen).flatten(1), condition["features"]], dim=1)
        return self.layers(read), condition["prior"]


class FutureLikelihood(nn.Module):
    """p(future | z, history): independent values, whose means are linear in z; densities in the series' own units."""

    def __init__(self, horizon: int, columns: int, width: int, latent_dim: int, student: bool) -> None:
        super().__init__()
        self.shape = (horizon, columns)
        self.added = nn.Linear(width, horizon * columns)
        nn.init.zeros_(self.added.weight)  # so that training begins at what is expected
        self.of_z = nn.Linear(latent_dim, horizon * columns, bias=False)
        self.scale = nn.Linear(width, horizon * columns)
        self.freedom = nn.Parameter(torch.full((horizon, 1), 2.0)) if student else None

    def forward(self, z: Tensor, condition: Condition) -> Elementwise:
        added = (self.added(condition["features"]) + self.of_z(z)).unflatten(1, self.shape)
        log_scale = self.scale(condition["features"]).unflatten(1, self.shape)
        unit, middle = condition["scale"][:, None], condition["location"][:, None]
        mean = middle + unit * at_least_float32(condition["expected"] + added)
        scale = unit * at_least_float32(log_scale).clamp(*LOG_SCALES).exp()
        if self.freedom is None:
            return Elementwise(distributions.Normal(mean, scale, validate_args=False))
        freedom = LEAST_FREEDOM + nn.functional.softplus(2 * self.freedom)
        return Elementwise(distributions.StudentT(freedom.expand_as(mean), mean, scale, validate_args=False))
