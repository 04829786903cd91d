"""The parameters of `NumbersVAE`."""

from typing import Annotated

from ..estimator.parameters import COUNT, Parameters, parameters


@parameters(latent_dim=2, epochs=60, batch_size=50, learning_rate=0.03)
class NumbersParameters(Parameters):
    given: Annotated[int, COUNT, "How many of the numbers of a row are given, the first ones."] = 2
