"""The parameters of `ImageCodec`."""

from typing import Annotated

from ..estimator.parameters import COUNT, DEPTH, Between, OneOf, Parameters, parameters

PRIORS = ("factorised",)  # the entropy coder needs one that is


@parameters(epochs=20, batch_size=4, learning_rate=1e-3, averaging=0.999)
class ImageCodecParameters(Parameters):
    latent_dim: Annotated[int, COUNT, "Units of z, of which there is one for 32 x 32 pixels."] = 48
    prior: Annotated[str, OneOf(PRIORS), "Of z: one distribution a channel."] = "factorised"
    patch: Annotated[int, Between(32), "Side in pixels of what is cut out of a picture for a step."] = 192
    width: Annotated[int, COUNT, "Channels of the networks that see blocks of 8 x 8 pixels."] = 96
    depth: Annotated[int, DEPTH, "Residual blocks before the quantiser, and after it."] = 2
    repair: Annotated[int, COUNT, "Channels at half the size, where the last errors are mended."] = 32
