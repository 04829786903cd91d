"""The face of a model of p(y | x): X is what is given, and y what is scored, as a sentence and its translation."""

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from ..core.batch import Batch
from ..core.model import importance_bound
from ..errors import VaeworksError
from .estimator import LatentEstimator


class ConditionalEstimator(LatentEstimator):
    """A conditional variational autoencoder (Sohn et al. 2015), whose prior p(z | x) reads what is given."""

    def score_samples(self, X: Any, y: Any = None, samples: int = 1) -> np.ndarray:
        """A lower bound on log p(y | x) of each pair in nats, (N,): the evidence one, estimated from one draw of z.

        Parameters
        ----------
        samples : int
            More draws give the tighter importance-weighted bound (Burda et al. 2016, eq. 8). The noise of the draws
            depends on the seed and on the rows before.

        Raises
        ------
        VaeworksError
            Without y.
        """
        check_is_fitted(self)
        if y is None:
            raise VaeworksError("a bound on log p(y | x) needs y: give what is to be scored too")

        def bound(batch: Batch) -> Tensor:
            return importance_bound(self.model_, batch, samples) if samples > 1 else self.model_.evidence(batch).elbo()

        with self._seeded():
            return self._over(self.batches(X, y), bound)

    def score(self, X: Any, y: Any = None) -> float:
        """The mean evidence lower bound on log p(y | x), in nats."""
        return float(self.score_samples(X, y).mean())
