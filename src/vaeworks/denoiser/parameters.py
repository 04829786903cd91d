"""The parameters of `ImageDenoiser`."""

from typing import Annotated

from ..estimator.parameters import COUNT, DEPTH, NOT_NEGATIVE, POSITIVE, Between, OneOf, Parameters, parameters

NOISES = ("gaussian", "poisson", "salt-and-pepper")
PRIORS = ("normal",)  # it is conditional


@parameters(epochs=20, batch_size=4, learning_rate=1e-3, averaging=0.999)
class ImageDenoiserParameters(Parameters):
    latent_dim: Annotated[int, COUNT, "Units of z at every place, of which there is one for 4 x 4 pixels."] = 8
    prior: Annotated[str, OneOf(PRIORS), "Of z, given the noisy picture."] = "normal"
    rate: Annotated[
        float | None,
        NOT_NEGATIVE,
        "Nats of KL a pixel that training holds by moving beta; None or 0 trains the plain bound.",
    ] = None
    noise: Annotated[str, OneOf(NOISES), "What kind of noise the pictures have."] = "gaussian"
    highest: Annotated[
        float,
        POSITIVE,
        "The highest level of noise to train for, from 0. gaussian: the standard deviation, where white is 255; "
        "poisson: the same at white, so 255 over the root of its photons; salt-and-pepper: per cent of the pixels.",
    ] = 75.0
    unsupervised: Annotated[
        bool,
        "Learn from pictures that are noisy themselves: each is split into two that are independent given the "
        "clean one, of which one is read and one scored.",
    ] = False
    level: Annotated[float | None, POSITIVE, "Of the noise in the pictures of an unsupervised fit."] = None
    patch: Annotated[
        int,
        Between(8),
        "Side in pixels of what is cut out of a picture for a step. Small ones teach the network edges that whole "
        "pictures do not have.",
    ] = 128
    width: Annotated[int, COUNT, "Channels at half the size; twice and four times as many where it is smaller."] = 32
    depth: Annotated[int, DEPTH, "Residual blocks at each size on the way down; twice as many on the way up."] = 1
