"""A linear-Gaussian conditional model through every floor: its likelihood given the condition is a regression's.

Rows are (c, x) with x = A c + B u + noise, u of two units, so x | c is normal with mean A c and covariance B B' + s^2.
"""

import json
import logging

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from vaeworks import load
from vaeworks.storage.session import Session

from ..toys import CtrlC

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(0)
    given, hidden = random.normal(size=(600, 2)), random.normal(size=(600, 2))
    A, B = random.normal(size=(2, 4)), random.normal(size=(2, 4))
    return np.hstack([given, given @ A + hidden @ B + 0.5 * random.normal(size=(600, 4))]).astype(np.float32)


def best_likelihood(rows):
    """Mean log p(x | c) of the maximum-likelihood model: least squares, and probabilistic PCA of its residuals."""
    given, foretold = np.hstack([rows[:, :2], np.ones((len(rows), 1))]).astype(float), rows[:, 2:].astype(float)
    residuals = foretold - given @ np.linalg.lstsq(given, foretold, rcond=None)[0]
    values, vectors = np.linalg.eigh(np.cov(residuals.T, bias=True))
    noise = values[:2].mean()
    loadings = vectors[:, 2:] * np.sqrt(values[2:] - noise)
    covariance = loadings @ loadings.T + noise * np.eye(4)
    return multivariate_normal(np.zeros(4), covariance).logpdf(residuals).mean()


@pytest.fixture(scope="module")
def fitted(numbers, rows):
    return numbers(validation_fraction=0.0, device="cpu").fit(rows)


def test_a_fit_reaches_the_likelihood_of_regression_and_probabilistic_pca(fitted, rows):
    figures = fitted.evaluate(rows, samples=200)
    exact = best_likelihood(rows)
    assert figures["negative_elbo_nats"] == pytest.approx(-exact, abs=0.06)
    assert figures["negative_importance_bound_nats"] == pytest.approx(-exact, abs=0.04)
    assert figures["negative_elbo_nats"] > -exact - 0.02


def test_it_foretells_what_least_squares_foretells(fitted, rows):
    given = np.hstack([rows[:, :2], np.ones((len(rows), 1))])
    expected = given @ np.linalg.lstsq(given, rows[:, 2:], rcond=None)[0]
    assert np.abs(fitted.predict(rows) - expected).mean() < 0.15


def test_diagnosis_judges_it_by_the_rate_and_calls_it_healthy(fitted, rows):
    figures = fitted.evaluate(rows, samples=0)
    assert (figures["collapsed"], figures["active_units"]) == (False, 2)
    assert figures["mutual_information_nats"] is None
    assert figures["kl_nats"] > 1


def test_a_fit_of_noise_around_what_is_given_is_said_to_have_collapsed(numbers, rows, caplog):
    """Nothing but independent noise is left to z, although its codes differ from row to row with the condition."""
    random = np.random.default_rng(1)
    plain = np.hstack([rows[:, :2], 3 * rows[:, :2] + random.normal(size=(600, 2))]).astype(np.float32)
    with caplog.at_level(logging.WARNING):
        model = numbers(device="cpu").fit(plain)
    assert model.metrics_["fit"]["held_out"]["collapsed"] is True
    assert "the posterior collapsed: z holds 0." in caplog.text


def test_saved_and_loaded_it_answers_alike(fitted, rows, tmp_path):
    fitted.save(tmp_path / "model")
    again = load(tmp_path / "model")
    for verb in ("transform", "predict", "score_samples"):
        np.testing.assert_array_equal(getattr(again, verb)(rows[:50]), getattr(fitted, verb)(rows[:50]))
    assert json.loads((tmp_path / "model" / "config.json").read_text())["kind"] == "numbers"
    assert "2 of 6 numbers are given" in (tmp_path / "model" / "card.md").read_text()


def test_a_resumed_fit_is_the_one_that_was_never_interrupted(numbers, rows, tmp_path):
    settings = {"epochs": 6, "device": "cpu"}
    whole = numbers(**settings).fit(rows)
    with pytest.raises(KeyboardInterrupt):
        numbers(**settings).fit(rows, session=Session(tmp_path / "m", monitors=[CtrlC(25)]))
    resumed = numbers(**settings).fit(rows, session=Session(tmp_path / "m", resume=True))
    np.testing.assert_array_equal(resumed.transform(rows), whole.transform(rows))
    assert len(resumed.history_) == 6


def test_it_goes_on_from_where_it_stood(fitted, rows):
    from copy import deepcopy

    before = fitted.score(rows)
    after = deepcopy(fitted).set_params(epochs=1, learning_rate=1e-9, averaging=None).go_on(rows)
    assert after.score(rows) == pytest.approx(before, abs=1e-3)
