"""Approximate posteriors q(z | features)."""

from torch import Tensor, nn
from torch.distributions import Independent, Normal

from .precision import at_least_float32


def diagonal_normal(mean: Tensor, log_variance: Tensor) -> Independent:
    """A normal distribution with independent units, one event a row, in float32 or better.

    The log-variance is held within [-14, 6]: outside, float32 turns a long sum of squares into infinity.
    """
    scale = (0.5 * at_least_float32(log_variance).clamp(-14.0, 6.0)).exp()
    return Independent(Normal(at_least_float32(mean), scale, validate_args=False), 1, validate_args=False)


class NormalPosterior(nn.Module):
    """A linear map from features to the mean and log-variance of q(z | x) (Kingma & Welling 2014, eq. 9)."""

    def __init__(self, features: int, latent_dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 2 * latent_dim)

    def forward(self, features: Tensor) -> Independent:
        mean, log_variance = self.linear(features).chunk(2, dim=-1)
        return diagonal_normal(mean, log_variance)
