"""The parameters of `TextVAE`."""

from typing import Annotated

from ..estimator.parameters import COUNT, NOT_NEGATIVE, SHARE, WHOLE, Between, LabelParameters, OneOf, parameters


@parameters(
    rate=10.0,
    kl_warmup=2.0,
    dropout=0.3,
    epochs=6,
    batch_size=32,
    learning_rate=4e-3,
    patience=3,
    averaging=0.995,
)
class TextParameters(LabelParameters):
    label_delay: Annotated[float, NOT_NEGATIVE, "Epochs in which labels do not count."] = 0.0
    label_warmup: Annotated[float, NOT_NEGATIVE, "Epochs over which the weight of labels then grows from 0."] = 0.0
    pseudo_labels: Annotated[
        bool,
        "Whether a linear classifier of n-grams, fitted to the labels that are there, labels the other texts with "
        "its probabilities.",
    ] = False
    distillation: Annotated[
        float | None,
        SHARE,
        "Share of each label that is what such a classifier, fitted to other labels, makes of its text; None takes 0.5 "
        "where texts have 100 words on average, and 1,000 labels, of at most 10 classes, else 0.",
    ] = None
    tokens: Annotated[
        str, OneOf(("words", "subwords")), "Words and punctuation by a Unicode rule, or byte-pair pieces of them."
    ] = "words"
    vocabulary_size: Annotated[int, Between(8), "The most ids; rarer tokens are unknown."] = 20_000
    min_count: Annotated[int, COUNT, "How often a token is there at least to get an id."] = 2
    lower: Annotated[bool, "Whether to fold case."] = True
    max_tokens: Annotated[int, COUNT, "Tokens of a text that the decoder reconstructs, and the encoder reads."] = 200
    tail_tokens: Annotated[int, WHOLE, "Further tokens, from the end of a longer text, that are only read."] = 800
    decoder_words: Annotated[
        int | None,
        Between(8),
        "The most frequent words, which the decoder can say where the encoder knows more; None for all.",
    ] = None
    levels: Annotated[int, Between(1, 2), "2 for a code of each sentence under the code of the text."] = 1
    phrase_dim: Annotated[
        int,
        COUNT,
        "Size of the code of each four words of a sentence, where there are two levels.",
    ] = 16
    sentence_tokens: Annotated[int, Between(4), "Tokens of a sentence; a longer one goes on as the next."] = 40
    max_sentences: Annotated[int, COUNT, "Sentences of a text that are read and reconstructed."] = 30
    language: Annotated[str, "By whose rules sentences end: en, de, fr, ..."] = "en"
    embedding_dim: Annotated[int, COUNT, "Size of word vectors."] = 128
    encoder_units: Annotated[int, COUNT, "Units of the encoder's LSTM in each direction."] = 128
    decoder_units: Annotated[int, Between(4), "Units of the decoder's LSTM."] = 256
    word_dropout: Annotated[float, SHARE, "Share of the words that the encoder goes without while training."] = 0.1
    decoder_dropout: Annotated[float, SHARE, "Share of its features that the decoder goes without."] = 0.3
    decoder_word_dropout: Annotated[float, SHARE, "Share of the words that the decoder goes without."] = 0.1
    bigram_buckets: Annotated[int, WHOLE, "Size of the encoder's hashed table of word pairs; 0 for none."] = 65_536
