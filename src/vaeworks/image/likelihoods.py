"""The likelihood of 8-bit pixels: a discretised mixture of logistics."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn.functional import logsigmoid

from ..core.likelihoods import Elementwise

HIGHEST = 255
HALF_BIN = 1.0 / HIGHEST
LOWEST_LOG_SCALE = -7.0


class LogisticMixture(Distribution):
    """A distribution over 0..255: a mixture of logistics over [-1, 1], integrated over each value's bin.

    See Salimans et al. 2017, eq. 2. The two outer bins reach to infinity, so that the 256 probabilities sum to one.

    Parameters
    ----------
    logits, means, log_scales : Tensor (..., K)
        Of K components; batch shape (...).
    """

    arg_constraints: dict = {}  # noqa: RUF012

    def __init__(self, logits: Tensor, means: Tensor, log_scales: Tensor) -> None:
        self.log_weights = logits.log_softmax(-1)
        self.means, self.log_scales = means, log_scales.clamp(min=LOWEST_LOG_SCALE)
        super().__init__(means.shape[:-1], validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """log p(value) in nats; exact in both tails, since sigmoid(b) - sigmoid(a) is a product of three terms."""
        centre, inverse = (value / HIGHEST * 2 - 1)[..., None] - self.means, (-self.log_scales).exp()
        above, below = (centre + HALF_BIN) * inverse, (centre - HALF_BIN) * inverse
        up_to, from_on = logsigmoid(above), logsigmoid(-below)
        inside = up_to + from_on + torch.log(-torch.expm1(-2 * HALF_BIN * inverse))
        each = torch.where(value[..., None] < 0.5, up_to, torch.where(value[..., None] > 254.5, from_on, inside))
        return (self.log_weights + each).logsumexp(-1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = torch.Size(sample_shape) + self.batch_shape
        component = torch.distributions.Categorical(logits=self.log_weights).sample(torch.Size(sample_shape))[..., None]
        means, log_scales = (
            part.expand(*shape, -1).gather(-1, component)[..., 0] for part in (self.means, self.log_scales)
        )
        uniform = torch.rand(shape, device=means.device).clamp(1e-6, 1 - 1e-6)
        return ((means + log_scales.exp() * uniform.logit() + 1) / 2 * HIGHEST).round().clamp(0, HIGHEST)

    @property
    def mean(self) -> Tensor:
        """E[value], as the sum of P(value > v) over v."""
        inverse = (-self.log_scales).exp()
        edges = ((value + 0.5) / HIGHEST * 2 - 1 for value in range(HIGHEST))
        weights = self.log_weights.exp()
        return sum((weights * torch.sigmoid((self.means - edge) * inverse)).sum(-1) for edge in edges)  # type: ignore[return-value]

    @property
    def mode(self) -> Tensor:
        best, place = self.means.new_full(self.batch_shape, -torch.inf), self.means.new_zeros(self.batch_shape)
        for value in range(HIGHEST + 1):
            scores = self.log_prob(torch.full_like(place, value))
            place = torch.where(scores > best, value, place)
            best = torch.maximum(scores, best)
        return place


class LogisticMixtureLikelihood(nn.Module):
    """Pixels of 8 bits, independent given z, in every channel.

    Parameters
    ----------
    network : nn.Module
        Maps the state to parameters (N, channels * 3 * components, H, W).
    components : int
    """

    def __init__(self, network: nn.Module, components: int) -> None:
        super().__init__()
        self.network, self.components = network, components

    def forward(self, state: Tensor, condition: object = None) -> Elementwise:
        raw = self.network(state).float().unflatten(1, (-1, 3, self.components))
        logits, means, log_scales = raw.movedim(3, -1).unbind(2)
        return Elementwise(LogisticMixture(logits, means + self._spread(means), log_scales - 2))

    def _spread(self, means: Tensor) -> Tensor:
        """Where the components start: evenly over the range."""
        return torch.linspace(-1, 1, self.components + 2, device=means.device)[1:-1]
