"""How a forecast is shown: rows of a table, and a picture."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..datasets.series.series import Series
from ..files import written_whole

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 3  # horizons of history in a picture
Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def table_of(columns: tuple[str, ...], times: np.ndarray | None, parts: Parts) -> "pa.Table":
    """A row for each step: its time or number, and of every column the median and the ends of its interval."""
    import pyarrow as pa

    low, middle, high = parts
    found = {"step": np.arange(1, len(middle) + 1)} if times is None else {"time": times}
    for place, column in enumerate(columns):
        names = (column, f"{column}_low", f"{column}_high")
        found |= {name: part[:, place] for name, part in zip(names, (middle, low, high), strict=True)}
    return pa.table(found)


def draw(
    series: Series,
    times: np.ndarray | None,
    parts: Parts,
    level: float,
    out: Path,
) -> None:
    """The last steps of each column and its forecast, (low, middle, high), one below another."""
    from matplotlib.figure import Figure

    rows = len(series.values)
    first = max(0, rows - SHOWN * len(parts[1]))
    before = np.arange(first, rows) if series.times is None else series.times[first:]
    after = np.arange(rows, rows + len(parts[1])) if times is None else times
    figure = Figure(figsize=(9, 2.6 * len(series.columns) + 0.6), layout="constrained")
    for place, column in enumerate(series.columns):
        axes = figure.add_subplot(len(series.columns), 1, place + 1)
        low, middle, high = (part[:, place] for part in parts)
        axes.plot(before, series.values[first:, place], color="black", linewidth=1, label="what came")
        axes.fill_between(
            after, low, high, color="tab:blue", alpha=0.25, linewidth=0, label=f"{100 * level:g}% interval"
        )
        axes.plot(after, middle, color="tab:blue", linewidth=1.5, label="median")
        axes.set_ylabel(column)
        axes.spines[["top", "right"]].set_visible(False)
        if not place:
            axes.legend(frameon=False, loc="upper left", ncols=3)
    with written_whole(out) as temporary:
        figure.savefig(temporary, dpi=120, format=out.suffix[1:].lower())
