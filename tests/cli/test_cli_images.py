"""The verbs of images, on pictures in class folders."""

import csv
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from vaeworks import load
from vaeworks.datasets import read_image
from vaeworks.held_out import held_out

SMALL = ("--epochs", "2", "--latent-dim", "2", "--batch-size", "20", "--width", "4")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Forty grey pictures of 10 x 8 in two class folders."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for name, level in (("dark", 40), ("light", 200)):
        (folder / name).mkdir()
        for row in range(20):
            pixels = (level + random.integers(-30, 30, (10, 8))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{row}.png")
    return folder


@pytest.fixture(scope="session")
def image_model(vae, pictures, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "pictures"
    result = vae("fit", "image", pictures, "--levels", "2", "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


def size(path):
    with Image.open(path) as picture:
        return picture.size


def test_fit_says_what_it_made(vae, pictures, tmp_path):
    said = vae("fit", "image", pictures, "--label", "", "--out", tmp_path / "m", *SMALL, "--json").json()
    assert said["epochs"] == 2
    model = load(tmp_path / "m")
    assert (model.reader_.shape, model.reader_.likelihood, model.reader_.classes) == ((1, 10, 8), "logistic", None)


def test_evaluate_measures_and_remembers(vae, image_model, pictures, tmp_path):
    own = shutil.copytree(image_model, tmp_path / "own")
    figures = vae("evaluate", own, pictures, "--samples", "3", "--json").json()
    assert figures["examples"] == 40
    assert 0 <= figures["accuracy"] <= 1
    assert figures["kl_nats_level_2"] == figures["kl_per_level_nats"][1]
    assert json.loads((own / "metrics.json").read_text())["bits_per_dim_elbo"] == figures["bits_per_dim_elbo"]


@pytest.mark.parametrize(
    ("words", "columns", "rows"),
    [
        (["sample", "{model}", "-n", "6", "--label", "light"], 3, 2),
        (["sample", "{model}", "-n", "4", "--temperature", "0.5"], 2, 2),
        (["reconstruct", "{model}", "{a}"], 2, 1),
        (["interpolate", "{model}", "{a}", "{b}", "--steps", "5"], 5, 1),
        (["traverse", "{model}", "{a}", "--units", "2", "--steps", "3"], 3, 2),
        (["manifold", "{model}", "--side", "4"], 4, 4),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_picture_is_written(vae, image_model, pictures, tmp_path, words, columns, rows):
    places = {"model": image_model, "a": pictures / "dark" / "0.png", "b": pictures / "light" / "0.png"}
    out = tmp_path / "out.png"
    said = vae(*[word.format(**places) for word in words], "--out", out, "--json").json()
    assert said["images"] == columns * rows
    width, height = columns * 9 - 1, rows * 11 - 1
    times = -(-1000 // width)
    wide, high = size(out)
    captions = words[0] != "sample"
    assert (wide >= width * times, high > height * times) == (True, captions)
    with Image.open(out) as picture:
        sheet = np.asarray(picture)[high - height * times :: times, wide - width * times :: times]
    assert sheet.shape == (height, width)
    assert (sheet[10::11] == 255).all()
    assert (wide > width * times) == (words[0] in ("traverse", "manifold"))


@pytest.mark.parametrize("out", ["drawn", "drawn.npz"])
def test_images_are_drawn_each_for_itself(vae, image_model, tmp_path, out):
    assert vae("sample", image_model, "-n", "12", "--out", tmp_path / out, "--json").json()["images"] == 12
    drawn = load(image_model).sample(12, random_state=0)
    if out.endswith(".npz"):
        np.testing.assert_allclose(np.load(tmp_path / out)["images"], drawn)
    else:
        files = sorted((tmp_path / out).iterdir())
        assert [file.name for file in files] == [f"{number:02d}.png" for number in range(1, 13)]
        np.testing.assert_array_equal(read_image(files[2]), drawn[2].round().clip(0, 255))


def test_without_data_what_was_held_out_is_judged(vae, image_model, tmp_path):
    own = shutil.copytree(image_model, tmp_path / "own")
    figures = vae("evaluate", own, "--samples", "0", "--seed", "5", "--json").json()
    assert (figures["split"], figures["examples"]) == ("held out", int(held_out(0, 40, 0.1).sum()))


def test_pictures_are_resized_as_those_of_the_fit_were(vae, pictures, tmp_path):
    assert vae("fit", "image", pictures, "--resize", "6", "--out", tmp_path / "m", *SMALL).code == 0
    picture = pictures / "dark" / "0.png"
    assert vae("reconstruct", tmp_path / "m", picture, "--out", tmp_path / "r.png").code == 0
    assert vae("encode", tmp_path / "m", pictures, "--out", tmp_path / "z.npz", "--json").json()["rows_written"] == 40


def test_predict_reads_pictures(vae, image_model, pictures):
    given = [pictures / name / "0.png" for name in ("dark", "light")]
    rows = vae("predict", image_model, *given, "--json").json()["rows"]
    assert [set(row) for row in rows] == [{"picture", "class", "probability"}] * 2


def test_a_folder_is_predicted_into_a_file(vae, image_model, pictures, tmp_path):
    out = tmp_path / "labels.csv"
    written = vae("predict", image_model, pictures, "--out", out, "--json").json()["rows_written"]
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == written == len(list(pictures.rglob("*.png")))
    one = vae("predict", image_model, rows[3]["picture"], "--json").json()["rows"][0]
    assert {name: str(value) for name, value in one.items()} == rows[3]


def test_codes_of_pictures_say_whose_they_are(vae, image_model, pictures, tmp_path):
    out = tmp_path / "codes.csv"
    assert vae("encode", image_model, pictures, "--out", out).code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert sorted(row["picture"] for row in rows) == sorted(
        file.relative_to(pictures).as_posix() for file in pictures.rglob("*.png")
    )
    image = read_image(pictures / rows[2]["picture"])
    code = load(image_model).transform(image[None])[0]
    np.testing.assert_allclose([float(value) for name, value in rows[2].items() if name != "picture"], code, rtol=1e-4)


def test_encode_writes_a_row_an_image(vae, image_model, pictures, tmp_path):
    assert vae("encode", image_model, pictures, "--out", tmp_path / "z.npz", "--json").json()["rows_written"] == 40
    assert np.load(tmp_path / "z.npz")["codes"].shape == (40, 2)


@pytest.mark.slow
def test_a_report_shows_pictures(vae, image_model, pictures, tmp_path):
    assert vae("report", image_model, pictures, "--out", tmp_path / "r.html").code == 0
    page = (tmp_path / "r.html").read_text()
    assert "Reconstructions" in page
    assert "64 images in 8 columns" in page


def test_mistakes_are_one_sentence(vae, image_model, model, pictures, tmp_path):
    wrong = vae("fit", "image", pictures, "--label", "shade", "--out", tmp_path / "m", *SMALL).refusal()
    assert "its labels are called class" in wrong
    assert "must end in .png" in vae("sample", image_model, "--out", tmp_path / "a.txt").refusal()
    assert "no class 'pink'" in vae("sample", image_model, "--label", "pink", "--out", tmp_path / "a.png").refusal()
    assert "cannot manifold" in vae("manifold", model, "--out", tmp_path / "a.png").refusal()
    assert "cannot be read" in vae("predict", image_model, tmp_path / "none.png").refusal()
