"""RecVAE's regulariser: a prior that holds the posterior of a moment ago, weighted by how much a user has."""

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from ..core.batch import Batch
from ..core.evidence import Level

SHARES = (3 / 20, 3 / 4, 1 / 10)  # of N(0, I), of the old posterior, of a wide normal
WIDE = 10.0  # its log-variance


class CompositeRegulariser(nn.Module):
    """E_q[log q(z) - log p(z)] under the composite prior, times the user's number of items (Shenbin et al. 2020).

    It sees the user's own row through the old encoder, so that it is no prior of the model and stands in no bound.

    Parameters
    ----------
    encoder, posterior : nn.Module
        Those of the model; copies of them are the old ones, renewed every `steps` passes.
    weight : float
        KL weight for each item of a user.
    steps : int
        About an epoch of the decoder.
    """

    passes: Tensor

    def __init__(self, encoder: nn.Module, posterior: nn.Module, weight: float, steps: int) -> None:
        super().__init__()
        self._live = (encoder, posterior)  # a tuple, so that they are not registered twice
        self.encoder, self.posterior = deepcopy(encoder), deepcopy(posterior)
        self.weight, self.steps = weight, steps
        self.register_buffer("passes", torch.zeros((), dtype=torch.long))

    def forward(self, levels: list[Level], batch: Batch, condition: Any) -> Tensor:
        if int(self.passes) % self.steps == 0:
            self._renew()
        self.passes += 1
        [level] = levels
        assert level.posterior is not None
        with torch.no_grad():
            old = self.posterior(self.encoder.eval()(batch.input))
        log_ratio = level.posterior.log_prob(level.z) - composite_log_prob(level.z, old)
        return (self.weight * (batch.input >= 0).sum(1) * log_ratio).mean()

    @torch.no_grad()
    def _renew(self) -> None:
        for own, live in zip((self.encoder, self.posterior), self._live, strict=True):
            own.load_state_dict(live.state_dict())


def composite_log_prob(z: Tensor, old: Distribution) -> Tensor:
    """log of the mixture of N(0, I), the old posterior and a wide normal, (N,)."""
    zero, one = torch.zeros_like(z), torch.ones_like(z)
    parts = [
        Independent(Normal(zero, one, validate_args=False), 1).log_prob(z),
        old.log_prob(z),
        Independent(Normal(zero, one * torch.tensor(WIDE / 2).exp(), validate_args=False), 1).log_prob(z),
    ]
    return torch.stack([part + torch.tensor(share).log() for part, share in zip(parts, SHARES, strict=True)]).logsumexp(
        0
    )
