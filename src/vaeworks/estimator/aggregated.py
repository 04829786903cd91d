"""The aggregated posterior: where the codes of data lie, beside where the prior says that they do."""

import warnings

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from torch import Tensor
from torch.distributions import Categorical, Distribution, MixtureSameFamily, MultivariateNormal

from ..errors import VaeworksError

COMPONENTS, DRAWS_A_UNIT, MOST_ROWS, LEAST_VARIANCE = 10, 4, 5000, 1e-4


class AggregatedPosterior:
    """A mixture of at most 10 Gaussians, fitted to draws from the posteriors of data (Ghosh et al. 2020).

    Codes drawn from it decode better than those of a prior that the posteriors do not fill. No bound contains it.

    Parameters
    ----------
    weights, means, factors : Tensor (K,), (K, D), (K, D, D)
        Of the components; the factors are the Cholesky ones of their covariances.
    """

    def __init__(self, weights: Tensor, means: Tensor, factors: Tensor) -> None:
        self.tensors = {"weights": weights, "means": means, "factors": factors}
        self.mixture = MixtureSameFamily(
            Categorical(probs=weights), MultivariateNormal(means, scale_tril=factors, validate_args=False)
        )

    @classmethod
    def fit(cls, draws: np.ndarray, seed: int) -> "AggregatedPosterior | None":
        """From draws (N, D): fewer components where there are few, since each has a full covariance; None from one.

        Raises
        ------
        VaeworksError
            When draws are not finite, or so large that no covariance can be told from rounding.
        """
        count, units = draws.shape
        if count < 2:
            return None
        components = max(1, min(COMPONENTS, count // (DRAWS_A_UNIT * units)))
        if not np.isfinite(draws).all():
            raise no_mixture("some are not finite")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # one that has not settled still covers the codes
                found = GaussianMixture(components, reg_covar=LEAST_VARIANCE, random_state=seed).fit(draws)
            parts = (found.weights_, found.means_, np.linalg.cholesky(found.covariances_))
        except ValueError as error:  # LinAlgError is one
            raise no_mixture(f"they reach {np.abs(draws).max():.3g}") from error
        return cls(*(torch.from_numpy(np.ascontiguousarray(part)).float() for part in parts))

    def sample(self, n: int, temperature: float = 1.0) -> Tensor:
        """Codes (n, D); the temperature scales their distance to the mean of their component."""
        weights, means, factors = self.tensors.values()
        which = torch.multinomial(weights, n, replacement=True)
        noise = torch.randn(n, means.shape[1], 1, dtype=means.dtype)
        return means[which] + temperature * (factors[which] @ noise)[..., 0]


def no_mixture(reason: str) -> VaeworksError:
    return VaeworksError(
        f"no mixture fits the codes of the data, since {reason}: lower learning_rate, or look for extreme values in "
        "the data"
    )


class PosteriorDraws:
    """One draw of z for each of the first 5,000 examples."""

    def __init__(self) -> None:
        self.means: list[Tensor] = []
        self.deviations: list[Tensor] = []

    @property
    def full(self) -> bool:
        return sum(map(len, self.means)) >= MOST_ROWS

    def take(self, posterior: Distribution) -> None:
        if not self.full:
            self.means.append(posterior.mean.cpu().double())
            self.deviations.append(posterior.stddev.cpu().double())

    def draws(self, seed: int) -> np.ndarray:
        """(N, D)."""
        means, deviations = torch.cat(self.means)[:MOST_ROWS], torch.cat(self.deviations)[:MOST_ROWS]
        noise = torch.randn(means.shape, generator=torch.Generator().manual_seed(seed), dtype=means.dtype)
        return (means + deviations * noise).numpy()
