"""A picture that is turned is turned back, and the ways differ."""

import numpy as np
import pytest

from vaeworks import VaeworksError
from vaeworks.denoiser.intervals import NORMAL, name_of
from vaeworks.denoiser.turning import TURNS, averaged
from vaeworks.pixels.photos import psnr

from .conftest import noisy, waves


@pytest.mark.parametrize("turns", TURNS)
def test_what_changes_nothing_gives_the_picture_back(turns):
    picture = np.random.default_rng(0).normal(size=(16, 24, 3)).astype(np.float32)
    seen = []

    def clean(turned):
        seen.append(turned)
        return turned

    assert np.allclose(averaged(picture, clean, turns), picture, atol=1e-6)
    assert len({part.tobytes() for part in seen}) == turns


def test_the_mean_over_ways_to_turn_is_better(denoiser):
    clean = waves(6, seed=8)
    spoilt = noisy(clean, seed=2)
    once, often = (denoiser.denoise(spoilt, turns=turns) for turns in (1, 8))
    better = [psnr(a, c) - psnr(a, b) for a, b, c in zip(clean, once, often, strict=True)]
    assert np.mean(better) > 0


def test_other_numbers_of_turns_are_refused(denoiser):
    with pytest.raises(VaeworksError, match="turns must be 1, 2, 4 or 8, not 3"):
        denoiser.denoise(noisy(waves(1)), turns=3)


def test_a_fit_measures_how_many_deviations_hold_so_many_pixels(denoiser):
    held_out = denoiser.metrics_["fit"]["held_out"]
    few, many = (held_out[name_of(share)] for share in NORMAL)
    assert 0 < few < many
    figures = denoiser.evaluate(waves(6, seed=11), samples=0, sigma=[25])
    assert figures["covered_68_at_25"] == pytest.approx(0.68, abs=0.1)
    assert figures["covered_95_at_25"] == pytest.approx(0.95, abs=0.05)
