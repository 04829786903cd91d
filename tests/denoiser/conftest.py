"""Pictures of soft waves in colour, and a denoiser of them that nobody changes."""

import numpy as np
import pytest

from vaeworks import ImageDenoiser

SMALL = {"width": 8, "latent_dim": 4, "patch": 32, "epochs": 30, "batch_size": 4, "device": "cpu", "averaging": 0.9}
SMALL["learning_rate"] = 5e-3


def waves(count, height=64, width=48, seed=0):
    """Clean pictures, uint8 (height, width, 3)."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width][:, :, :, None]
    found = []
    for _ in range(count):
        steps, phases = random.uniform(-0.25, 0.25, (2, 1)), random.uniform(0, 6) + random.uniform(0, 1, 3)
        found.append((127 + 100 * np.sin(steps[0] * rows + steps[1] * columns + phases)).astype(np.uint8))
    return found


def noisy(photos, level=25.0, seed=0):
    """With normal noise, as floats."""
    random = np.random.default_rng(seed)
    return [photo + level * random.standard_normal(photo.shape) for photo in photos]


@pytest.fixture(scope="session")
def denoiser():
    return ImageDenoiser(**SMALL).fit(waves(24))
