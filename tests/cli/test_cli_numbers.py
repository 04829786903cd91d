"""A kind that the shell knows from one line in the table of kinds has every shared verb, and its own."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from vaeworks import load

pytestmark = pytest.mark.usefixtures("numbers")
FOLDER = Path(__file__).parents[1] / "made_up" / "numbers"
SMALL = ("--epochs", "3", "--given", "3", "--device", "cpu")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    path = tmp_path_factory.mktemp("numbers") / "rows.npy"
    np.save(path, np.random.default_rng(0).normal(size=(200, 5)))
    return path


@pytest.fixture(scope="module")
def model(vae, numbers, rows):
    folder = rows.parent / "model"
    assert vae("fit", "numbers", rows, "--out", folder, *SMALL).code == 0
    return folder


def test_the_made_up_kind_is_short():
    assert sum(len(path.read_text().splitlines()) for path in FOLDER.glob("*.py")) < 150


def test_a_fit_takes_its_parameters_as_options_and_names_its_figures(vae, rows, tmp_path):
    figures = vae("fit", "numbers", rows, "--out", tmp_path / "model", *SMALL, "--json").json()
    assert figures["epochs"] == 3
    assert load(tmp_path / "model").get_params()["given"] == 3


def test_a_mistake_names_its_option(vae, rows, tmp_path):
    said = vae("fit", "numbers", rows, "--out", tmp_path / "model", "--given", "0").refusal()
    assert said == "--given must be a whole number of at least 1, not 0"


def test_it_is_measured_by_the_rows_that_its_fit_held_out(vae, model):
    figures = vae("evaluate", model, "--samples", "20", "--json").json()
    assert (figures["dataset"], figures["split"]) == ("rows.npy", "held out")
    assert 0 < figures["examples"] < 50
    assert figures["negative_importance_bound_nats"] < figures["negative_elbo_nats"]
    assert json.loads((model / "metrics.json").read_text())["examples"] == figures["examples"]


def test_its_codes_are_those_of_python(vae, model, rows, tmp_path):
    assert vae("encode", model, rows, "--out", tmp_path / "codes.parquet", "--json").json()["rows_written"] == 200
    written = np.asarray(pyarrow.parquet.read_table(tmp_path / "codes.parquet"))
    np.testing.assert_array_equal(written.astype(np.float32), load(model).transform(np.load(rows)))


def test_its_own_verb_says_what_python_says(vae, model, rows):
    foretold = [row["foretold"] for row in vae("predict", model, rows, "--json").json()["rows"]]
    np.testing.assert_allclose(foretold, load(model).predict(np.load(rows)))


def test_its_report_is_a_page(vae, model, tmp_path):
    assert vae("report", model, "--out", tmp_path / "page.html").code == 0
    assert "NumbersVAE on rows.npy" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_fit_goes_on_from_it(vae, model, rows, tmp_path):
    words = ("--from", model, "--only", "prior", "--epochs", "1", "--out", tmp_path / "further")
    assert vae("fit", "numbers", rows, *words).code == 0
    before, after = load(model), load(tmp_path / "further")
    np.testing.assert_array_equal(after.transform(np.load(rows)), before.transform(np.load(rows)))


def test_a_verb_that_it_lacks_is_refused_by_name(vae, model):
    said = vae("sample", model).refusal()
    assert said == "a model of kind numbers cannot sample: the kinds that can are text, image, tabular"


def test_help_names_it(vae):
    assert "predict" in vae("--help").out
    assert "For a model of kind numbers" in vae("predict", "--help").out
    assert "How many of the numbers of a row are given" in vae("fit", "numbers", "--help").out
