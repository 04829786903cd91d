"""`NumbersVAE`: linear and normal throughout, so that its likelihood is known."""

from typing import Any

import numpy as np
import torch

from ..core.batch import Batch
from ..core.choosing import prior_mean
from ..core.likelihoods import NormalLikelihood
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..estimator.estimator import LatentEstimator
from ..fitting.plan import Plan
from .data import NumberData, NumberReader
from .networks import Beside, LinearPrior, Sum
from .parameters import NumbersParameters


class NumbersVAE(NumbersParameters, LatentEstimator):
    """A conditional VAE of rows of numbers.

    Parameters
    ----------
    {parameters}
    """

    kind = "numbers"
    title = "A VAE of numbers"
    caution = "It is a toy."
    Reader = NumberReader

    def _build(self, data: NumberData | None) -> LatentModel:
        given, foretold = self.given, self.reader_.columns - self.given
        return LatentModel(
            Beside(),
            NormalPosterior(foretold + given, self.latent_dim),
            LinearPrior(given, self.latent_dim),
            NormalLikelihood(Sum(self.latent_dim, given, foretold)),
        )

    def _plan(self, data: NumberData) -> Plan:
        return self._usual_plan(self.epochs, self.learning_rate)

    @torch.no_grad()
    def predict(self, X: Any) -> np.ndarray:
        """What follows the given numbers, at the prior's mean, (N, D)."""
        given = torch.as_tensor(np.asarray(X, dtype=np.float32)[:, : self.given])
        _, state, condition = self.model_.descend(Batch(None, condition=given), prior_mean)
        return self.model_.decoder(state, condition).mean().numpy()

    def body(self) -> str:
        return f"{self.given} of {self.reader_.columns} numbers are given."
