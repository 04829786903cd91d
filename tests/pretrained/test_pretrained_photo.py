"""The codec that ships: small, better than JPEG on a photo that it has not seen, and its streams are read for ever."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_sample_images

from vaeworks import load
from vaeworks.codec.judging import bd_rate, by_pillow, point
from vaeworks.pixels.photos import psnr
from vaeworks.pretrained import HERE

STREAM = Path(__file__).with_name("flower.vae")
FLOWER = load_sample_images().images[1]  # a photo that ships with scikit-learn


@pytest.fixture(scope="module")
def photo():
    return load("photo")


def test_it_takes_no_more_than_six_megabytes():
    assert sum(file.stat().st_size for file in (HERE / "photo").iterdir()) < 6e6


@pytest.mark.slow
def test_it_takes_a_quarter_fewer_bits_than_jpeg_at_equal_error(photo):
    ours = [point(photo, FLOWER, quality) for quality in (10, 30, 50, 70)]
    jpeg = [by_pillow(FLOWER, "JPEG", quality=quality) for quality in (5, 15, 40, 70, 90)]
    assert bd_rate(ours, jpeg) < -25


def test_a_file_that_it_once_wrote_is_read(photo):
    [found] = photo.decompress(STREAM.read_bytes())
    assert psnr(FLOWER[100:356, 200:456], found) > 30


def test_the_card_says_what_its_pictures_allow_and_where_it_fails():
    card = (HERE / "photo" / "card.md").read_text(encoding="utf-8")
    assert "non-commercial" in card
    assert "screenshots" in card


def test_a_drawing_comes_back_well_at_a_high_quality(photo):
    drawing = np.full((64, 96, 3), 255, np.uint8)
    drawing[16:48, 20:24], drawing[30:34, 10:80] = (200, 0, 0), (0, 0, 200)
    [found] = photo.decompress(photo.compress([drawing], quality=95))
    assert psnr(drawing, found) > 35
