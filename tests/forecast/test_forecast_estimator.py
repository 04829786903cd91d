"""`ForecastVAE`: against series whose exact forecast is known."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats
from torch.testing import assert_close

from vaeworks import ForecastVAE, VaeworksError, load
from vaeworks.core.batch import Batch
from vaeworks.datasets.series.series import Series
from vaeworks.forecast.data import SeriesReader

ROOT, NOISE, HORIZON = 0.9, 0.5, 4


def walk(steps, seed=0):
    """x' = 0.9 x + noise: what comes after x is normal, with a mean and covariance that are known."""
    random, values = np.random.default_rng(seed), np.zeros(steps)
    for step in range(1, steps):
        values[step] = ROOT * values[step - 1] + NOISE * random.normal()
    return values


def exact(last):
    """The distribution of the next steps."""
    steps = np.arange(1, HORIZON + 1)
    shared = np.minimum.outer(steps, steps)
    powers = np.add.outer(steps, steps)[..., None] - 2 * np.arange(1, HORIZON + 1)
    covariance = NOISE**2 * np.where(np.arange(1, HORIZON + 1) <= shared[..., None], ROOT**powers, 0.0).sum(-1)
    return ROOT**steps * last, covariance


def small(**settings):
    sizes = {"history": 12, "horizon": HORIZON, "width": 32, "latent_dim": 4}
    return ForecastVAE(**{**sizes, "epochs": 30, "device": "cpu", "likelihood": "normal", "dropout": 0.0, **settings})


@pytest.fixture(scope="module")
def walker():
    return small().fit(walk(4000))


def test_the_bound_comes_near_the_exact_likelihood_and_not_above_it(walker):
    series = walk(1500, seed=1)
    bounds = walker.score_samples(series)
    starts = np.arange(12, len(series) - HORIZON + 1)
    truth = [
        stats.multivariate_normal(*exact(series[start - 1])).logpdf(series[start : start + HORIZON]) for start in starts
    ]
    assert len(bounds) == len(truth)
    assert bounds.mean() <= np.mean(truth) + 0.05
    assert bounds.mean() >= np.mean(truth) - 0.25
    figures = walker.evaluate(series, samples=100)
    assert -figures["negative_importance_bound_nats"] == pytest.approx(np.mean(truth), abs=0.15)
    assert figures["kl_nats"] > 0.3  # steps hang together, which only z can say
    assert not figures["collapsed"]


def test_draws_are_paths_as_the_truth_has_them(walker):
    series = walk(400, seed=2)
    deviations = np.sqrt(np.diag(exact(0.0)[1]))
    off, ratios, correlations = [], [], []
    for stop in range(100, 400, 10):
        paths = walker.paths(series[:stop], 1000)[..., 0]
        off.append(np.abs(paths.mean(0) - exact(series[stop - 1])[0]))
        ratios.append(paths.std(0) / deviations)
        correlations.append(np.corrcoef(paths.T))
    assert np.mean(off) < 0.2
    assert np.mean(ratios, axis=0) == pytest.approx(1.0, abs=0.15)
    truth = exact(0.0)[1] / np.outer(deviations, deviations)
    assert np.abs(np.mean(correlations, axis=0) - truth).max() < 0.1


def test_intervals_hold_what_they_say_and_the_score_is_near_the_best(walker):
    series = walk(2000, seed=3)
    figures = walker.evaluate(series, samples=0)
    assert figures["coverage_90"] == pytest.approx(0.9, abs=0.03)
    deviations = np.sqrt(np.diag(exact(0.0)[1]))
    best = deviations.mean() / math.sqrt(math.pi)  # of a normal forecast that is the truth (Gneiting & Raftery 2007)
    assert best * 0.95 < figures["crps"] < best * 1.08


def test_units_shift_the_bound_and_scale_the_forecast():
    values, factor = walk(600), 1000.0
    one, other = (small(epochs=3).fit(factor_ * values) for factor_ in (1.0, factor))
    shift = one.score(values) - other.score(factor * values)
    assert shift == pytest.approx(HORIZON * math.log(factor), abs=0.02)
    assert other.predict(factor * values) == pytest.approx(factor * one.predict(values), rel=1e-2, abs=2.0)


def test_what_was_not_observed_counts_nothing_whatever_stands_there(walker):
    values = walk(40, seed=4)
    values[[5, 14, 20, 21, 22, 23, 30]] = np.nan
    [batch] = walker.batches(values)
    model = walker.model_.eval()
    torch.manual_seed(0)
    usual = model.evidence(batch).elbo()
    filled = torch.where(batch.observed, batch.target, torch.tensor(1e6))
    other = Batch(batch.input, target=filled, observed=batch.observed, condition=batch.condition)
    torch.manual_seed(0)
    assert torch.equal(model.evidence(other).elbo(), usual)
    assert usual.isfinite().all()


def test_a_window_of_which_nothing_came_is_left_out(walker):
    values = walk(40, seed=4)
    values[20:30] = np.nan
    starts = walker.reader_.data(values, None, walker).starts
    assert 24 not in starts  # 24 to 27
    assert 19 in starts


