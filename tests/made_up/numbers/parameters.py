"""The parameters of `NumbersVAE`."""

from dataclasses import dataclass
from typing import Annotated

from ..estimator.parameters import COUNT, POSITIVE, Parameters


@dataclass(kw_only=True, eq=False, repr=False)
class NumbersParameters(Parameters):
    latent_dim: Annotated[int, COUNT, "Units of z."] = 2
    given: Annotated[int, COUNT, "How many of the numbers of a row are given, the first ones."] = 2
    epochs: Annotated[int, COUNT, "The most passes over the data."] = 60
    batch_size: Annotated[int, COUNT, "Rows a step."] = 50
    learning_rate: Annotated[float, POSITIVE, "At first; it falls to zero along a cosine."] = 0.03
