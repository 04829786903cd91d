"""The terms of the evidence lower bound, and the two bounds that they make."""

import math
from dataclasses import dataclass
from typing import TypeGuard

import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence

from .precision import at_least_float32


@dataclass
class Level:
    """One level of latents in a top-down pass over N rows.

    Attributes
    ----------
    z : Tensor (N, D), or (N, channels, height, width) where there are latents at every place
        The sampled latents.
    prior : Distribution
        p(z | levels above, condition), one event for each row.
    posterior : Distribution or None
        q(z | input, levels above); None when the pass read no input.
    """

    z: Tensor
    prior: Distribution
    posterior: Distribution | None

    def kl_per_unit(self) -> Tensor | None:
        """KL(q || p) of each unit in nats, shaped as z; None where prior or posterior are not products of normals."""
        if not (is_diagonal_normal(self.prior) and is_diagonal_normal(self.posterior)):
            return None
        return kl_divergence(self.posterior.base_dist, self.prior.base_dist)

    def kl(self) -> Tensor:
        """KL(q || p) in nats, (N,): in closed form where one exists, else the sampled log-ratio."""
        per_unit = self.kl_per_unit()
        return self.log_ratio() if per_unit is None else per_unit.flatten(1).sum(1)

    def log_ratio(self) -> Tensor:
        """log q(z) - log p(z) in nats, (N,), at the sampled z."""
        assert self.posterior is not None
        return self.posterior.log_prob(self.z) - self.prior.log_prob(self.z)


def is_diagonal_normal(distribution: object) -> "TypeGuard[Independent[Normal]]":
    return isinstance(distribution, Independent) and isinstance(distribution.base_dist, Normal)


@dataclass
class Evidence:
    """What one pass over a batch says about log p(target, labels | condition), in nats.

    S samples of z, B examples, L levels of latents.

    Attributes
    ----------
    log_likelihood : Tensor (S, B)
        log p(target | z).
    log_labels : Tensor (S, B)
        log p(labels | z); 0 where a label is missing.
    log_prior, log_posterior : Tensor (L, S, B)
        log p(z) and log q(z) at the sampled z.
    kl : Tensor (L, S, B)
        KL(q || p) given the z above, in closed form where one exists, else the sampled log-ratio.
    levels : list of Level
        The levels themselves, over S * B rows, sample-major, top first.
    aside : Tensor () or None
        What is trained beside the bound and stands in none: mean nats an example, in training only.
    """

    log_likelihood: Tensor
    log_labels: Tensor
    log_prior: Tensor
    log_posterior: Tensor
    kl: Tensor
    levels: list[Level]
    aside: Tensor | None = None

    @classmethod
    def gather(cls, levels: list[Level], log_likelihood: Tensor, log_labels: Tensor, samples: int) -> "Evidence":
        """Unfold rows (S * B,) into (S, B); nothing else in the package knows how rows are laid out."""

        def unfold(rows: Tensor) -> Tensor:
            return at_least_float32(rows).reshape(samples, -1, *rows.shape[1:])

        return cls(
            log_likelihood=unfold(log_likelihood),
            log_labels=unfold(log_labels),
            log_prior=torch.stack([unfold(level.prior.log_prob(level.z)) for level in levels]),
            log_posterior=torch.stack([unfold(level.posterior.log_prob(level.z)) for level in levels]),  # type: ignore[union-attr]
            kl=torch.stack([unfold(level.kl()) for level in levels]),
            levels=levels,
        )

    def elbo(self) -> Tensor:
        """Lower bound on log p(target | condition), (B,) (Kingma & Welling 2014, eq. 3)."""
        return (self.log_likelihood - self.kl.sum(0)).mean(0)

    def log_weights(self) -> Tensor:
        """log p(target, z) - log q(z), (S, B): from log-ratios, never from a closed form."""
        return self.log_likelihood + (self.log_prior - self.log_posterior).sum(0)

    def importance_bound(self) -> Tensor:
        """Tighter bound on log p(target | condition), (B,), exact as S grows (Burda et al. 2016, eq. 8)."""
        return self.log_weights().logsumexp(0) - math.log(len(self.log_likelihood))
