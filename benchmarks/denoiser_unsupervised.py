"""Learning from noisy pictures alone: BSDS500's train and test folders in grey, sigma 25 each once; judged on BSD68.

python benchmarks/denoiser_unsupervised.py BSDS500
"""

import argparse
from pathlib import Path

import numpy as np
from denoiser_photos import GREY, noisy, pictures
from recorded import record

from vaeworks import ImageDenoiser
from vaeworks.datasets.images.photos import pictures_below
from vaeworks.denoiser.judging import judged

LEVEL = 25.0
SETTINGS = {"unsupervised": True, "level": LEVEL, "epochs": 6, "precision": "bf16-mixed", "learning_rate": 1e-3}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("bsds500", type=Path)
    folder = parser.parse_args().bsds500
    clean = [image for part in ("train", "test") for image in pictures_below(folder / part)]
    seen = [
        noisy(np.rint(image @ GREY)[..., None].astype(np.float32), 1000 + number, LEVEL)
        for number, image in enumerate(clean)
    ]
    model = ImageDenoiser(**SETTINGS, validation_fraction=0.02).fit(seen)
    figures = judged(model, pictures("grey", folder, 1), (LEVEL,))
    record("denoiser_unsupervised", {"settings": SETTINGS, "seconds": model.metrics_["fit"]["seconds"], **figures})


if __name__ == "__main__":
    main()
