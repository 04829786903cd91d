"""Forecasts beside seasonal naive ones and exponential smoothing: CRPS and coverage, over origins of an unseen tail.

python benchmarks/forecast_series.py [--validation]     # needs statsmodels: pip install statsmodels

The last fifth of each series is the test tail; with --validation the tail of the rest is judged, and nothing recorded.
"""

import sys
import time
import warnings
from dataclasses import dataclass, replace

import numpy as np
from recorded import record
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from vaeworks import ForecastVAE, datasets
from vaeworks.datasets.series.series import Series
from vaeworks.forecast.judging import bounds_of, crps

DRAWS, SEEDS = 400, (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Task:
    """One series: what is read and forecast, its season, every how many steps a forecast is made, and how ETS adds."""

    history: int
    horizon: int
    season: int
    every: int
    trend: str | None
    settings: dict


TASKS = {
    "co2": Task(history=104, horizon=26, season=52, every=4, trend="add", settings={}),
    "elnino": Task(history=60, horizon=12, season=12, every=1, trend=None, settings={}),
}


def ours(train: Series, whole: Series, origins: list[int], task: Task, seed: int) -> np.ndarray:
    """Draws (origins, S, H)."""
    sizes = {"history": task.history, "horizon": task.horizon, "random_state": seed}
    model = ForecastVAE(**sizes, **task.settings).fit(train)
    return np.stack([model.paths(whole.between(0, origin), DRAWS)[..., 0] for origin in origins])


def seasonal_naive(values: np.ndarray, cut: int, origins: list[int], task: Task, drift: bool) -> np.ndarray:
    """The value of a season ago, with drift the mean change of a season added; its errors before are its spread."""
    season, steps = task.season, np.arange(task.horizon)

    def point(origin: int) -> np.ndarray:
        last = values[origin - season + steps % season]
        yearly = values[origin - season : origin] - values[origin - 2 * season : origin - season]
        return last + (yearly.mean() if drift else 0.0)

    seen = range(2 * season, cut - task.horizon + 1)
    errors = np.stack([values[origin + steps] - point(origin) for origin in seen])
    chosen = errors[np.linspace(0, len(errors) - 1, DRAWS).astype(int)]
    return np.stack([point(origin) + chosen for origin in origins])


def exponential_smoothing(values: np.ndarray, cut: int, origins: list[int], task: Task) -> np.ndarray:
    """ETS with additive errors and season, fitted before the tail, filtered up to each origin, simulated from there."""

    def model(stop: int) -> ETSModel:
        return ETSModel(values[:stop], error="add", trend=task.trend, seasonal="add", seasonal_periods=task.season)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parameters = model(cut).fit(disp=False).params
        found = []
        for origin in origins:
            filtered = model(origin).smooth(parameters)
            paths = filtered.simulate(task.horizon, anchor="end", repetitions=DRAWS, rng=np.random.default_rng(origin))
            found.append(np.asarray(paths).T)
    return np.stack(found)


def figures(draws: np.ndarray, targets: np.ndarray) -> dict:
    """Over origins and steps; where nothing was observed, nothing is judged."""
    known = ~np.isnan(targets)
    across = draws.transpose(1, 0, 2)
    low, high = bounds_of(across, 0.9)
    return {
        "crps": float(crps(across, targets)[known].mean()),
        "mae": float(np.abs(np.median(across, axis=0) - targets)[known].mean()),
        "coverage_90": float(((low <= targets) & (targets <= high))[known].mean()),
    }


def filled(values: np.ndarray) -> np.ndarray:
    """Holes filled by straight lines, for the peers, which know none."""
    known, places = ~np.isnan(values), np.arange(len(values))
    return np.interp(places, places[known], values[known])


def measured(name: str, task: Task, validation: bool) -> dict:
    splits = datasets.load_series(name).splits
    train, whole = splits["train"], replace(splits["test"], before=0)
    if validation:
        whole = train
        train = train.first(round(0.8 * len(train)))
    cut = len(train.values)
    origins = list(range(cut, len(whole.values) - task.horizon + 1, task.every))
    targets = np.stack([whole.values[origin : origin + task.horizon, 0] for origin in origins])
    plain = filled(whole.values[:, 0])
    found = {
        "seasonal naive": figures(seasonal_naive(plain, cut, origins, task, drift=False), targets),
        "seasonal naive with drift": figures(seasonal_naive(plain, cut, origins, task, drift=True), targets),
        "statsmodels ETS": figures(exponential_smoothing(plain, cut, origins, task), targets),
    }
    seeds, seconds = [], []
    for seed in SEEDS:
        began = time.perf_counter()
        seeds.append(figures(ours(train, whole, origins, task, seed), targets))
        seconds.append(time.perf_counter() - began)
    mean = {key: float(np.mean([each[key] for each in seeds])) for key in seeds[0]}
    return {
        "origins": len(origins),
        "history": task.history,
        "horizon": task.horizon,
        **found,
        "ours, mean of seeds": mean,
        "ours, each seed": seeds,
        "seconds of a fit and its forecasts": float(np.mean(seconds)),
    }


def main() -> None:
    validation = "--validation" in sys.argv
    found = {name: measured(name, task, validation) for name, task in TASKS.items()}
    if validation:
        for name, rows in found.items():
            print(name, *(f"\n  {key}: {value}" for key, value in rows.items()))
    else:
        record("forecast_series", found)


if __name__ == "__main__":
    main()
