"""How z is chosen at each level of a top-down pass: `choose(prior, posterior) -> z`."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.distributions import Distribution

from .evidence import is_diagonal_normal

Choose = Callable[[Distribution, Distribution | None], Tensor]


def from_posterior(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """Draw z from q, as training does; the draw is reparametrised (Kingma & Welling 2014, section 2.4)."""
    return posterior.rsample()  # type: ignore[union-attr]


def posterior_mean(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """The mean of q, as `transform` and `predict` use it."""
    return posterior.mean  # type: ignore[union-attr]


def from_prior(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """Draw z from p, as generation does."""
    return prior.sample()


def prior_mean(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """The mean of p: the one answer that a conditional model gives by default."""
    return prior.mean


def cooled(temperature: float) -> Choose:
    """Draw z from p with the deviations of normal priors scaled; other priors are drawn from as they are."""

    def choose(prior: Distribution, posterior: Distribution | None) -> Tensor:
        if not is_diagonal_normal(prior):
            return prior.sample()
        return prior.mean + temperature * (prior.sample() - prior.mean)

    return choose


def replay(zs: Iterable[Tensor]) -> Choose:
    """Use the given z of each level, top first."""
    rest = iter(zs)
    return lambda prior, posterior: next(rest)


def given_top(z: Tensor, below: Choose) -> Choose:
    """Use the given z of the top level, and choose the others."""
    rest: list[Tensor] = [z]
    return lambda prior, posterior: rest.pop() if rest else below(prior, posterior)


def common_draws(samples: int, latent_dim: int, seed: int, balanced: bool = False) -> Choose:
    """Draw z from q with the same noise for every row, so that what comes of it does not depend on the other rows.

    Balanced noise has mean 0 and variance 1 in every unit, as few draws have only by chance: then means over the draws
    are exact for what is linear or quadratic in a unit. It is for means only: weights of balanced draws bound nothing.
    """
    noise = torch.randn(samples, 1, latent_dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    if balanced:
        noise = torch.cat([noise[: samples // 2], -noise[: samples // 2]])
        noise = noise / noise.square().mean(0).sqrt()

    def choose(prior: Distribution, posterior: Distribution | None) -> Tensor:
        assert posterior is not None
        mean, scale = posterior.mean, posterior.stddev
        return mean + scale * noise.to(mean).expand(-1, len(mean) // samples, -1).flatten(0, 1)

    return choose
