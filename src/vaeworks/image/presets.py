"""Parameters of `ImageVAE` that were measured together."""

from ..estimator.presets import Preset

PRESETS = {
    # the tightest bound on static MNIST: a ladder, and a flow as the prior of its top
    "ladder": Preset(
        {
            "label_weight": 1.0,
            "levels": 2,
            "width": 24,
            "prior": "flow",
            "epochs": 50,
            "patience": None,
            "averaging": 0.999,
        }
    ),
    # the fewest bits without loss, at 500 images a second: four levels with few latents at each place
    "lossless": Preset(
        {
            "label_weight": 1.0,
            "levels": 4,
            "level_units": 3,
            "width": 24,
            "components": 3,
            "batch_size": 64,
            "epochs": 20,
            "patience": None,
            "averaging": 0.999,
            "precision": "bf16-mixed",
        }
    ),
    # the best samples, by the Fréchet distance of a classifier's features, of MNIST and Fashion-MNIST
    "samples": Preset(
        {
            "label_weight": 1.0,
            "width": 24,
            "likelihood": "normal",
            "prior": "flow",
            "rate": 20.0,
            "epochs": 12,
            "patience": None,
            "averaging": 0.99,
        }
    ),
}
