"""The shell verbs of series. They import torch only when they run, so that help is quick."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import ROWS, Encoding, Local, ending

if TYPE_CHECKING:
    from ..datasets import DataSet
    from .estimator import ForecastVAE

DATA = "A named series, or a csv, tsv, jsonl or parquet with a row for each step."
FIT = "a VAE of a series: what comes next, and how sure that is"
EXAMPLES = {
    "fit": (
        "vae fit forecast co2 --history 104 --horizon 26 --out models/co2",
        "vae fit forecast energy.csv --time hour --column load --history 168 --horizon 24 --out models/energy",
    ),
    "evaluate": ("vae evaluate models/co2", "vae evaluate models/energy later.csv"),
    "encode": ("vae encode models/co2 co2 --out codes.parquet",),
    "report": ("vae report models/co2 --out report.html",),
}


@dataclass(frozen=True)
class Source:
    """How a series is read."""

    time: Annotated[
        str | None, typer.Option("--time", help='Column of times; by default the usual names. "" for none.')
    ] = None
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="What to forecast, as often as needed; all numbers by default."),
    ] = None
    encoding: Encoding = "utf-8"
    data: Local = None

    def load(self, source: str, model: "ForecastVAE | None" = None) -> "DataSet":
        from ..datasets import is_named, load_series

        known = None if model is None or is_named(source) else list(model.reader_.columns)
        return load_series(source, **{**asdict(self), "columns": self.columns or known})


def predict(
    model: "ForecastVAE",
    source: Annotated[str, typer.Argument(metavar="DATA", help="What came until now, as for fit.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A csv, tsv, jsonl or parquet to write.", callback=ending(*ROWS)),
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
    from .showing import draw, table_of

    check_level(level)
    splits = read_alike(model, source, Source(time, None, encoding, data)).splits
    series = model.reader_.checked([*splits.values()][-1].X)
    paths = model.paths(series, samples)
    (low, high), middle = bounds_of(paths, level), np.median(paths, axis=0)
    times = going_on(series.times, model.horizon)
    table = table_of(series.columns, times, (low, middle, high))
    written: dict[str, Any] = {}
    if plot is not None:
        draw(series, times, (low, middle, high), level, plot)
        written["plot"] = str(plot)
    if out is None:
        return {"rows": table.to_pylist(), **written}
    from ..storage.rows import write_drawn

    return {**write_drawn(table, out), **written}
