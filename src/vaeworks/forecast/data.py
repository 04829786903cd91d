"""From a series to windows of history and future, of which those that judge lie after all others."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from ..core.batch import Batch
from ..datasets.series.loading import of_table
from ..datasets.series.series import Series, first_held_out
from ..errors import VaeworksError
from ..fitting.examples import InMemory
from .calendar import covariates, going_on
from .parameters import ForecastParameters

LEAST_SCALE = 1e-3  # of a column's own, below which a window is not magnified


class WindowData(InMemory):
    """Windows of one series in batches.

    Parameters
    ----------
    series : Series
        Whose rows reach to the end of the last future, NaN where that is not known.
    reader : SeriesReader
    starts : array of int
        Where the future of each window begins.
    estimator : ForecastVAE
    """

    def __init__(
        self, series: Series, reader: "SeriesReader", starts: np.ndarray, estimator: ForecastParameters
    ) -> None:
        super().__init__(len(starts), estimator.batch_size)
        self.starts, self.reader = starts, reader
        self.values, self.known = series.values, ~np.isnan(series.values)
        self.calendar = covariates(series.times, len(series.values))
        self.past, self.future = np.arange(-estimator.history, 0), np.arange(estimator.horizon)

    def batch(self, rows: np.ndarray) -> Batch:
        """Histories (B, L, C) as the condition, and futures (B, H, C)."""
        past, future = (self.starts[rows][:, None] + steps for steps in (self.past, self.future))
        history, known = self.values[past], self.known[past]
        location, scale = self.reader.normal(history)
        scaled = np.where(known, (history - location[:, None]) / scale[:, None], 0.0)
        parts = {
            "history": scaled,
            "known": known,
            "location": location,
            "scale": scale,
            "place": self.reader.place(location, scale),
            "calendar": self.calendar[future],
        }
        condition = {name: torch.from_numpy(np.asarray(part, dtype=np.float32)) for name, part in parts.items()}
        target, observed = (torch.from_numpy(part[future]) for part in (self.values, self.known))
        return Batch(target.float(), observed=observed, condition=condition)


@dataclass(frozen=True)
class SeriesReader:
    """What was learned of a series: its columns, their usual values, and whether it has a calendar."""

    columns: tuple[str, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    calendar: int

    @classmethod
    def learn(
        cls, X: Any, y: Any, estimator: ForecastParameters, share: float
    ) -> tuple[Self, WindowData, WindowData | None]:
        series = series_of(X)
        part = series.values[: first_held_out(len(series), share) + series.before]
        for column, name in enumerate(series.columns):
            seen = part[:, column][~np.isnan(part[:, column])]
            if len(seen) < 2 or np.ptp(seen) == 0:
                raise VaeworksError(f"column {name!r} is {'constant' if len(seen) else 'empty'}: leave it out")
        means, deviations = np.nanmean(part, axis=0), np.nanstd(part, axis=0)
        cycles = covariates(series.times, len(series.values)).shape[1]
        reader = cls(series.columns, tuple(means.tolist()), tuple(deviations.tolist()), cycles)
        return reader.further(series, None, estimator, share)

    def further(
        self, X: Any, y: Any, estimator: ForecastParameters, share: float, anew: bool = True
    ) -> tuple[Self, WindowData, WindowData | None]:
        """Windows whose future ends before the last rows, and those whose future begins in them."""
        series = self.checked(X)
        cut = series.before + first_held_out(len(series), share)
        kept = self._starts(series, estimator, series.before, cut)
        if not len(kept):
            longest = estimator.history + estimator.horizon
            raise VaeworksError(
                f"there are {cut:,} rows to train on, but one window of history and horizon takes {longest:,}: ask for "
                "a shorter history or horizon, or bring a longer series"
            )
        others = self._starts(series, estimator, cut, len(series.values))
        judged_by = WindowData(series, self, others, estimator) if len(others) else None
        return self, WindowData(series, self, kept, estimator), judged_by

    def data(self, X: Any, y: Any, estimator: ForecastParameters) -> WindowData:
        series = self.checked(X)
        starts = self._starts(series, estimator, series.before, len(series.values))
        if not len(starts):
            raise VaeworksError(
                f"{len(series.values):,} rows hold no window: history and horizon take "
                f"{estimator.history + estimator.horizon:,}"
            )
        return WindowData(series, self, starts, estimator)

    def following(self, X: Any, estimator: ForecastParameters) -> tuple[Series, WindowData]:
        """The series with its next steps, unknown as yet, and the one window that ends with them."""
        series = self.checked(X)
        if len(series.values) < estimator.history:
            raise VaeworksError(
                f"the series has {len(series.values):,} rows, but the model reads {estimator.history:,}: bring more"
            )
        steps, columns = estimator.horizon, len(self.columns)
        further = going_on(series.times, steps)
        times = None if series.times is None or further is None else np.concatenate([series.times, further])
        values = np.concatenate([series.values, np.full((steps, columns), np.nan)])
        whole = Series(values, times, series.columns)
        return whole, WindowData(whole, self, np.array([len(series.values)]), estimator)

    def _starts(self, series: Series, estimator: ForecastParameters, start: int, stop: int) -> np.ndarray:
        """Where the futures begin that lie within these rows and of which something was observed."""
        starts = np.arange(max(start, estimator.history), stop - estimator.horizon + 1)
        known = np.concatenate([[0], np.cumsum((~np.isnan(series.values)).any(1))])
        return starts[known[starts + estimator.horizon] > known[starts]]

    def checked(self, X: Any) -> Series:
        """The series, by the columns that the model knows.

        Raises
        ------
        VaeworksError
        """
        series = series_of(X)
        if len(series.columns) != len(self.columns):
            raise VaeworksError(
                f"the series has {len(series.columns)} columns, but the model knows {len(self.columns)}: "
                f"{', '.join(self.columns)}"
            )
        if self.calendar and series.times is None:
            raise VaeworksError("the model was fitted on a series with times, and this one has none: name their column")
        return series

    def normal(self, history: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and deviation (B, C) of what is known of histories (B, L, C); the usual ones where nothing is."""
        known = ~np.isnan(history)
        count = known.sum(1)
        usual, spread = np.array(self.means), np.array(self.deviations)
        mean = np.where(known, history, 0.0).sum(1) / np.maximum(count, 1)
        mean = np.where(count > 0, mean, usual)
        squares = np.where(known, history - mean[:, None], 0.0) ** 2
        scale = np.sqrt(squares.sum(1) / np.maximum(count, 1))
        return mean, np.where(count > 1, np.maximum(scale, LEAST_SCALE * spread), spread)

    def place(self, location: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Where windows lie and how wide they are, (B, 2 * C), held where no window of the fit was."""
        usual, spread = np.array(self.means), np.array(self.deviations)
        return np.tanh(np.concatenate([(location - usual) / spread, np.log(scale / spread)], axis=1))

    def to_state(self) -> dict:
        return {
            "columns": list(self.columns),
            "means": list(self.means),
            "deviations": list(self.deviations),
            "calendar": self.calendar,
        }

    @classmethod
    def from_state(cls, state: dict) -> Self:
        means, deviations = (tuple(map(float, state[name])) for name in ("means", "deviations"))
        return cls(tuple(state["columns"]), means, deviations, state["calendar"])


def series_of(X: Any) -> Series:
    """A series as it is given: one already, a table with perhaps a column of times, or an array (T,) or (T, C).

    Raises
    ------
    VaeworksError
    """
    if isinstance(X, Series):
        return X
    if hasattr(X, "columns"):
        import pyarrow as pa

        return of_table("the table", X if isinstance(X, pa.Table) else pa.Table.from_pandas(X), None, None)
    try:
        values = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise VaeworksError(f"a series is numbers (T,) or (T, C), or a table, not a {type(X).__name__}") from error
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not values.size:
        raise VaeworksError(f"a series is numbers (T,) or (T, C), not an array {values.shape}")
    if np.isinf(values).any():
        raise VaeworksError("a series holds an infinite number: put NaN where nothing was observed")
    return Series(values, None, tuple(f"x{column}" for column in range(values.shape[1])))
