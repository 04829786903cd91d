"""The shell verbs of series. They import torch only when they run, so that help is quick."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import Encoding, Local, ending

if TYPE_CHECKING:
    import numpy as np

    from ..datasets import DataSet
    from ..datasets.series.series import Series
    from .estimator import ForecastVAE

DATA = "A named series, or a csv, tsv, jsonl or parquet with a row for each step."
FIT = "a VAE of a series: what comes next, and how sure that is"
EXAMPLES = {
    "fit": (
        "vae fit forecast co2 --history 104 --horizon 26 --out models/co2",
        "vae fit forecast energy.csv --time hour --columns load --history 168 --horizon 24 --out models/energy",
    ),
    "evaluate": ("vae evaluate models/co2", "vae evaluate models/energy later.csv"),
    "encode": ("vae encode models/co2 co2 --out codes.parquet",),
    "report": ("vae report models/co2 --out report.html",),
}
SHOWN = 3  # horizons of history in a plot


@dataclass(frozen=True)
class Source:
    """How a series is read."""

    time: Annotated[
        str | None, typer.Option("--time", help='Column of times; by default the usual names. "" for none.')
    ] = None
    columns: Annotated[
        list[str] | None,
        typer.Option("--columns", help="What to forecast, several may follow; all numbers by default."),
    ] = None
    encoding: Encoding = "utf-8"
    data: Local = None

    def load(self, source: str, model: Any = None) -> "DataSet":
        from ..datasets import load_series

        own = list(model.reader_.columns) if model is not None and not self.columns else self.columns
        named = {**asdict(self), "columns": own}
        from ..datasets import is_named

        return load_series(source, **({"data": self.data} if is_named(source) else named))


def predict(
    model: "ForecastVAE",
    source: Annotated[str, typer.Argument(metavar="DATA", help="What came until now, as for fit.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A csv or parquet to write.", callback=ending(".csv", ".parquet")),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="A png or svg to draw.", callback=ending(".png", ".svg"))
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Of the intervals: 0.9 holds nine of ten.")] = 0.9,
    samples: Annotated[int, typer.Option("--samples", min=10, help="Paths to draw.")] = 2000,
    time: Annotated[str | None, typer.Option("--time", help="Column of times.")] = None,
    encoding: Encoding = "utf-8",
    data: Local = None,
) -> dict:
    """Forecast the steps after the end of a series: the median and an interval of each column.

    Examples:

      vae predict models/co2 co2

      vae predict models/energy recent.csv --out next.csv --plot next.png
    """
    import numpy as np

    from ..storage.sources import read_alike
    from .calendar import going_on
    from .estimator import check_level
    from .judging import bounds_of

    check_level(level)
    splits = read_alike(model, source, Source(time, None, encoding, data)).splits
    series = model.reader_.checked([*splits.values()][-1].X)
    paths = model.sample(series, samples)
    (low, high), middle = bounds_of(paths, level), np.median(paths, axis=0)
    times = going_on(series.times, model.horizon)
    rows = rows_of(series.columns, times, low, middle, high)
    written: dict[str, Any] = {}
    if plot is not None:
        draw(series, times, (low, middle, high), level, plot, SHOWN * model.horizon)
        written["plot"] = str(plot)
    if out is None:
        return {"rows": rows, **written}
    import pyarrow as pa

    from ..datasets.tables.files import write_table
    from ..files import written_whole

    with written_whole(out) as temporary:
        write_table(pa.Table.from_pylist(rows), temporary)
    return {"rows_written": len(rows), "out": str(out), **written}


def rows_of(
    columns: tuple[str, ...], times: "np.ndarray | None", low: "np.ndarray", middle: "np.ndarray", high: "np.ndarray"
) -> list[dict]:
    """A row for each step: its time or number, and of every column the median and the ends of its interval."""
    rows = []
    for step in range(len(middle)):
        row: dict[str, Any] = {"step": step + 1} if times is None else {"time": times[step].item()}
        for place, column in enumerate(columns):
            row |= {
                column: float(middle[step, place]),
                f"{column}_low": float(low[step, place]),
                f"{column}_high": float(high[step, place]),
            }
        rows.append(row)
    return rows


def draw(
    series: "Series",
    times: "np.ndarray | None",
    parts: "tuple[np.ndarray, np.ndarray, np.ndarray]",
    level: float,
    out: Path,
    shown: int,
) -> None:
    """The last steps of each column and its forecast with the interval, one below another."""
    import numpy as np
    from matplotlib.figure import Figure

    from ..files import written_whole

    rows = len(series.values)
    first = max(0, rows - shown)
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
