"""What each parameter of a text model may be."""

from numbers import Integral

from sklearn.utils._param_validation import Interval, StrOptions

from ..fitting.limits import COUNT, NOT_NEGATIVE, SHARE, SHARED

LIMITS = {
    **SHARED,
    "label_delay": [NOT_NEGATIVE],
    "label_warmup": [NOT_NEGATIVE],
    "pseudo_labels": ["boolean"],
    "tokens": [StrOptions({"words", "subwords"})],
    "vocabulary_size": [Interval(Integral, 8, None, closed="left")],
    "min_count": [COUNT],
    "max_tokens": [COUNT],
    "tail_tokens": [Interval(Integral, 0, None, closed="left")],
    "decoder_words": [Interval(Integral, 8, None, closed="left"), None],
    "embedding_dim": [COUNT],
    "encoder_units": [COUNT],
    "decoder_units": [Interval(Integral, 4, None, closed="left")],
    "word_dropout": [SHARE],
    "decoder_dropout": [SHARE],
    "decoder_word_dropout": [SHARE],
    "bigram_buckets": [Interval(Integral, 0, None, closed="left")],
}
