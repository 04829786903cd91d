"""The parameters of `RecommenderVAE`."""

from typing import Annotated

from ..estimator.parameters import COUNT, NOT_NEGATIVE, WHOLE, Between, OneOf, Parameters, parameters

LINEAR = ("none", "blended", "trained")
REGULARISERS = ("none", "composite")


@parameters(latent_dim=200, epochs=40, patience=8, batch_size=50, learning_rate=3e-3, dropout=0.5)
class RecommenderParameters(Parameters):
    width: Annotated[int, COUNT, "Units of the layer between items and z."] = 600
    linear: Annotated[
        str,
        OneOf(LINEAR),
        "The zero-diagonal linear path beside the decoder, which EASE begins. blended: it stays as it is, the VAE is "
        "trained as if alone, and the users held out choose how loud the path speaks; trained: both are trained "
        "together, the VAE silent at first; none: a plain VAE.",
    ] = "blended"
    linear_items: Annotated[
        int, COUNT, "The most items that the linear path joins, those that most users have: its square is kept."
    ] = 8000
    scored: Annotated[
        float,
        Between(0, 1, open_below=True, open_above=True),
        "Share of a history that is scored, the rest being read, while a linear path is trained.",
    ] = 0.5
    kl_weight: Annotated[float, NOT_NEGATIVE, "Beta once the warm-up is over."] = 0.1
    regulariser: Annotated[
        str,
        OneOf(REGULARISERS),
        "composite trains RecVAE's: a prior that holds the posterior of a moment ago, a weight for each user, and "
        "encoder and decoder in turns. It stands aside: bounds are reported under the true prior.",
    ] = "none"
    user_weight: Annotated[float, NOT_NEGATIVE, "KL weight for each item of a user, in the composite regulariser."] = (
        0.002
    )
    encoder_turns: Annotated[int, WHOLE, "Epochs of the encoder for each of the decoder, in turns; 0 trains both."] = 1

    def is_conditional(self) -> bool:
        """Whether there is a linear path, so that a history is split into what is read and what is scored."""
        return self.linear != "none"
