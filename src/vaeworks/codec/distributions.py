"""What the bits of a symbol are counted by in training: a logistic over the unit around it."""

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import logsigmoid

LOG_SCALES = (-3.5, 5.5)


class UnitLogistic(Distribution):
    """A logistic averaged over the unit around each value, (N, ...), one event a row (Ballé et al. 2017, eq. 11).

    Parameters
    ----------
    mean, log_scale : Tensor (N, ...)
    """

    arg_constraints: dict = {}  # noqa: RUF012

    def __init__(self, mean: Tensor, log_scale: Tensor) -> None:
        self.centre, self.log_scale = mean, log_scale.clamp(*LOG_SCALES)
        super().__init__(mean.shape[:1], mean.shape[1:], validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "UnitLogistic":
        shape = (*batch_shape, *self.event_shape)
        return UnitLogistic(self.centre.expand(shape), self.log_scale.expand(shape))

    @property
    def mean(self) -> Tensor:
        return self.centre

    @property
    def variance(self) -> Tensor:
        return (torch.pi * self.log_scale.exp()) ** 2 / 3 + 1 / 12

    def log_prob(self, value: Tensor) -> Tensor:
        """Nats of the unit around each value, (N,); exact in both tails."""
        inverse = (-self.log_scale).exp()
        centre = (value - self.centre).abs()
        upper, lower = (centre + 0.5) * inverse, (centre - 0.5) * inverse
        mass = logsigmoid(-lower) + logsigmoid(upper) + torch.log(-torch.expm1(-inverse))
        return mass.flatten(1).sum(1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        uniform = torch.rand(*sample_shape, *self.centre.shape, device=self.centre.device).clamp(1e-6, 1 - 1e-6)
        return self.centre + (self.log_scale.exp() * uniform.logit()).round()
