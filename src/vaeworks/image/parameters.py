"""The parameters of `ImageVAE`."""

from dataclasses import dataclass
from typing import Annotated

from ..estimator.parameters import COUNT, NOT_NEGATIVE, POSITIVE, SHARE, LabelParameters, OneOf

LIKELIHOODS = ("auto", "bernoulli", "logistic", "normal")


@dataclass(kw_only=True, eq=False, repr=False)
class ImageParameters(LabelParameters):
    latent_dim: Annotated[
        int, COUNT, "Units of the top level, which is what `transform` gives and labels are predicted from."
    ] = 32
    levels: Annotated[
        int,
        COUNT,
        "Levels of latents. Lower ones hold `level_units` at every place, from the coarsest size to the finest, and "
        "their posterior is relative to their prior (Vahdat & Kautz 2020).",
    ] = 1
    level_units: Annotated[int, COUNT, "Latents at each place of a lower level."] = 8
    width: Annotated[int, COUNT, "Channels of the finest features."] = 32
    depth: Annotated[int, COUNT, "Residual blocks at each size."] = 1
    likelihood: Annotated[
        str,
        OneOf(LIKELIHOODS),
        "Of pixels that are 0 or 1 (bernoulli), of 8-bit ones (logistic: a discretised mixture) or of real values "
        "(normal: one learned scale); auto looks at the values.",
    ] = "auto"
    components: Annotated[int, COUNT, "Logistics in the mixture of a pixel."] = 5
    kl_warmup: Annotated[
        float, NOT_NEGATIVE, "Epochs over which beta grows from 0 to 1 where training holds no rate."
    ] = 2.0
    dropout: Annotated[float, SHARE, "Share of its channels that the encoder goes without while training."] = 0.0
    epochs: Annotated[
        int | None, COUNT, "The most passes over the data; None takes as many as make 6,000 steps, but 10 to 150."
    ] = None
    batch_size: Annotated[int, COUNT, "Images a step."] = 100
    learning_rate: Annotated[float, POSITIVE, "At first; it falls to zero along a cosine."] = 2e-3
    patience: Annotated[
        int | None, COUNT, "Epochs without a better validation loss after which training stops; None never stops."
    ] = 5
    averaging: Annotated[
        float | None, SHARE, "Decay of the moving average of the weights, which is what is kept; None keeps the last."
    ] = 0.995
