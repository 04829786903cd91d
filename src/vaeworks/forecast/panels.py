"""What a report shows of a forecaster beside the usual."""

from typing import Any

import numpy as np

from ..datasets.series.series import Series
from ..estimator.panels import Panel
from .judging import DRAWS, bounds_of, drawn, widened

SHARES = np.arange(0.1, 1.0, 0.1)


def series_panels(estimator: Any, series: Series) -> list[Panel]:
    """The last steps as they were forecast before they came, and how much intervals hold."""
    return [*last_forecast(estimator, series), held(estimator, series)]


def last_forecast(estimator: Any, series: Series) -> list[Panel]:
    horizon, shown = estimator.horizon, 3 * estimator.horizon
    rows = len(series.values)
    if rows < estimator.history + horizon:
        return []
    paths = estimator.paths(series.between(0, rows - horizon), 1000)
    (low, high), middle = bounds_of(paths, 0.9), np.median(paths, axis=0)
    first = max(0, rows - horizon - shown)
    panels = []
    for place, column in enumerate(series.columns[:3]):
        before = [None] * (rows - horizon - first)
        lines = {
            name: [*before, *part[:, place].tolist()] for name, part in (("median", middle), ("5%", low), ("95%", high))
        }
        came = [None if np.isnan(value) else float(value) for value in series.values[first:, place]]
        data = {
            "x": list(range(first - rows + horizon, horizon)),
            "x_label": "steps after the forecast was made",
            "y_label": column,
            "series": {"what came": came, **lines},
        }
        panels.append(Panel(f"Forecast of {column}", "The last steps, as they were forecast.", "lines", data))
    return panels


def held(estimator: Any, series: Series) -> Panel:
    within = np.zeros(len(SHARES))
    count = 0
    with estimator._seeded():
        for batch in estimator.batches(series):
            draws = widened(drawn(estimator.model_, batch, DRAWS).double().cpu().numpy(), estimator._factor())
            target, known = batch.target.double().cpu().numpy(), batch.observed.cpu().numpy()
            for place, share in enumerate(SHARES):
                low, high = bounds_of(draws, share)
                within[place] += ((low <= target) & (target <= high))[known].sum()
            count += int(known.sum())
    data = {
        "x": SHARES.tolist(),
        "x_label": "share that an interval should hold",
        "y_label": "share that it holds",
        "series": {"measured": (within / max(count, 1)).tolist(), "as it should be": SHARES.tolist()},
    }
    return Panel("Intervals", "Of values within the intervals of so much.", "lines", data)
