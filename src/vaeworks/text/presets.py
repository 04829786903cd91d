"""Parameters of `TextVAE` that were measured together, by name; what a preset leaves out keeps its default."""

from ..estimator.presets import Preset

LONG_TEXTS = {
    "vocabulary_size": 30_000,
    "decoder_words": 10_000,
    "bigram_buckets": 2**18,
    "batch_size": 64,
    "averaging": 0.999,
    "dropout": 0.4,
    "decoder_dropout": 0.1,
    "decoder_word_dropout": 0.0,
    "distillation": 0.0,  # two passes over 22,500 labels gain nothing by it
    "patience": None,
}


PRESETS = {
    # tens of thousands of long texts, most without a label, in an hour; labels count once the first pass is half done
    "imdb": Preset(
        {
            **LONG_TEXTS,
            "epochs": 3,
            "label_weight": 75.0,
            "label_delay": 0.5,
            "label_warmup": 0.5,
            "pseudo_labels": True,
        },
    ),
    # long texts in a few minutes: each is read once, with what n-grams say of it beside its label
    "quick": Preset(
        {
            **LONG_TEXTS,
            "max_tokens": 40,
            "batch_size": 32,
            "learning_rate": 8e-3,
            "dropout": 0.2,
            "word_dropout": 0.0,
            "epochs": 1,
            "label_weight": 200.0,
            "pseudo_labels": True,
            "distillation": None,
        },
        unlabelled=10_000,
    ),
    # the same, with a code of each sentence, so that the words come back: a hundred minutes of one core in bf16-mixed
    "sentences": Preset(
        {
            **LONG_TEXTS,
            "levels": 2,
            "rate": 900.0,
            "kl_warmup": 0.0,
            "max_tokens": 400,
            "tail_tokens": 0,
            "vocabulary_size": 16_000,
            "bigram_buckets": 100_000,
            "encoder_units": 192,
            "decoder_units": 448,
            "word_dropout": 0.0,
            "batch_size": 16,
            "epochs": 3,
            "label_weight": 75.0,
            "pseudo_labels": True,
        },
    ),
    # what --from takes: the other model's own, in gentler steps, and labels count at once
    "from": Preset(
        {
            "learning_rate": 1e-3,
            "label_delay": 0.0,
            "label_warmup": 0.0,
            "pseudo_labels": False,
            "distillation": 0.0,
            "patience": 3,
        }
    ),
}
