"""The face of a model of p(y | x): X is what is given, and y what is scored, as a sentence and its translation."""

from typing import Any

import numpy as np
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from .estimator import LatentEstimator


class ConditionalEstimator(LatentEstimator):
    """A conditional variational autoencoder (Sohn et al. 2015), whose prior p(z | x) reads what is given."""

    def transform(self, X: Any) -> np.ndarray:
        """Means of p(z | x), (N, latent_dim)."""
        return self._over(self.batches(X), self._expected)

    def _expected(self, batch: Batch) -> Tensor:
        return self.model_.top_prior(len(batch), self.model_.read(batch)[1]).mean

    def score_samples(self, X: Any, y: Any = None) -> np.ndarray:
        """The evidence lower bound on log p(y | x) of each pair in nats, (N,).

        It is an estimate from one draw of z, whose noise depends on the seed and on the rows before.

        Raises
        ------
        VaeworksError
            Without y.
        """
        if y is None:
            raise VaeworksError("a bound on log p(y | x) needs y: give what is to be scored too")
        with self._seeded():
            return self._over(self.batches(X, y), lambda batch: self.model_.evidence(batch).elbo())

    def score(self, X: Any, y: Any = None) -> float:
        """The mean evidence lower bound on log p(y | x), in nats."""
        return float(self.score_samples(X, y).mean())
