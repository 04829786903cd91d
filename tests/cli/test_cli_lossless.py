"""Many images in one file without loss, in the shell."""

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

SMALL = (
    "--levels",
    "2",
    "--width",
    "8",
    "--latent-dim",
    "4",
    "--level-units",
    "2",
    "--epochs",
    "2",
    "--components",
    "2",
)


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """Digits as 8-bit pictures, one of them in a folder below."""
    place = tmp_path_factory.mktemp("digits")
    (place / "below").mkdir()
    for number, image in enumerate((load_digits().images[:30] * 15).astype(np.uint8)):
        Image.fromarray(image).save(place / ("below" if number == 29 else "") / f"{number:02d}.png")
    return place


@pytest.fixture(scope="session")
def model(vae, images, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "digits"
    data = tmp_path_factory.mktemp("data") / "digits.npy"
    np.save(data, (load_digits().images * 15).astype(np.uint8))
    result = vae("fit", "image", data, "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


def test_a_folder_comes_back_to_the_last_pixel_or_one_picture_of_it(vae, model, images, tmp_path):
    said = vae("compress", model, images, "--out", tmp_path / "all.vae", "--json").json()
    assert said["pictures"] == 30
    assert said["bits_per_dim"] == pytest.approx(8 * said["bytes"] / (30 * 64))
    assert vae("decompress", tmp_path / "all.vae", "--model", model, "--out", tmp_path / "out").code == 0
    names = sorted(path.relative_to(images) for path in images.rglob("*.png"))
    assert sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.png")) == names
    for name in names:
        with Image.open(images / name) as before, Image.open(tmp_path / "out" / name) as after:
            assert (before.mode, before.tobytes()) == (after.mode, after.tobytes())
    one = ("--only", "below/29.png", "--out", tmp_path / "one.png")
    assert vae("decompress", tmp_path / "all.vae", "--model", model, *one).code == 0
    assert (tmp_path / "one.png").exists()


def test_images_of_another_size_are_refused(vae, model, tmp_path):
    Image.fromarray(np.zeros((9, 8), np.uint8)).save(tmp_path / "odd.png")
    result = vae("compress", model, tmp_path / "odd.png", "--out", tmp_path / "odd.vae")
    assert result.code == 2
    assert "8 x 9 and grey, and this model's are 8 x 8" in result.err


def test_a_prior_that_does_not_factorise_is_refused_by_name(vae, model, images, tmp_path):
    words = ("--from", model, "--only", "prior", "--prior", "flow", "--epochs", "1")
    data = tmp_path / "digits.npy"
    np.save(data, (load_digits().images[:100] * 15).astype(np.uint8))
    assert vae("fit", "image", data, *words, "--out", tmp_path / "flow").code == 0
    result = vae("compress", tmp_path / "flow", images, "--out", tmp_path / "all.vae")
    assert result.code == 2
    assert "'flow' cannot compress" in result.err
