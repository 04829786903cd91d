"""The parameters of `ForecastVAE`."""

from typing import Annotated

from ..estimator.parameters import COUNT, OneOf, Parameters, parameters

PRIORS = ("normal",)  # it is conditional


@parameters(
    latent_dim=8, rate=2.0, epochs=60, batch_size=64, learning_rate=2e-3, averaging=0.99, dropout=0.2, patience=10
)
class ForecastParameters(Parameters):
    prior: Annotated[str, OneOf(PRIORS), "Of z, given the history."] = "normal"
    history: Annotated[int, COUNT, "Steps that are read."] = 168
    horizon: Annotated[int, COUNT, "Steps that are forecast."] = 24
    likelihood: Annotated[str, OneOf(("normal", "student")), "Of a value, given z and the history."] = "student"
    width: Annotated[int, COUNT, "Units of a layer."] = 128
