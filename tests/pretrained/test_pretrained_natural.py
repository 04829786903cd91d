"""The denoiser that ships: small, better than non-local means, and gentle to what is clean."""

import numpy as np
import pytest
from sklearn.datasets import load_sample_images

from vaeworks import load
from vaeworks.pixels.photos import psnr
from vaeworks.pretrained import located

MOST_BYTES = 4_000_000
LEAST = {25.0: 0.3, 50.0: 0.3}  # dB above non-local means, by level


@pytest.fixture(scope="module")
def natural():
    return load("natural")


CHINA, FLOWER = load_sample_images().images  # photos that ship with scikit-learn
PICTURES = [CHINA[100:300, 40:280], CHINA[150:350, 340:580], FLOWER[60:260, 200:440]]


def noisy(picture, level):
    return (picture + level * np.random.default_rng(0).standard_normal(picture.shape)).astype(np.float32)


def test_it_is_small():
    assert sum(path.stat().st_size for path in located("natural").rglob("*")) <= MOST_BYTES


@pytest.mark.parametrize("level", LEAST)
@pytest.mark.parametrize("grey", [False, True])
def test_it_beats_non_local_means_which_are_told_the_level(natural, level, grey):
    restoration = pytest.importorskip("skimage.restoration")
    gains = []
    for picture in PICTURES:
        clean = picture[..., :1] if grey else picture
        given, sigma = noisy(clean, level), level / 255
        words = {"h": 0.8 * sigma, "sigma": sigma, "patch_size": 5, "patch_distance": 6, "channel_axis": -1}
        theirs = restoration.denoise_nl_means(given / 255, fast_mode=True, **words).reshape(given.shape) * 255
        [mine] = natural.denoise([given])
        gains.append(psnr(clean, mine.clip(0, 255)) - psnr(clean, theirs.clip(0, 255)))
    assert np.mean(gains) > LEAST[level]


@pytest.mark.parametrize("picture", PICTURES)
def test_a_clean_picture_stays_nearly_as_it_is(natural, picture):
    assert psnr(picture, natural.denoise([picture])[0]) > 35


def test_one_shade_and_one_pixel_stay_nearly_as_they_are(natural):
    for size in ((40, 40), (1, 1)):
        flat = np.full((*size, 3), 93, dtype=np.uint8)
        assert np.abs(natural.denoise([flat])[0].astype(int) - 93).max() <= 5


def test_its_figures_are_of_bsd68_and_meet_what_the_readme_says(natural):
    figures = natural.metrics_
    assert figures["examples"] == 68
    assert figures["psnr_at_25_db"] > 28.6
