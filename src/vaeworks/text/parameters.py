"""The parameters of `TextVAE`."""

from dataclasses import dataclass
from typing import Annotated

from ..estimator.parameters import COUNT, NOT_NEGATIVE, POSITIVE, SHARE, WHOLE, Between, LabelParameters, OneOf


@dataclass(kw_only=True, eq=False, repr=False)
class TextParameters(LabelParameters):
    rate: Annotated[
        float | None, NOT_NEGATIVE, "Nats of KL that training holds by moving beta; None or 0 trains the plain bound."
    ] = 10.0
    kl_warmup: Annotated[
        float, NOT_NEGATIVE, "Epochs over which beta grows from 0 to 1 where training holds no rate."
    ] = 2.0
    label_weight: Annotated[
        float, NOT_NEGATIVE, "Of a label's log-probability beside that of a text, whose words are many."
    ] = 5.0
    label_delay: Annotated[float, NOT_NEGATIVE, "Epochs in which labels do not count."] = 0.0
    label_warmup: Annotated[float, NOT_NEGATIVE, "Epochs over which the weight of labels then grows from 0."] = 0.0
    pseudo_labels: Annotated[
        bool,
        "Whether a linear classifier of word pairs, fitted to the labels that are there, labels the other texts with "
        "its probabilities.",
    ] = False
    epochs: Annotated[int, COUNT, "The most passes over the data."] = 6
    batch_size: Annotated[int, COUNT, "Texts a step."] = 32
    learning_rate: Annotated[float, POSITIVE, "At first; it falls to zero along a cosine."] = 4e-3
    patience: Annotated[
        int | None, COUNT, "Epochs without a better validation loss after which training stops; None never stops."
    ] = 3
    averaging: Annotated[
        float | None, SHARE, "Decay of the moving average of the weights, which is what is kept; None keeps the last."
    ] = 0.995
    tokens: Annotated[
        str, OneOf(("words", "subwords")), "Words and punctuation by a Unicode rule, or byte-pair pieces of them."
    ] = "words"
    vocabulary_size: Annotated[int, Between(8), "The most ids; rarer tokens are unknown."] = 20_000
    min_count: Annotated[int, COUNT, "How often a token is there at least to get an id."] = 2
    lower: Annotated[bool, "Whether to fold case."] = True
    max_tokens: Annotated[int, COUNT, "Tokens of a text that the decoder reconstructs, and the encoder reads."] = 200
    tail_tokens: Annotated[int, WHOLE, "Further tokens, from the end of a longer text, that are only read."] = 0
    decoder_words: Annotated[
        int | None,
        Between(8),
        "The most frequent words, which the decoder can say where the encoder knows more; None for all.",
    ] = None
    embedding_dim: Annotated[int, COUNT, "Size of word vectors."] = 128
    encoder_units: Annotated[int, COUNT, "Units of the encoder's LSTM in each direction."] = 128
    decoder_units: Annotated[int, Between(4), "Units of the decoder's LSTM."] = 256
    dropout: Annotated[float, SHARE, "Share of its features that the encoder goes without while training."] = 0.3
    word_dropout: Annotated[float, SHARE, "Share of the words that the encoder goes without while training."] = 0.1
    decoder_dropout: Annotated[float, SHARE, "Share of its features that the decoder goes without."] = 0.3
    decoder_word_dropout: Annotated[float, SHARE, "Share of the words that the decoder goes without."] = 0.1
    bigram_buckets: Annotated[int, WHOLE, "Size of the encoder's hashed table of word pairs; 0 for none."] = 65_536
