"""From picture files to one small file and back, in the shell."""

import numpy as np
import pytest
from PIL import Image

from vaeworks.pixels.photos import psnr

from ..denoiser.conftest import waves

SMALL = ("--width", "16", "--latent-dim", "4", "--repair", "8", "--patch", "64", "--epochs", "8", "--batch-size", "4")


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """A photo as a camera leaves it, one with transparency, a grey one, and one in a folder below."""
    place = tmp_path_factory.mktemp("photos")
    exif = Image.Exif()
    exif[274], exif[271] = 6, "A maker"
    Image.fromarray(waves(1, 80, 60)[0]).save(place / "camera.jpg", exif=exif, icc_profile=b"profile", dpi=(300, 300))
    clear = np.concatenate([waves(1, 40, 50, seed=1)[0], np.arange(2000).reshape(40, 50, 1) % 256], -1)
    Image.fromarray(clear.astype(np.uint8)).save(place / "clear.png")
    Image.fromarray(waves(1, 33, 47, seed=2)[0][..., 0]).save(place / "grey.png")
    (place / "below").mkdir()
    Image.fromarray(waves(1, 64, 64, seed=3)[0]).save(place / "below" / "deep.png")
    return place


@pytest.fixture(scope="session")
def model(vae, photos, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "codec"
    data = tmp_path_factory.mktemp("waves") / "waves.npy"
    np.save(data, np.stack(waves(24, 96, 96)))
    result = vae("fit", "codec", data, "--out", out, *SMALL, "--averaging", ".9", "--learning-rate", ".005")
    assert result.code == 0, result.err
    return out


@pytest.fixture
def archive(vae, model, photos, tmp_path):
    vae("compress", model, photos, "--quality", "80", "--out", tmp_path / "all.vae")
    return tmp_path / "all.vae"


def test_a_folder_comes_back_with_names_sizes_and_all_that_belongs_to_a_picture(vae, model, photos, archive, tmp_path):
    said = vae("decompress", archive, "--out", tmp_path / "out", "--model", model, "--json").json()
    assert said["pictures"] == 4
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert names == {"camera.jpg.png", "clear.png", "grey.png", "below/deep.png"}
    with Image.open(tmp_path / "out" / "camera.jpg.png") as camera, Image.open(photos / "camera.jpg") as before:
        assert camera.size == before.size
        assert (camera.getexif()[274], camera.getexif()[271]) == (6, "A maker")
        assert camera.info["icc_profile"] == b"profile"
        assert psnr(np.asarray(before), np.asarray(camera)) > 25
    with Image.open(tmp_path / "out" / "clear.png") as clear, Image.open(photos / "clear.png") as before:
        assert (np.asarray(clear)[..., 3] == np.asarray(before)[..., 3]).all()
    with Image.open(tmp_path / "out" / "grey.png") as grey:
        assert grey.mode == "L"


def test_the_model_is_found_near_the_file_or_named(vae, model, archive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    missing = vae("decompress", archive, "--out", tmp_path / "out")
    assert missing.code == 2
    assert "the model that wrote" in missing.err
    assert "digest" in missing.err
    (model.parent / "other" / "config.json").parent.mkdir(exist_ok=True)
    (model.parent / "other" / "config.json").write_text("of another program")
    monkeypatch.chdir(model.parent)
    assert vae("decompress", archive, "--out", tmp_path / "out", "--only", "grey.png").code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["grey.png"]


def test_a_file_says_what_is_in_it(vae, archive, model):
    said = vae("codec-info", archive, "--json").json()
    assert (said["kind"], said["model"], said["pictures"]) == ("codec", model.name, 4)
    assert {"name": "grey.png", "width": 47, "height": 33, "channels": 1} in said["items"]


def test_a_higher_quality_is_larger(vae, model, photos, tmp_path):
    sizes = [
        vae("compress", model, photos / "camera.jpg", "--quality", q, "--out", tmp_path / "a.vae", "--json").json()
        for q in (10, 90)
    ]
    assert sizes[0]["bytes"] < sizes[1]["bytes"]


def test_levels_to_judge_by_may_follow_one_another_and_a_report_shows_both_curves(vae, model, photos, tmp_path):
    figures = vae("evaluate", model, photos, "--quality", "20", "60", "--samples", "0", "--json").json()
    assert {"bits_per_pixel_at_20", "psnr_at_60_db"} <= figures.keys()
    assert vae("report", model, photos, "--out", tmp_path / "report.html").code == 0
    assert "Error against bits" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("compress {model} {photos}/none.png --out a.vae", "no such file"),
        ("compress {model} {photos} --out a.zip", "a.zip must end in .vae"),
        ("compress {model} {photos}/grey.png --quality 101 --out a.vae", "less than or equal to 100"),
        ("decompress {photos}/grey.png --out a.png", "was not written by vae compress"),
        ("decompress {archive} --out a.png", "holds 4 pictures: name a folder"),
        ("decompress {archive} --out a.jpg --only grey.png", "a.jpg would change the pixels again: write a png"),
        ("decompress {archive} --out a --only b.png", "holds no 'b.png'"),
        ("decompress {archive} --out a --model natural", "natural did not write"),
        ("codec-info {photos}/none.vae", "cannot read"),
    ],
)
def test_mistakes_are_one_sentence(vae, model, photos, archive, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    result = vae(*words.format(model=model, photos=photos, archive=archive).split())
    assert (result.code, message in result.err) == (2, True), result.err
    assert len(result.err.strip().splitlines()) == 1


def test_nothing_that_is_there_is_replaced_and_no_two_pictures_become_one(vae, model, archive, tmp_path):
    out = ("--out", tmp_path / "out", "--model", model)
    assert vae("decompress", archive, *out).code == 0
    again = vae("decompress", archive, *out)
    assert (again.code, "exists already" in again.err) == (2, True)
    (tmp_path / "two").mkdir()
    for name in ("a.jpg", "a.jpg.png"):
        Image.fromarray(waves(1, 20, 20)[0]).save(tmp_path / "two" / name)
    vae("compress", model, tmp_path / "two", "--out", tmp_path / "two.vae")
    both = vae("decompress", tmp_path / "two.vae", "--out", tmp_path / "three", "--model", model)
    assert (both.code, "written to one place" in both.err) == (2, True)


def test_what_grew_is_said_and_of_many_frames_only_the_first_is_read(vae, model, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    frames = [Image.fromarray(noise), Image.fromarray(255 - noise)]
    frames[0].save(tmp_path / "two.tif", save_all=True, append_images=frames[1:])
    Image.fromarray(np.zeros((40, 40), np.uint8)).save(tmp_path / "noise.png")
    said = vae("compress", model, tmp_path / "two.tif", "--quality", "100", "--out", tmp_path / "a.vae")
    assert "holds 2 pictures, of which only the first" in said.err
    Image.fromarray(noise).save(tmp_path / "noise.webp", quality=1)
    said = vae("compress", model, tmp_path / "noise.webp", "--quality", "100", "--out", tmp_path / "b.vae")
    assert "is larger than what it holds took before" in said.err


@pytest.mark.parametrize("mode", ["CMYK", "P", "YCbCr", "L", "RGB"])
def test_a_tiff_of_any_colours_comes_back_as_one_that_can_be_read(vae, model, tmp_path, mode):
    exif = Image.Exif()
    exif[271] = "A maker"
    picture = Image.fromarray(waves(1, 40, 64, seed=6)[0]).convert(mode)
    picture.save(tmp_path / "a.tif", exif=exif)
    assert vae("compress", model, tmp_path / "a.tif", "--quality", "90", "--out", tmp_path / "a.vae").code == 0
    assert vae("decompress", tmp_path / "a.vae", "--out", tmp_path / "b.tif", "--model", model).code == 0
    with Image.open(tmp_path / "a.tif") as before, Image.open(tmp_path / "b.tif") as after:
        expected = before.convert("RGB")
        assert after.size == expected.size
        assert psnr(np.asarray(expected), np.asarray(after.convert("RGB"))) > 18
