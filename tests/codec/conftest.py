"""A codec of soft waves that nobody changes."""

import pytest

from vaeworks import ImageCodec

from ..denoiser.conftest import waves

SMALL = {"width": 16, "latent_dim": 4, "repair": 8, "patch": 64, "epochs": 12, "batch_size": 4, "device": "cpu"}


@pytest.fixture(scope="session")
def codec():
    return ImageCodec(**SMALL, averaging=0.9, learning_rate=5e-3).fit(waves(24, 96, 96))
