"""One picture file: every mode against what its bytes say, and every damage as one sentence."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from vaeworks.datasets import read_image
from vaeworks.datasets.images.decoding import decode
from vaeworks.errors import VaeworksError

GREY = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)
COLOUR = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)


@pytest.fixture
def read(tmp_path):
    """Save a picture, and read it again."""

    def save_and_read(picture, name="a.png", like=None, resize=False, **options):
        if not isinstance(picture, Image.Image):
            picture = Image.fromarray(picture)
        picture.save(tmp_path / name, **options)
        return read_image(tmp_path / name, like, resize=resize)

    return save_and_read


@pytest.fixture
def refusal(tmp_path):
    def refuse(content, name="a.png", like=None):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            Image.fromarray(content).save(path)
        with pytest.raises(VaeworksError) as caught:
            read_image(path, like)
        message = str(caught.value)
        assert name in message
        assert "\n" not in message
        return message.removeprefix(f"{path} ")

    return refuse


@given(st.data(), st.integers(2, 9), st.integers(2, 9), st.sampled_from([(), (3,)]))
def test_png_keeps_every_value(tmp_path_factory, data, height, width, channels):
    array = data.draw(arrays(np.uint8, (height, width, *channels)))
    path = tmp_path_factory.getbasetemp() / "drawn.png"
    Image.fromarray(array).save(path)
    np.testing.assert_array_equal(read_image(path), array.reshape(height, width, -1))


def test_lossless_webp_keeps_every_value(read):
    np.testing.assert_array_equal(read(COLOUR, "a.webp", lossless=True), COLOUR)


@pytest.mark.parametrize("array", [GREY, COLOUR])
def test_jpeg_keeps_size_and_channels(read, array):
    assert read(array, "a.JPG").shape == array.reshape(4, 6, -1).shape


@pytest.mark.parametrize("alpha", [0, 51, 128, 255])
def test_what_is_transparent_lies_on_white(read, alpha):
    over_white = np.rint(COLOUR * (alpha / 255) + 255 * (1 - alpha / 255))
    rgba = np.dstack([COLOUR, np.full((4, 6), alpha, np.uint8)])
    np.testing.assert_allclose(read(rgba), over_white, atol=1)


def test_grey_with_transparency_stays_grey(read):
    array = read(np.dstack([GREY, np.full((4, 6), 51, np.uint8)]))
    np.testing.assert_allclose(array[..., 0], np.rint(GREY * 0.2 + 255 * 0.8), atol=1)
    assert array.shape == (4, 6, 1)


def test_one_transparent_grey_lies_on_white(read):
    array = read(GREY, transparency=30)
    np.testing.assert_array_equal(array[..., 0], np.where(GREY == 30, 255, GREY))


def test_palettes_become_colour(read):
    picture = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    picture.putpalette([250, 0, 7, 3, 200, 100])
    red, green = [250, 0, 7], [3, 200, 100]
    np.testing.assert_array_equal(read(picture), [[red, green], [green, red]])
    np.testing.assert_array_equal(read(picture, transparency=1), [[red, [255] * 3], [[255] * 3, red]])


def test_one_bit_becomes_black_and_white(read):
    bits = np.array([[True, False, True], [False, False, True]])
    np.testing.assert_array_equal(read(bits)[..., 0], bits * 255)


def test_sixteen_bits_become_eight(read):
    wide = np.array([[0, 128, 129], [257, 32896, 65535]], np.uint16)
    np.testing.assert_array_equal(read(wide)[..., 0], [[0, 0, 1], [1, 128, 255]])


def test_cmyk_becomes_colour(read):
    ink = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    np.testing.assert_allclose(read(ink, "a.jpg", quality=100), np.broadcast_to([255, 0, 0], (8, 8, 3)), atol=4)


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_a_picture_is_turned_as_its_camera_was_held(read, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(read(COLOUR, exif=exif), np.rot90(COLOUR, turn))


def test_grey_and_colour_become_each_other_where_a_model_wants_it(read):
    np.testing.assert_array_equal(read(GREY, like=(4, 6, 3)), np.dstack([GREY] * 3))
    luma = np.rint(COLOUR @ [0.299, 0.587, 0.114])  # ITU-R BT.601
    np.testing.assert_allclose(read(COLOUR, like=(4, 6, 1))[..., 0], luma, atol=1)
    np.testing.assert_array_equal(read(COLOUR, like=(4, 6, 3)), COLOUR)


def test_another_size_is_refused_or_fitted(read, refusal):
    assert refusal(GREY, like=(28, 28, 1)) == "is 6 x 4 pixels, but 28 x 28 are needed: scale and crop it first"
    halves = np.repeat(np.array([[0, 0, 100, 200, 255, 255]], np.uint8), 4, axis=0)
    fitted = read(halves, like=(2, 1, 1), resize=True)  # the two middle columns remain
    np.testing.assert_allclose(fitted[:, 0, 0], 150, atol=5)


def test_a_damaged_file_is_named(refusal, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    assert refusal(whole[:900]).startswith("is damaged (")
    assert refusal(b"not a picture").startswith("is no picture of a known format, whatever its name says")
    assert refusal(b"").startswith("is empty")


def test_a_file_of_another_format_is_refused_whatever_its_name(refusal, tmp_path):
    Image.fromarray(COLOUR).save(tmp_path / "a.ico")
    assert refusal((tmp_path / "a.ico").read_bytes()).startswith("is no picture of a known format")


@pytest.mark.parametrize("ending", [".bmp", ".tif", ".gif", ".ppm", ".tga", ".jp2"])
def test_other_formats_are_read_too(tmp_path, ending):
    Image.fromarray(np.full((9, 7), 200, np.uint8)).convert("RGB").save(tmp_path / f"a{ending}")
    found = decode(tmp_path / f"a{ending}")
    assert found.shape == (9, 7, 3)
    assert np.abs(found.astype(int) - 200).max() <= 2


def test_a_file_that_is_not_there(refusal):
    assert refusal(None).startswith("cannot be read (No such file or directory)")


@pytest.mark.parametrize("side", [4, 9])
def test_a_huge_picture_is_refused(refusal, monkeypatch, side):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert refusal(np.zeros((side, side), np.uint8)) == (
        "has more than 10 pixels, too many for one picture: make it smaller first"
    )


def test_one_pixel_is_no_picture(refusal):
    assert refusal(np.zeros((1, 1), np.uint8)) == "is 1 x 1 pixels, too small for a picture: leave it out"


@given(st.data(), st.sampled_from(["PNG", "JPEG", "WEBP"]))
def test_any_damage_gives_a_picture_or_one_sentence(tmp_path_factory, data, kind):
    held = BytesIO()
    Image.fromarray(COLOUR).save(held, kind)
    content = bytearray(held.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=3)):
        content[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.png"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        found = str(read_image(path).dtype)
    except VaeworksError as error:
        found = str(error)
    assert found == "uint8" or str(path) in found


def test_of_an_animation_it_is_the_first_frame(read):
    frames = [Image.fromarray(COLOUR), Image.fromarray(255 - COLOUR)]
    np.testing.assert_array_equal(read(frames[0], save_all=True, append_images=frames[1:]), COLOUR)
