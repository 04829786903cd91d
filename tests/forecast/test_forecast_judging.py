"""Scores of draws against closed forms, and the shell of series."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from vaeworks.forecast.calendar import covariates, going_on
from vaeworks.forecast.judging import bounds_of, crps, factor_for, widened


@pytest.mark.parametrize("target", [-1.0, 0.3, 2.5])
def test_crps_of_many_normal_draws_is_the_closed_form(target):
    """Gneiting & Raftery 2007, eq. 21."""
    draws = np.random.default_rng(0).normal(1.0, 2.0, (200_000, 1))
    at = (target - 1.0) / 2.0
    closed = 2.0 * (at * (2 * norm.cdf(at) - 1) + 2 * norm.pdf(at) - 1 / np.sqrt(np.pi))
    assert crps(draws, np.array([target]))[0] == pytest.approx(closed, abs=0.01)


def test_crps_of_few_draws_is_right_on_average():
    draws = np.random.default_rng(0).normal(size=(3, 200_000))
    closed = 2 * norm.pdf(0) - 1 / np.sqrt(np.pi)
    assert crps(draws, np.zeros(200_000)).mean() == pytest.approx(closed, abs=0.005)


def test_crps_of_one_certain_value_is_the_error():
    assert crps(np.full((5, 2), 3.0), np.array([1.0, 7.0])).tolist() == [2.0, 4.0]


def test_draws_that_are_too_narrow_are_widened_until_nine_of_ten_are_held():
    random = np.random.default_rng(0)
    draws, target = random.normal(0, 0.5, (2000, 4000)), random.normal(0, 1.0, 4000)
    factor = factor_for([draws], [target])
    assert factor == pytest.approx(2.0, rel=0.05)
    low, high = bounds_of(widened(draws, factor), 0.9)
    assert ((low <= target) & (target <= high)).mean() == pytest.approx(0.9, abs=0.005)
    assert np.allclose(np.median(widened(draws, factor), axis=0), np.median(draws, axis=0))


@pytest.mark.parametrize(("frequency", "cycles"), [("h", 6), ("D", 4), ("7D", 2), ("MS", 2), ("YS", 0)])
def test_a_calendar_has_the_cycles_that_are_longer_than_a_step(frequency, cycles):
    times = pd.date_range("2020-01-01", periods=50, freq=frequency).to_numpy().astype("datetime64[s]")
    found = covariates(times, 50)
    assert found.shape == (50, cycles)
    assert np.abs(found).max(initial=0.0) <= 1.0


def test_the_same_hour_is_the_same_place_of_the_day():
    times = pd.date_range("2020-01-01", periods=48, freq="h").to_numpy().astype("datetime64[s]")
    day = covariates(times, 48)[:, :2]
    assert np.allclose(day[:24], day[24:], atol=1e-4)


def test_months_are_continued():
    times = pd.date_range("2020-01-31", periods=5, freq="ME").to_numpy().astype("datetime64[s]")
    assert [str(time)[:10] for time in going_on(times, 3)] == ["2020-06-30", "2020-07-31", "2020-08-31"]
    assert going_on(None, 3) is None
