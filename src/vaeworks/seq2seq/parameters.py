"""The parameters of `Seq2SeqVAE`."""

from typing import Annotated

from ..estimator.parameters import COUNT, DEPTH, NOT_NEGATIVE, SHARE, Between, Multiple, OneOf, Parameters, parameters

PRIORS = ("normal",)  # it is conditional


@parameters(
    latent_dim=32,
    rate=2.0,
    dropout=0.3,
    epochs=30,
    batch_size=64,
    learning_rate=2e-3,
    patience=5,
    averaging=0.999,
)
class Seq2SeqParameters(Parameters):
    prior: Annotated[str, OneOf(PRIORS), "Of z, given the source."] = "normal"
    vocabulary_size: Annotated[int, Between(300), "The most pieces of words, which source and target share."] = 6000
    min_count: Annotated[int, COUNT, "How often a pair of pieces is there at least to become one."] = 2
    lower: Annotated[bool, "Whether to fold case."] = False
    max_tokens: Annotated[int, COUNT, "Pieces of a source or a target that are kept; longer ones are cut."] = 100
    network: Annotated[
        str,
        OneOf(("recurrent", "transformer")),
        "What reads the source and writes the target: LSTMs, or a Transformer.",
    ] = "recurrent"
    layers: Annotated[int, DEPTH, "Layers of a Transformer each way."] = 3
    embedding_dim: Annotated[
        int, Multiple(4), "Size of word vectors, which reading and writing share, and of a Transformer's states."
    ] = 256
    units: Annotated[
        int, Multiple(4), "Units of an LSTM in each direction; half of those in a Transformer's dense layers."
    ] = 256
    posterior_units: Annotated[int, COUNT, "Units of the target's LSTMs in each direction."] = 128
    word_dropout: Annotated[float, SHARE, "Share of the source's words that its reader goes without."] = 0.1
    decoder_dropout: Annotated[float, SHARE, "Share of its features that the decoder goes without."] = 0.3
    decoder_word_dropout: Annotated[float, SHARE, "Share of the words before that the decoder goes without."] = 0.1
    bag_weight: Annotated[
        float, NOT_NEGATIVE, "Of the target's bag of words, given z and the source, which is trained beside the bound."
    ] = 1.0
