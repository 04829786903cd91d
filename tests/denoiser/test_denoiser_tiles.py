"""Pictures piece by piece are the same pictures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.core.choosing import prior_mean
from vaeworks.pixels.tiles import MARGIN, STEP, by_tiles

from .conftest import noisy, waves


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([16, 32, 40]), st.sampled_from([0, 5, 8, 16]))
def test_tiles_of_any_picture_are_put_together_where_they_were(height, width, side, margin):
    photo = np.arange(height * width, dtype=np.float32).reshape(height, width, 1)

    def decode(tile):
        assert tile.shape[0] % STEP == tile.shape[1] % STEP == 0
        assert max(tile.shape[:2]) <= side + 2 * margin + 2 * STEP
        return np.concatenate([tile, -tile], -1)

    found = by_tiles(photo, decode, side, margin)
    assert (found == np.concatenate([photo, -photo], -1)).all()


@pytest.mark.slow
def test_a_tiled_picture_is_the_whole_one(denoiser):
    [photo] = noisy(waves(1, 408, 72))
    photo = photo.astype(np.float32)

    def decode(tile):
        return denoiser._decoded(tile, None, prior_mean, 1)[0]

    whole = by_tiles(photo, decode)
    assert np.allclose(by_tiles(photo, decode, side=64, margin=MARGIN), whole, atol=1e-3)
    assert not np.allclose(by_tiles(photo, decode, side=64, margin=0), whole, atol=1e-1)  # or the margin is for nothing
