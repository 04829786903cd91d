"""Likelihoods p(target | z): `log_prob(target, observed)` in nats a row, `sample()`, `mode()`; and label heads."""

from typing import cast

import torch
from torch import Tensor, distributions, nn

from ..errors import VaeworksError
from .batch import call
from .precision import at_least_float32


class Elementwise:
    """A likelihood whose entries are independent given z.

    Parameters
    ----------
    entries : torch.distributions.Distribution
        One distribution for each entry of the target, batch shape (N, ...); the entropy coder reads it.
    """

    def __init__(self, entries: distributions.Distribution) -> None:
        self.entries = entries

    def log_prob(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """log p(target | z) in nats, (N,); unobserved entries count nothing, whatever stands in them."""
        if observed is None:
            return self.entries.log_prob(target).flatten(1).sum(1)
        known = torch.where(observed, target, torch.zeros_like(target))
        scores = self.entries.log_prob(known)
        return torch.where(observed, scores, torch.zeros_like(scores)).flatten(1).sum(1)

    def sample(self) -> Tensor:
        """One draw of the target, (N, ...)."""
        return self.entries.sample()

    def mean(self) -> Tensor:
        """The mean of every entry of the target, (N, ...)."""
        return self.entries.mean

    def stddev(self) -> Tensor:
        """The standard deviation of every entry of the target, (N, ...)."""
        return self.entries.stddev

    def mode(self) -> Tensor:
        """The most probable target, (N, ...)."""
        return self.entries.mode


class NormalLikelihood(nn.Module):
    """Normal entries with one learned scale for all: a density in nats, over real values.

    Parameters
    ----------
    network : nn.Module
        Maps z (N, D), or (z, condition) where there is a condition, to means shaped as the target.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.log_scale = nn.Parameter(torch.zeros(()))

    def forward(self, z: Tensor, condition: object = None) -> Elementwise:
        means = at_least_float32(call(self.network, z, condition))
        return Elementwise(distributions.Normal(means, self.log_scale.exp(), validate_args=False))


class BernoulliLikelihood(nn.Module):
    """Binary entries; grey values are refused, since cross-entropy on them is no likelihood of anything.

    Parameters
    ----------
    network : nn.Module
        Maps z (N, D), or (z, condition) where there is a condition, to logits shaped as the target.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, z: Tensor, condition: object = None) -> Elementwise:
        return Elementwise(Binary(logits=at_least_float32(call(self.network, z, condition)), validate_args=False))


class Binary(distributions.Bernoulli):
    """A Bernoulli that checks its values even where torch's checks are off."""

    def log_prob(self, value: Tensor) -> Tensor:
        if not ((value == 0) | (value == 1)).all():
            raise VaeworksError(
                "a Bernoulli likelihood scores only 0 and 1: binarise the data, or use another likelihood"
            )
        return cast(Tensor, super().log_prob(value))


class ClassHead(nn.Module):
    """One linear layer from the latent code to class logits: p(label | z).

    Called with z (N, D) it returns a distribution over labels whose `log_prob` counts a label of -1 as 0, and takes
    shares of the classes (N, classes) too.
    """

    def __init__(self, latent_dim: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(latent_dim, classes)

    def forward(self, z: Tensor) -> "PartlyObserved":
        return PartlyObserved(logits=at_least_float32(self.linear(z)), validate_args=False)


class PartlyObserved(distributions.Categorical):
    """Classes of which some are missing (-1): a missing one has log-probability 0.

    For shares of the classes, as reals (N, classes), it is the mean log-probability under them.
    """

    def log_prob(self, value: Tensor) -> Tensor:
        if value.is_floating_point():
            return (value * self.logits).sum(-1)
        scores = super().log_prob(value.clamp(min=0))
        return torch.where(value < 0, torch.zeros_like(scores), scores)
