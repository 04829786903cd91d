"""`NumbersVAE`: linear and normal throughout, so that its likelihood is known."""

import numpy as np
import torch

from ..core.batch import Batch
from ..core.choosing import prior_mean
from ..core.likelihoods import NormalLikelihood
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..estimator.estimator import LatentEstimator
from .data import NumberReader
from .networks import Joined, LinearPrior
from .parameters import NumbersParameters


class NumbersVAE(NumbersParameters, LatentEstimator):
    """A conditional VAE of rows of numbers.

    Parameters
    ----------
    {parameters}
    """

    kind, title, caution, Reader = "numbers", "A VAE of numbers", "It is a toy.", NumberReader

    def _build(self, data):
        columns, given, units = self.reader_.columns, self.given, self.latent_dim
        decoder = NormalLikelihood(Joined(units + given, columns - given))
        posterior = NormalPosterior(columns, units)
        return LatentModel(Joined(columns, columns), posterior, LinearPrior(given, units), decoder)

    def _plan(self, data):
        return self._usual_plan(self.epochs, self.learning_rate)

    @torch.no_grad()
    def predict(self, X):
        """What follows the given numbers, at the prior's mean, (N, D)."""
        given = torch.from_numpy(np.array(X, dtype=np.float32)[:, : self.given])
        _, state, condition = self.model_.descend(Batch(None, condition=given), prior_mean)
        return self.model_.decoder(state, condition).mean().numpy()

    def body(self):
        return f"{self.given} of {self.reader_.columns} numbers are given."
