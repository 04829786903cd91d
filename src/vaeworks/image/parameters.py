"""The parameters of `ImageVAE`."""

from typing import Annotated

from ..estimator.parameters import COUNT, DEPTH, LabelParameters, OneOf, parameters

LIKELIHOODS = ("auto", "bernoulli", "logistic", "normal")
LEAST_A_STEP, MOST_A_STEP = 32, 100


@parameters(kl_warmup=2.0, learning_rate=2e-3, patience=5, averaging=0.995)
class ImageParameters(LabelParameters):
    latent_dim: Annotated[
        int, COUNT, "Units of the top level, which is what `transform` gives and labels are predicted from."
    ] = 32
    levels: Annotated[
        int,
        DEPTH,
        "Levels of latents. Lower ones hold `level_units` at every place, from the coarsest size to the finest, and "
        "their posterior is relative to their prior (Vahdat & Kautz 2020).",
    ] = 1
    level_units: Annotated[int, COUNT, "Latents at each place of a lower level."] = 8
    width: Annotated[int, COUNT, "Channels of the finest features."] = 32
    depth: Annotated[int, DEPTH, "Residual blocks at each size."] = 1
    likelihood: Annotated[
        str,
        OneOf(LIKELIHOODS),
        "Of pixels that are 0 or 1 (bernoulli), of 8-bit ones (logistic: a discretised mixture) or of real values "
        "(normal: one learned scale); auto looks at the values.",
    ] = "auto"
    components: Annotated[int, COUNT, "Logistics in the mixture of a pixel."] = 5
    epochs: Annotated[
        int | None, COUNT, "The most passes over the data; None takes as many as make 6,000 steps, but 10 to 150."
    ] = None  # type: ignore[assignment]  # None is allowed too
    batch_size: Annotated[int | None, COUNT, "Images a step; None takes a fiftieth of the images, but 32 to 100."] = (
        None  # type: ignore[assignment]  # None is allowed too
    )

    def images_a_step(self, count: int) -> int:
        """Of so many images in all."""
        return self.batch_size or min(max(count // 50, LEAST_A_STEP), MOST_A_STEP)
