"""Approximate posteriors q(z | features)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from .precision import at_least_float32

LOG_VARIANCES = (-14.0, 6.0)


def diagonal_normal(mean: Tensor, log_variance: Tensor) -> Independent:
    """A normal distribution with independent units, (N, ...) with one event a row, in float32 or better.

    The log-variance is held within [-14, 6]: outside, float32 turns a long sum of squares into infinity.
    """
    scale = (0.5 * at_least_float32(log_variance).clamp(*LOG_VARIANCES)).exp()
    normal = Normal(at_least_float32(mean), scale, validate_args=False)
    return Independent(normal, mean.dim() - 1, validate_args=False)


class NormalPosterior(nn.Module):
    """A linear map from features to the mean and log-variance of q(z | x) (Kingma & Welling 2014, eq. 9)."""

    def __init__(self, features: int, latent_dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 2 * latent_dim)
        self.distribution = diagonal_normal

    def forward(self, features: Tensor) -> Independent:
        mean, log_variance = self.linear(features).chunk(2, dim=-1)
        return self.distribution(mean, log_variance)


class UniformPosterior(nn.Module):
    """q(z | x), uniform over one unit around the features: rounding as noise, so that log q = 0 (Ballé et al. 2017)."""

    def forward(self, features: Tensor) -> "UnitUniform":
        return UnitUniform(at_least_float32(features))


class UnitUniform(Distribution):
    """U(centre - 1/2, centre + 1/2) over (N, ...), one event a row; both ends belong to it, since rounding hits them.

    Parameters
    ----------
    centre : Tensor (N, ...)
    """

    has_rsample = True

    def __init__(self, centre: Tensor) -> None:
        self.centre = centre
        super().__init__(centre.shape[:1], centre.shape[1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.centre

    @property
    def variance(self) -> Tensor:
        return torch.full_like(self.centre, 1 / 12)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        noise = torch.rand(*sample_shape, *self.centre.shape, dtype=self.centre.dtype, device=self.centre.device)
        return self.centre + noise - 0.5

    def log_prob(self, value: Tensor) -> Tensor:
        """0 nats within, -inf outside, (N,)."""
        rounding = 2 * torch.finfo(self.centre.dtype).eps * (1 + self.centre.abs())
        inside = ((value - self.centre).abs() <= 0.5 + rounding).flatten(-len(self.event_shape)).all(-1)
        return torch.where(inside, 0.0, -torch.inf)
