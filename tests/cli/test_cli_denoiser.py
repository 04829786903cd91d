"""The verbs of noisy pictures, from a folder to clean files."""

import numpy as np
import pytest
from PIL import Image

from vaeworks.pixels.photos import psnr

from ..denoiser.conftest import noisy, waves

SMALL = ("--width", "8", "--latent-dim", "4", "--patch", "32", "--epochs", "8", "--batch-size", "4")


def saved(photos, folder, ending="png"):
    folder.mkdir(parents=True, exist_ok=True)
    for number, photo in enumerate(photos):
        Image.fromarray(np.asarray(photo).round().clip(0, 255).astype(np.uint8)).save(folder / f"{number}.{ending}")
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Clean pictures, two of them in a folder below."""
    place = saved(waves(16), tmp_path_factory.mktemp("photos"))
    saved(waves(2, 40, 40, seed=3), place / "more")
    return place


@pytest.fixture(scope="session")
def model(vae, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "denoiser"
    result = vae("fit", "denoiser", folder, "--out", out, *SMALL, "--averaging", ".9", "--learning-rate", ".005")
    assert result.code == 0, result.err
    return out


@pytest.fixture
def spoilt(tmp_path):
    return saved(noisy(waves(3, seed=5)), tmp_path / "noisy")


def opened(path):
    return np.asarray(Image.open(path), dtype=np.float64)


def test_a_picture_is_cleaned_and_its_uncertainty_drawn(vae, model, spoilt, tmp_path):
    words = ("--sigma", "25", "--samples", "5", "--uncertainty", tmp_path / "std.png")
    said = vae("denoise", model, spoilt / "0.png", "--out", tmp_path / "clean.png", *words, "--json").json()
    clean = waves(3, seed=5)[0]
    assert psnr(clean, opened(tmp_path / "clean.png")) > psnr(clean, opened(spoilt / "0.png")) + 2
    assert 0 < said["mean_deviation"] < said["white_is"]
    assert opened(tmp_path / "std.png").max() == 255


def test_a_folder_is_cleaned_with_all_names_and_what_is_no_picture_is_said(vae, model, spoilt, tmp_path):
    saved(noisy(waves(1, seed=6)), spoilt / "below", "jpg")
    (spoilt / "notes.txt").write_text("no picture")
    (spoilt / "broken.png").write_bytes(b"no picture either")
    result = vae("denoise", model, spoilt, "--out", tmp_path / "cleaned")
    names = {path.relative_to(tmp_path / "cleaned").as_posix() for path in (tmp_path / "cleaned").rglob("*.*")}
    assert names == {"0.png", "1.png", "2.png", "below/0.jpg"}
    assert "notes.txt" in result.err
    assert "broken.png is no whole picture" in result.err
    assert "left out  1" in result.out


def test_levels_to_judge_by_may_follow_one_another(vae, model, folder):
    figures = vae("evaluate", model, folder, "--sigma", "15", "30", "--samples", "0", "--limit", "3", "--json").json()
    assert {"psnr_at_15_db", "psnr_told_at_30_db", "covered_95_at_30", "spearman_at_15"} <= figures.keys()
    assert "psnr_at_25_db" not in figures


def test_a_report_shows_strips_levels_and_intervals(vae, model, folder, tmp_path):
    assert vae("report", model, folder, "--out", tmp_path / "report.html").code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert [title in page for title in ("Pictures", "Error against the level", "Intervals")] == [True] * 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("0.png", "--out", "clean.jpeg2"), "must end in .png"),
        (("0.png", "--out", "clean.png", "--sigma", "90"), "levels of noise from 0 to 75, not 90"),
        (("none.png", "--out", "clean.png"), "no such file"),
        ((".", "--out", "cleaned", "--uncertainty", "std.png"), "--uncertainty is for one picture"),
        ((".", "--out", "."), "name another folder"),
    ],
)
def test_mistakes_are_one_sentence(vae, model, spoilt, monkeypatch, words, message):
    monkeypatch.chdir(spoilt)
    assert message in vae("denoise", model, *words).refusal()
    assert not list(spoilt.glob("clean*"))


def test_a_folder_without_pictures_is_said(vae, model, tmp_path):
    assert "holds no pictures" in vae("denoise", model, tmp_path, "--out", tmp_path / "out").refusal()


def test_codes_are_for_kinds_that_have_them(vae, model, folder, tmp_path):
    assert "cannot encode" in vae("encode", model, folder, "--out", tmp_path / "z.csv").refusal()
