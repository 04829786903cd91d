"""Parameters of `Seq2SeqVAE` that were measured together, by name; what a preset leaves out keeps its default."""

from ..estimator.presets import Preset

# tens of thousands of captions in an hour: many passes, so more dropout
CAPTIONS = Preset({"epochs": 32, "dropout": 0.35, "decoder_dropout": 0.35, "bag_weight": 0.3, "patience": None})
PRESETS = {"multi30k-en-de": CAPTIONS, "multi30k-en-fr": CAPTIONS}
