"""Noise has the moments that its level says, and what is split of it is independent given the clean picture."""

import numpy as np
import pytest

from vaeworks import VaeworksError
from vaeworks.denoiser.noise import NOISE, check_level

GREY = np.full((400, 500, 1), 100, dtype=np.float32)


@pytest.mark.parametrize(("name", "deviation"), [("gaussian", 20.0), ("poisson", 20.0 * (100 / 255) ** 0.5)])
def test_noise_has_the_mean_and_the_deviation_of_its_level(name, deviation):
    noisy = NOISE[name].add(GREY, 20.0, np.random.default_rng(0))
    assert noisy.mean() == pytest.approx(100, abs=0.2)
    assert noisy.std() == pytest.approx(deviation, rel=0.01)


def test_salt_and_pepper_fall_on_as_many_pixels_as_the_level_says_in_all_channels_at_once():
    photo = np.repeat(GREY, 3, axis=-1)
    noisy = NOISE["salt-and-pepper"].add(photo, 30.0, np.random.default_rng(0))
    changed = noisy != photo
    assert changed.mean() == pytest.approx(0.3, abs=0.005)
    assert (changed.all(-1) == changed.any(-1)).all()
    assert (noisy[changed] == 255).mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("name", NOISE)
def test_noise_of_level_0_changes_nothing(name):
    assert (NOISE[name].add(GREY, 0.0, np.random.default_rng(0)) == GREY).all()


@pytest.mark.parametrize("name", ["gaussian", "poisson"])
@pytest.mark.parametrize("seed", range(3))
def test_the_two_parts_of_a_split_have_the_clean_mean_no_correlation_and_the_variances_that_are_said(name, seed):
    random = np.random.default_rng(seed)
    split = NOISE[name].split(NOISE[name].add(GREY, 20.0, random), 20.0, random)
    of_read = split.level**2 * (100 / 255 if name == "poisson" else 1)
    of_scored = split.variance + split.slope * 100
    assert [split.read.mean(), split.scored.mean()] == pytest.approx([100, 100], abs=1.5)
    assert [split.read.var(), split.scored.var()] == pytest.approx([of_read, of_scored], rel=0.02)
    assert abs(np.corrcoef(split.read.ravel(), split.scored.ravel())[0, 1]) < 0.01


def test_salt_and_pepper_are_scored_only_where_the_noisy_picture_shows_the_clean_one():
    random, noise = np.random.default_rng(0), NOISE["salt-and-pepper"]
    noisy = noise.add(GREY, 20.0, random)
    split = noise.split(noisy, 20.0, random)
    assert (split.scored[split.observed] == 100).all()
    assert split.observed.mean() == pytest.approx(0.8, abs=0.01)
    assert (split.read != 100).mean() == pytest.approx(split.level / 100, abs=0.01)


@pytest.mark.parametrize("level", [-1.0, 76.0])
def test_a_level_out_of_range_is_refused_by_its_number(level):
    with pytest.raises(VaeworksError, match=f"from 0 to 75, not {level:g}"):
        check_level(level, 75.0)
