"""What each parameter of a text model may be; scikit-learn checks it and words the refusal."""

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions

from ..core.priors import PRIORS

COUNT = Interval(Integral, 1, None, closed="left")
POSITIVE, NOT_NEGATIVE = Interval(Real, 0, 1e9, closed="neither"), Interval(Real, 0, 1e9, closed="left")
SHARE = Interval(Real, 0, 1, closed="left")

LIMITS = {
    "latent_dim": [COUNT],
    "rate": [POSITIVE, None],
    "free_bits": [NOT_NEGATIVE],
    "label_weight": [NOT_NEGATIVE],
    "label_delay": [NOT_NEGATIVE],
    "label_warmup": [NOT_NEGATIVE],
    "pseudo_labels": ["boolean"],
    "kl_warmup": [NOT_NEGATIVE],
    "epochs": [COUNT],
    "batch_size": [COUNT],
    "learning_rate": [POSITIVE],
    "patience": [COUNT, None],
    "averaging": [SHARE, None],
    "tokens": [StrOptions({"words", "subwords"})],
    "vocabulary_size": [Interval(Integral, 8, None, closed="left")],
    "min_count": [COUNT],
    "max_tokens": [COUNT],
    "tail_tokens": [Interval(Integral, 0, None, closed="left")],
    "decoder_words": [Interval(Integral, 8, None, closed="left"), None],
    "embedding_dim": [COUNT],
    "encoder_units": [COUNT],
    "decoder_units": [Interval(Integral, 4, None, closed="left")],
    "dropout": [SHARE],
    "word_dropout": [SHARE],
    "decoder_dropout": [SHARE],
    "decoder_word_dropout": [SHARE],
    "bigram_buckets": [Interval(Integral, 0, None, closed="left")],
    "prior": [StrOptions(set(PRIORS))],
    "validation_fraction": [SHARE],
    "random_state": [Interval(Integral, 0, 2**32 - 1, closed="both")],
    "device": [StrOptions({"auto", "cpu", "cuda", "mps"})],
    "precision": [StrOptions({"32-true", "bf16-mixed"})],
}
