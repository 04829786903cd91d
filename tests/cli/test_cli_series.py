"""The verbs of series."""

import csv

import numpy as np
import pytest
from PIL import Image

SMALL = ("--history", "24", "--horizon", "6", "--width", "16", "--epochs", "3", "--batch-size", "16")


@pytest.fixture(scope="session")
def energy(tmp_path_factory):
    path, random = tmp_path_factory.mktemp("series") / "energy.csv", np.random.default_rng(0)
    hours = np.datetime64("2024-01-01T00:00") + np.arange(240).astype("timedelta64[h]")
    load = 10 + 3 * np.sin(np.arange(240) * 2 * np.pi / 24) + random.normal(size=240) / 4
    rows = [f"{hour},{value:.3f},{20 - value:.3f},x" for hour, value in zip(hours, load, strict=True)]
    path.write_text("time,load,wind,site\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model(vae, energy, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "energy"
    result = vae("fit", "forecast", energy, "--column", "load", "--column", "wind", "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


def test_a_forecast_is_written_and_drawn(vae, model, energy, tmp_path):
    result = vae("predict", model, energy, "--out", tmp_path / "next.csv", "--plot", tmp_path / "next.png", "--json")
    assert result.json()["rows_written"] == 6
    with (tmp_path / "next.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["time"] for row in rows][:2] == ["2024-01-11 00:00:00", "2024-01-11 01:00:00"]
    assert all(float(row["load_low"]) < float(row["load"]) < float(row["load_high"]) for row in rows)
    with Image.open(tmp_path / "next.png") as picture:
        assert picture.width > 500


def test_without_a_file_the_rows_are_shown(vae, model, energy):
    narrow, wide = (
        vae("predict", model, energy, "--level", level, "--json").json()["rows"][0] for level in ("0.5", "0.95")
    )
    assert wide["wind_low"] < narrow["wind_low"] < narrow["wind_high"] < wide["wind_high"]


def test_evaluate_judges_the_tail_that_the_fit_held_out(vae, model):
    figures = vae("evaluate", model, "--samples", "5", "--json").json()
    assert figures["split"] == "held out"
    assert figures["examples"] == 24 - 6 + 1
    assert 0 < figures["crps"] < 3
    assert 0 <= figures["coverage_90"] <= 1


def test_codes_and_a_report_are_written(vae, model, energy, tmp_path):
    written = vae("encode", model, energy, "--out", tmp_path / "z.csv", "--json").json()["rows_written"]
    assert written == 240 - 24 - 6 + 1
    vae("report", model, "--out", tmp_path / "report.html")
    assert "Forecast of load" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_mistake_is_one_sentence(vae, model, energy, tmp_path):
    lines = energy.read_text(encoding="utf-8").splitlines()
    (tmp_path / "short.csv").write_text("\n".join(lines[:9]) + "\n", encoding="utf-8")
    told = vae("predict", model, tmp_path / "short.csv").err
    assert "the series has 8 rows, but the model reads 24: bring more" in told
    assert "is between 0 and 1, not 90.0" in vae("predict", model, energy, "--level", "90").refusal()
    assert "has no column 'sun'" in vae("fit", "forecast", energy, "--column", "sun", "--out", tmp_path / "m").err
    told = vae("fit", "forecast", energy, "--history", "400", "--out", tmp_path / "m").err
    assert "one window of history and horizon takes 424: ask for a shorter" in told