def test_the_prior_never_sees_the_future(walker):
    [batch, *_] = walker.batches(walk(60, seed=5))
    model = walker.model_.eval().requires_grad_(True)
    future = batch.target.clone().requires_grad_()
    [level] = model.evidence(Batch(future, observed=batch.observed, condition=batch.condition)).levels
    assert torch.autograd.grad(level.posterior.mean.sum(), future, retain_graph=True)[0].abs().sum() > 0
    for part in (level.prior.mean, level.prior.stddev):
        assert torch.autograd.grad(part.sum(), future, retain_graph=True, allow_unused=True)[0] is None


def test_training_and_judging_windows_share_no_step():
    values = walk(200)
    model = small(validation_fraction=0.25)
    reader, data, judged_by = model.Reader.learn(values, None, model, 0.25)
    assert data.starts.max() + HORIZON <= 150 <= judged_by.starts.min()
    left = Series(values[:, None], None, ("x0",)).held_out(0.25)
    assert np.array_equal(reader.data(left, None, model).starts, judged_by.starts)


def test_the_student_likelihood_is_scipy_s():
    model = small(likelihood="student", epochs=1).fit(walk(200))
    [batch, *_] = model.batches(walk(40, seed=6))
    with torch.no_grad():
        _, z, condition = model.model_.descend(batch, lambda prior, posterior: prior.mean)
        likelihood = model.model_.decoder(z, condition)
        found = likelihood.log_prob(batch.target, batch.observed)
    entries = likelihood.entries
    truth = stats.t.logpdf(batch.target.numpy(), entries.df.numpy(), entries.loc.numpy(), entries.scale.numpy())
    assert_close(found, torch.from_numpy(truth.sum((1, 2))).float(), atol=1e-3, rtol=1e-4)
    assert (entries.df > 2).all()


def test_several_columns_and_a_calendar_are_forecast():
    """The second column is the first a step later, but for noise; both follow the hour."""
    times = pd.date_range("2024-01-01", periods=800, freq="h")
    random = np.random.default_rng(0)
    load_ = 10 + 3 * np.sin(2 * np.pi * times.hour / 24) + 0.3 * random.normal(size=800)
    table = pd.DataFrame({"time": times, "load": load_, "price": np.roll(load_, 1) + 0.1 * random.normal(size=800)})
    model = small(horizon=24, history=24, epochs=20).fit(table[:700])
    assert model.reader_.columns == ("load", "price")
    assert model.reader_.calendar == 6
    found = model.predict(table[:700])
    assert found.shape == (24, 2)
    assert np.abs(found - table[700:724][["load", "price"]].to_numpy()).mean() < 0.6


def test_a_series_may_have_holes_in_its_history(walker):
    values = walk(100, seed=7)
    values[[90, 93, 97]] = np.nan
    assert np.isfinite(walker.predict(values)).all()
    values[-12:] = np.nan
    assert np.isfinite(walker.predict(values)).all()


def test_saving_keeps_the_forecast_and_the_width_of_its_intervals(walker, tmp_path):
    walker.save(tmp_path / "model")
    again, series = load(tmp_path / "model"), walk(100, seed=8)
    assert np.array_equal(again.paths(series, 50), walker.paths(series, 50))
    assert again.intervals(series, 0.5).shape == (2, HORIZON, 1)


def test_wider_levels_hold_narrower_ones(walker):
    series = walk(100, seed=9)
    narrow, wide = walker.intervals(series, 0.5), walker.intervals(series, 0.95)
    assert (wide[0] < narrow[0]).all()
    assert (narrow[1] < wide[1]).all()


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (walk(14), "13 rows to train on, but one window of history and horizon takes 16"),
        (np.ones(100), "column 'x0' is constant: leave it out"),
        (np.full(100, np.nan), "column 'x0' is empty: leave it out"),
        (np.array([1.0, np.inf] * 50), "holds an infinite number"),
        (np.zeros((2, 3, 4)), r"not an array \(2, 3, 4\)"),
        (["a", "b"], "a series is numbers"),
    ],
)
def test_series_that_are_none_are_refused(series, message):
    with pytest.raises(VaeworksError, match=message):
        small().fit(series)


def test_a_series_too_short_or_of_other_columns_is_not_continued(walker):
    with pytest.raises(VaeworksError, match="has 5 rows, but the model reads 12"):
        walker.predict(walk(5))
    with pytest.raises(VaeworksError, match="has 2 columns, but the model knows 1"):
        walker.predict(np.zeros((50, 2)))
    with pytest.raises(VaeworksError, match="is between 0 and 1, not 90"):
        walker.intervals(walk(50), 90)


def test_without_validation_the_figures_are_of_the_windows_that_trained():
    model = small(epochs=1, validation_fraction=0.0).fit(walk(60))
    assert model.metrics_["fit"]["held_out"]["examples"] == 60 - 12 - HORIZON + 1


def test_damaged_statistics_are_refused_as_they_are_read():
    state = SeriesReader(("level",), (1.0,), (2.0,), 0).to_state()
    assert SeriesReader.from_state(state).to_state() == state
    with pytest.raises(ValueError, match="could not convert"):
        SeriesReader.from_state({**state, "deviations": ["wide"]})
