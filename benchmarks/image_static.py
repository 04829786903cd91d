"""Statically binarised MNIST (Larochelle & Murray 2011): -log p(image) in nats of `ImageVAE` on the 10,000 test images.

python benchmarks/image_static.py [MODEL]     # a folder with a model of this script; else one is fitted first
"""

import sys
from pathlib import Path

from recorded import record

from vaeworks import ImageVAE, datasets, load
from vaeworks.image.presets import PRESETS

SETTINGS = PRESETS["ladder"].parameters
SAMPLES, FOLDER = 500, Path("models/static")


def fitted() -> ImageVAE:
    """A model of the 50,000 fixed training images; the 10,000 validation images choose the epoch."""
    parts = datasets.load_images("binarized-mnist").splits
    model = ImageVAE(**SETTINGS, verbose=True)
    model.fit(parts["train"].images, validation=(parts["validation"].images, None))
    model.save(FOLDER)
    return model


def main() -> None:
    model = load(sys.argv[1]) if sys.argv[1:] else fitted()
    figures = model.evaluate(datasets.load_images("binarized-mnist").splits["test"].images, samples=SAMPLES)
    minutes = sum(epoch["seconds"] for epoch in model.history_) / 60
    record(
        "image_static",
        {
            "split": "the 10,000 test images, static binarisation",
            "settings": SETTINGS,
            "training minutes": round(minutes, 1),
            "negative_elbo_nats": figures["negative_elbo_nats"],
            "negative log-likelihood, nats": figures["negative_importance_bound_nats"],
            "importance samples": SAMPLES,
            "kl_per_level_nats": figures["kl_per_level_nats"],
        },
    )


if __name__ == "__main__":
    main()
