"""Parameters of `TextVAE` that were measured together, by name; what a preset leaves out keeps its default."""

from dataclasses import dataclass, field
from typing import Any

from ..errors import VaeworksError

LONG_TEXTS = {
    "tail_tokens": 200,
    "vocabulary_size": 30_000,
    "decoder_words": 10_000,
    "bigram_buckets": 2**18,
    "batch_size": 64,
    "averaging": 0.999,
    "dropout": 0.4,
    "decoder_dropout": 0.1,
    "decoder_word_dropout": 0.0,
    "patience": None,
}


@dataclass(frozen=True)
class Preset:
    """Settings for `vae fit text`.

    Attributes
    ----------
    parameters : dict
        Of `TextVAE`.
    unlabelled : bool
        Whether texts without a label are trained on too, where a data set has a part of such.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    unlabelled: bool = True


PRESETS = {
    # some ten thousand short texts
    "default": Preset(),
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
    # long texts in a few minutes: labelled ones only, of which 100 tokens are reconstructed
    "quick": Preset(
        {**LONG_TEXTS, "max_tokens": 100, "tail_tokens": 150, "epochs": 2, "label_weight": 75.0},
        unlabelled=False,
    ),
    # what --from takes: the other model's own, in gentler steps, and labels count at once
    "from": Preset(
        {"learning_rate": 1e-3, "label_delay": 0.0, "label_warmup": 0.0, "pseudo_labels": False, "patience": 3}
    ),
}


def preset_for(source: str, name: str | None, further: bool) -> Preset:
    """The preset of that name; by default the source's own, or the one for going on from another model."""
    if name is None:
        name = "from" if further else source if source in PRESETS else "default"
    if name not in PRESETS:
        raise VaeworksError(f"there is no preset {name!r}: choose one of {', '.join(PRESETS)}")
    return PRESETS[name]
