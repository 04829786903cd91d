"""Parameters of `TabularVAE` that were measured together."""

from ..estimator.presets import Preset

PRESETS = {
    # a map of tens of thousands of rows in half a minute
    "map": Preset({"latent_dim": 2, "epochs": 18}),
    # codes for other models, of tens of thousands of rows of pixels
    "codes": Preset({"latent_dim": 64, "epochs": 20, "batch_size": 512, "learning_rate": 2e-3}),
}
