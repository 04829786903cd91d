"""Whole files: what is written is read, by any number of threads, whatever the size, and nothing damaged is taken."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vaeworks import VaeworksError, load
from vaeworks.codec import stream
from vaeworks.codec.judging import bd_rate, by_pillow
from vaeworks.codec.networks import of_quality, rounded
from vaeworks.coding.container import Archive, Block, Item, packed
from vaeworks.pixels.photos import psnr

from ..denoiser.conftest import waves

PHOTO = waves(1, 70, 90, seed=9)[0]


def test_a_picture_comes_back_nearly_as_it_was_and_better_at_a_higher_quality(codec):
    found = {quality: codec.decompress(codec.compress([PHOTO], quality=quality))[0] for quality in (10, 50, 90)}
    errors = [psnr(PHOTO, picture) for picture in found.values()]
    assert errors == sorted(errors)
    assert errors[-1] > 35
    sizes = [len(codec.compress([PHOTO], quality=quality)) for quality in (10, 50, 90)]
    assert sizes == sorted(sizes)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 3]), st.integers(0, 100), st.sampled_from("cnw"))
def test_any_size_goes_through_as_constant_noise_or_waves(codec, height, width, channels, quality, sort):
    random = np.random.default_rng(height)
    made = {
        "c": lambda: np.full((height, width, channels), 255, np.uint8),
        "n": lambda: random.integers(0, 256, (height, width, channels)).astype(np.uint8),
        "w": lambda: waves(1, height, width)[0][..., :channels],
    }
    picture = made[sort]()
    [found] = codec.decompress(codec.compress([picture], quality=quality))
    assert found.shape == picture.shape
    assert found.dtype == np.uint8


def test_the_file_is_as_long_as_the_bound_says(codec):
    """Within three per cent: 72 widths of tables, means to a thousandth of a step, and a header."""
    photo = waves(1, 256, 256, seed=3)[0]
    pixels = torch.from_numpy(photo).permute(2, 0, 1)[None].float()
    with torch.no_grad():
        levels, _, _ = codec.model_.descend(of_quality(pixels, torch.tensor([70]), (256, 256)), rounded)
        bits = sum(float(-level.prior.log_prob(level.z)) for level in levels) / np.log(2)
    assert abs(8 * len(codec.compress([photo], quality=70)) / bits - 1) < 0.03


@pytest.mark.parametrize("threads", [1, 2])
def test_what_one_thread_wrote_any_number_reads_to_the_last_symbol(codec, threads, monkeypatch):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        content = codec.compress([PHOTO], quality=80)
        torch.set_num_threads(threads)
        assert codec.compress([PHOTO], quality=80) == content
        monkeypatch.setattr(torch.backends.mkldnn, "enabled", threads == 1)  # another kernel
        again = codec.decompress(content)[0]
        torch.set_num_threads(1)
        assert np.abs(again.astype(int) - codec.decompress(content)[0]).max() <= 1
    finally:
        torch.set_num_threads(before)


def test_tiles_are_not_seen(codec, monkeypatch):
    """Only what is foretold differs at their borders: errors are no larger there."""
    photo = waves(1, 160, 160, seed=4)[0]
    monkeypatch.setattr(stream, "TILE", 4)
    found = codec.decompress(codec.compress([photo], quality=30))[0]
    errors = np.abs(found.astype(float) - photo).mean((0, 2))
    beside = np.concatenate([np.arange(border - 2, border + 2) for border in range(32, 160, 32)])
    assert errors[beside].mean() < 1.5 * errors.mean()


def test_a_model_that_was_saved_and_loaded_reads_what_it_wrote(codec, tmp_path):
    codec.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.digest() == codec.digest()
    assert np.array_equal(again.decompress(codec.compress([PHOTO])), codec.decompress(codec.compress([PHOTO])))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_what_is_cut_off_or_altered_is_one_sentence(codec, data):
    content = codec.compress([PHOTO], quality=30)
    place = data.draw(st.integers(0, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    altered = content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]
    for broken in (content[:place], altered, content + b"x"):
        with pytest.raises(VaeworksError) as error:
            codec.decompress(broken)
        assert "\n" not in str(error.value)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200), st.integers(1, 90), st.sampled_from([1, 3]))
def test_bits_with_forged_checksums_give_a_picture_or_one_sentence(codec, payload, height, channels):
    block = Block([Item("forged.png", height, 40, channels)], payload)
    content = packed(Archive("codec", "", codec.digest()[:8], [block]))
    try:
        assert codec.decompress(content)[0].shape == (height, 40, channels)
    except VaeworksError as error:
        assert "damaged" in str(error)  # noqa: PT017


def test_another_model_is_named(codec):
    from vaeworks import ImageCodec

    other = ImageCodec(width=8, latent_dim=2, repair=4, epochs=1).fit(waves(4, 64, 64))
    with pytest.raises(VaeworksError, match=f"another model .*kind codec, digest {codec.digest()[:8].hex()}"):
        other.decompress(codec.compress([PHOTO]))


@pytest.mark.parametrize(
    ("picture", "how", "message"),
    [
        (PHOTO.astype(np.uint16), {}, "picture 0 holds uint16, and files hold 8 bits"),
        (PHOTO.astype(np.float32), {}, "holds float32"),
        (PHOTO, {"quality": 101}, "quality must be a whole number from 0 to 100, not 101"),
        (PHOTO, {"quality": 2.5}, "not 2.5"),
    ],
)
def test_what_cannot_be_written_is_refused(codec, picture, how, message):
    with pytest.raises(VaeworksError, match=message):
        codec.compress([picture], **how)


def test_half_the_bits_everywhere_is_a_rate_of_minus_fifty_per_cent():
    theirs = [(0.25 * 2**step, 26.0 + 3 * step) for step in range(6)]
    assert bd_rate([(rate / 2, decibels) for rate, decibels in theirs], theirs) == pytest.approx(-50)
    assert bd_rate(theirs, theirs) == pytest.approx(0)


def test_a_format_of_pillow_is_measured_by_its_whole_file():
    low, high = (by_pillow(PHOTO, "JPEG", quality=quality) for quality in (20, 90))
    assert low[0] < high[0]
    assert low[1] < high[1]
