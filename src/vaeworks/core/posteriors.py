"""Approximate posteriors q(z | features)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from .precision import at_least_float32

LOG_VARIANCES = (-14.0, 6.0)


def diagonal_normal(mean: Tensor, log_variance: Tensor) -> "Independent[Normal]":
    """A normal distribution with independent units, (N, ...) with one event a row, in float32 or better.

    The log-variance is held within [-14, 6]: outside, float32 turns a long sum of squares into infinity.
    """
    scale = (0.5 * at_least_float32(log_variance).clamp(*LOG_VARIANCES)).exp()
    normal = Normal(at_least_float32(mean), scale, validate_args=False)
    return Independent(normal, mean.dim() - 1, validate_args=False)


def normal_of(parameters: Tensor) -> "Independent[Normal]":
    """The same of means and log-variances (N, 2 D, ...), one after the other."""
    return diagonal_normal(*parameters.chunk(2, 1))


def relative_normal(prior: Tensor, change: Tensor) -> "Independent[Normal]":
    """Beside a prior, by a shift in its deviations and a share of its variance, both parameters (N, 2 D, ...).

    So the KL does not depend on how narrow the prior is, which no step of training can then make explode.
    """
    mean, log_variance = prior.chunk(2, 1)
    shift, share = at_least_float32(change).chunk(2, 1)
    scale = (0.5 * log_variance.clamp(*LOG_VARIANCES)).exp()
    return diagonal_normal(mean + scale * shift, log_variance + share)


class NormalPosterior(nn.Module):
    """A linear map from features to the mean and log-variance of q(z | x) (Kingma & Welling 2014, eq. 9)."""

    def __init__(self, features: int, latent_dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 2 * latent_dim)
        self.distribution = diagonal_normal

    def forward(self, features: Tensor) -> "Independent[Normal]":
        mean, log_variance = self.linear(features).chunk(2, dim=-1)
        return self.distribution(mean, log_variance)


class RelativePosterior(nn.Module):
    """q(z | input, condition) by a linear map from features to what sets it apart from p(z | condition).

    Called with the features (N, F) and the parameters of the prior (N, 2 D), as a conditioner gives them.
    """

    def __init__(self, features: int, latent_dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 2 * latent_dim)

    def forward(self, features: tuple[Tensor, Tensor]) -> "Independent[Normal]":
        found, prior = features
        return relative_normal(prior, self.linear(found))


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
