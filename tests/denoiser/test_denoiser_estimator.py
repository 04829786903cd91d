"""A denoiser cleans, says how sure it is, and keeps the form of what it is given."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeworks import ImageDenoiser, VaeworksError, load
from vaeworks.pixels.photos import psnr

from .conftest import SMALL, noisy, waves

NEW = waves(6, seed=7)


def gained(model, photos, given, **told):
    """Mean dB that cleaning gains."""
    cleaned = model.denoise(given, **told)
    return np.mean(
        [psnr(photo, after) - psnr(photo, before) for photo, before, after in zip(photos, given, cleaned, strict=True)]
    )


def test_a_short_fit_gains_at_least_3_db_blind_and_told(denoiser):
    assert gained(denoiser, NEW, noisy(NEW)) > 3
    assert gained(denoiser, NEW, noisy(NEW), sigma=25.0) > 3


def test_it_cleans_grey_pictures_too(denoiser):
    grey = [photo[..., 0] for photo in NEW]
    assert gained(denoiser, grey, noisy(grey)) > 8


def test_the_truth_lies_within_its_intervals_about_as_often_as_they_say(denoiser):
    figures = denoiser.evaluate(waves(8, seed=9), samples=2, sigma=(25.0,))
    assert figures["covered_68_at_25"] == pytest.approx(0.68, abs=0.1)
    assert figures["covered_95_at_25"] == pytest.approx(0.95, abs=0.05)
    assert figures["psnr_at_25_db"] > figures["psnr_noisy_at_25_db"] + 3


def test_z_holds_something_and_the_fit_did_not_collapse(denoiser):
    assert denoiser.metrics_["fit"]["held_out"]["kl_nats"] > 1
    assert not denoiser.metrics_["fit"]["held_out"]["collapsed"]


def test_noise_is_more_uncertain_where_there_is_more_of_it(denoiser):
    [little], [much] = (denoiser.uncertainty(noisy(NEW[:1], level), samples=5) for level in (5.0, 60.0))
    assert much.mean() > 1.5 * little.mean()


@settings(max_examples=15, deadline=None)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.sampled_from([(), (1,), (3,)]),
    st.sampled_from([np.uint8, np.uint16, np.float32, np.float64]),
)
def test_what_comes_back_has_the_shape_and_the_type_of_what_was_given(denoiser, size, channels, kind):
    photo = np.full((*size, *channels), 77, dtype=kind)
    [found], [spread] = denoiser.denoise([photo]), denoiser.uncertainty([photo], samples=2)
    assert (found.shape, found.dtype) == (photo.shape, photo.dtype)
    assert spread.shape == photo.shape
    assert np.isfinite(spread).all()


def test_sixteen_bits_keep_more_than_eight(denoiser):
    deep = [np.rint(photo * 257.0).astype(np.uint16) for photo in NEW[:1]]
    [found] = denoiser.denoise(deep)
    assert len(np.unique(found)) > 256
    assert np.abs(found / 257 - denoiser.denoise(NEW[:1])[0]).max() < 1


def test_a_saved_denoiser_cleans_alike(denoiser, tmp_path):
    denoiser.save(tmp_path / "model")
    [one], [other] = (model.denoise(NEW[:1]) for model in (denoiser, load(tmp_path / "model")))
    assert (one == other).all()


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["gaussian", "poisson", "salt-and-pepper"])
def test_it_learns_from_noisy_pictures_alone(noise):
    from vaeworks.denoiser.noise import NOISE

    random = np.random.default_rng(0)
    level = 40.0

    def spoilt(photos):
        return [NOISE[noise].add(photo.astype(np.float32), level, random).astype(np.float32) for photo in photos]

    model = ImageDenoiser(**SMALL, unsupervised=True, level=level, noise=noise).fit(spoilt(waves(24)))
    assert gained(model, NEW, spoilt(NEW)) > 3


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["poisson", "salt-and-pepper"])
def test_it_learns_other_noise(noise):
    model = ImageDenoiser(**SMALL, noise=noise).fit(waves(24))
    figures = model.evaluate(NEW, samples=0, sigma=(40.0,))
    assert figures["psnr_at_40_db"] > figures["psnr_noisy_at_40_db"] + 3


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ([], "there are no pictures"),
        ([np.zeros((4, 4, 2), np.uint8)], r"picture 0 has the shape \(4, 4, 2\)"),
        ([np.zeros((0, 4), np.uint8)], r"picture 0 has the shape \(0, 4\)"),
        ([np.zeros((4, 4), np.int64)], "picture 0 holds int64"),
        ([np.full((4, 4), np.nan)], "picture 0 holds NaN"),
        ([np.linspace(0, 1, 16).reshape(4, 4)], "run from 0 to 1, but white is 255"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(denoiser, photos, message):
    with pytest.raises(VaeworksError, match=message):
        denoiser.denoise(photos)


def test_a_level_out_of_range_is_refused(denoiser):
    with pytest.raises(VaeworksError, match="levels of noise from 0 to 75, not 80"):
        denoiser.denoise(NEW[:1], sigma=80.0)


def test_colour_is_refused_by_a_denoiser_of_grey_pictures():
    grey = [photo[..., 0] for photo in waves(4)]
    model = ImageDenoiser(**{**SMALL, "epochs": 1}).fit(grey)
    with pytest.raises(VaeworksError, match="picture 0 has colour"):
        model.denoise(NEW[:1])


def test_an_unsupervised_fit_needs_the_level():
    with pytest.raises(VaeworksError, match="give level"):
        ImageDenoiser(unsupervised=True).fit(waves(4))


def test_pictures_smaller_than_a_patch_are_learned_from():
    model = ImageDenoiser(**{**SMALL, "epochs": 1}).fit([np.full((5, 9), 10 * row, np.uint8) for row in range(8)])
    assert model.denoise([np.zeros((5, 9), np.uint8)])[0].shape == (5, 9)
