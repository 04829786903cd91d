"""Parameters of `RecommenderVAE` that were measured together."""

from ..estimator.presets import Preset

PRESETS = {
    # Mult-VAE as it was published, without a linear path
    "mult-vae": Preset({"linear": "none"}),
    # RecVAE's regulariser and turns, without a linear path
    "recvae": Preset({"linear": "none", "regulariser": "composite", "encoder_turns": 1, "epochs": 60, "patience": 16}),
    # tens of thousands of items and over a hundred thousand users
    "large": Preset({"linear_items": 5000, "batch_size": 500, "epochs": 20}),
}
