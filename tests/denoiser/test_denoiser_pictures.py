"""Picture files come back with all that belonged to them."""

from io import BytesIO

import numpy as np
import png
import pytest
from PIL import Image, ImageCms

from vaeworks import VaeworksError
from vaeworks.pixels.files import open_picture

RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (9, 7, 3), dtype=np.uint8)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXIF = Image.Exif()
EXIF[0x010E] = "a bird"


def again(path, out):
    """The file, with its pixels as they were read, written anew."""
    picture = open_picture(path)
    picture.write(picture.pixels, out)
    return picture


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_pixels_transparency_profile_and_exif_are_kept(tmp_path, mode, suffix):
    original = Image.fromarray(np.dstack([COLOUR, COLOUR[..., :1]])).convert(mode)
    lossless = {"lossless": True, "exact": True} if suffix == "webp" else {}
    original.save(tmp_path / f"one.{suffix}", icc_profile=PROFILE, exif=EXIF, **lossless)
    picture = again(tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}")
    with Image.open(tmp_path / f"one.{suffix}") as one, Image.open(tmp_path / f"two.{suffix}") as two:
        assert one.info["icc_profile"] == two.info["icc_profile"]
        assert two.getexif()[0x010E] == "a bird"
        clear = np.asarray(one.convert("RGBA"))[..., 3] > 0
        assert (np.asarray(one.convert("RGBA"))[clear] == np.asarray(two.convert("RGBA"))[clear]).all()
    assert (picture.alpha is not None) is mode.endswith("A")


def test_sixteen_bits_of_grey_are_kept(tmp_path):
    deep = RANDOM.integers(0, 65536, (5, 6), dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "one.png")
    assert (again(tmp_path / "one.png", tmp_path / "two.png").pixels[..., 0] == deep).all()
    assert (open_picture(tmp_path / "two.png").pixels[..., 0] == deep).all()


@pytest.mark.parametrize(("channels", "mode"), [(3, "RGB;16"), (4, "RGBA;16"), (2, "LA;16")])
def test_sixteen_bits_of_colour_or_transparency_are_kept_with_what_stands_beside_them(tmp_path, channels, mode):
    deep = RANDOM.integers(0, 65536, (5, 6, channels), dtype=np.uint16)
    made = BytesIO()
    writer = png.Writer(6, 5, greyscale=channels == 2, alpha=channels != 3, bitdepth=16, gamma=0.5)
    writer.write(made, deep.reshape(5, -1).tolist())
    (tmp_path / "one.png").write_bytes(made.getvalue())
    picture = again(tmp_path / "one.png", tmp_path / "two.png")
    found = open_picture(tmp_path / "two.png")
    assert picture.pixels.dtype == np.uint16
    assert (found.pixels == deep[..., : found.pixels.shape[-1]]).all()
    assert (found.alpha is None) or (found.alpha == deep[..., -1]).all()
    assert b"gAMA" in (tmp_path / "two.png").read_bytes()


def test_a_palette_becomes_colour_and_its_transparency_stays(tmp_path):
    picture = Image.fromarray(COLOUR).quantize(8)
    picture.save(tmp_path / "one.png", transparency=0)
    found = open_picture(tmp_path / "one.png")
    assert found.pixels.shape == (9, 7, 3)
    assert set(np.unique(found.alpha)) == {0, 255}


@pytest.mark.parametrize(
    ("mode", "name", "message"),
    [
        ("RGBA", "clean.jpg", "cannot hold transparency"),
        ("RGB", "clean.xyz", "must end in .png"),
        ("I;16", "c.jpg", "16 bits"),
    ],
)
def test_a_format_that_would_lose_something_is_refused(tmp_path, mode, name, message):
    array = np.zeros((4, 4), np.uint16) if mode == "I;16" else np.zeros((4, 4, len(mode)), np.uint8)
    Image.fromarray(array).save(tmp_path / "one.png")
    with pytest.raises(VaeworksError, match=message):
        again(tmp_path / "one.png", tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_file_that_is_cut_short_is_refused_by_name(tmp_path):
    Image.fromarray(RANDOM.integers(0, 256, (99, 99, 3), dtype=np.uint8)).save(tmp_path / "one.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "one.png").read_bytes()[:2000])
    with pytest.raises(VaeworksError, match=r"cut\.png is no whole picture"):
        open_picture(tmp_path / "cut.png")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(VaeworksError, match=r"cannot read .*none\.png: no such file"):
        open_picture(tmp_path / "none.png")


def test_a_tiff_of_sixteen_bits_of_colour_is_refused_rather_than_cut_down(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "one.tif", RANDOM.integers(0, 65536, (5, 6, 3), dtype=np.uint16), photometric="rgb")
    with pytest.raises(VaeworksError, match=r"one\.tif has colour of more than 8 bits"):
        open_picture(tmp_path / "one.tif")
