"""The multinomial likelihood of a set of items."""

import torch
from torch import Tensor, nn

from ..core.precision import at_least_float32


class Multinomial:
    """Items drawn one after another from one distribution, their order known (Liang et al. 2018, eq. 2).

    Parameters
    ----------
    logits : Tensor (N, items)
    """

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits

    def log_prob(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """Log-probability in nats, (N,), of the items whose numbers are `target` (N, T); -1 is none."""
        present = target >= 0 if observed is None else observed
        scores = self.logits.log_softmax(-1).gather(-1, target.clamp(min=0))
        return torch.where(present, scores, torch.zeros_like(scores)).sum(-1)

    def sample(self) -> Tensor:
        """The number of one item, (N,)."""
        return torch.distributions.Categorical(logits=self.logits).sample()

    def mode(self) -> Tensor:
        """The number of the most probable item, (N,)."""
        return self.logits.argmax(-1)


class MultinomialLikelihood(nn.Module):
    """p(items | z, history): softmax of the network's logits, and of the linear path's beside them.

    Parameters
    ----------
    network : nn.Module
        Maps z (N, D) to logits (N, items).
    linear : nn.Module or None
        Maps numbers of items (N, T), which are given, to further logits.

    Attributes
    ----------
    sharpness : Tensor ()
        All logits are multiplied by it: 1 in training.
    """

    sharpness: Tensor

    def __init__(self, network: nn.Module, linear: nn.Module | None = None) -> None:
        super().__init__()
        self.network, self.linear = network, linear
        self.register_buffer("sharpness", torch.ones(()))

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Multinomial:
        logits = at_least_float32(self.network(z))
        if self.linear is not None and condition is not None:
            logits = logits + at_least_float32(self.linear(condition))
        return Multinomial(self.sharpness * logits)
