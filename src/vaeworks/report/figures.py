"""The figures of a report: one function for each form of panel, found through one table.

What can be in any script or of any length (names of groups and series) is left to the page; a figure holds only marks,
ticks and axis labels.
"""

import base64
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

MOST_GROUPS = 20
MOST_VECTORS = 300
INK, FAINT = "#333333", "#767676"
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]  # Okabe & Ito 2008, less yellow
SHAPES = [("o", "●"), ("s", "■"), ("^", "▲")]  # 3 and 7 share no factor: 21 looks before one comes back
STYLE = {
    "figure.figsize": (5.6, 3.6),
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "savefig.dpi": 200,
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "vaeworks",
}


@dataclass(frozen=True)
class Look:
    """How one series or group is told from the others."""

    name: str
    colour: str
    marker: str
    glyph: str


@dataclass
class Drawing:
    """A figure, and what the page says around it.

    Attributes
    ----------
    figure : Figure
    alt : str
        What the figure shows, for those who do not see it.
    key : list of Look
        The legend.
    remark : str
        What the data themselves add to the panel's note.
    source : str
        The figure as a data URI.
    """

    figure: Figure
    alt: str
    key: list[Look] = field(default_factory=list)
    remark: str = ""
    source: str = ""


def drawn(form: str, data: dict[str, Any]) -> Drawing:
    """The drawing of a panel's data, whatever the user's own matplotlib settings.

    Parameters
    ----------
    form : str
        A key of `FORMS`.
    data : dict
        As `Panel` says for this form.
    """
    with matplotlib.style.context(STYLE, after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the browser has the fonts that matplotlib lacks
        drawing = FORMS[form](data)
        drawing.source = data_uri(drawing.figure)
    return drawing


def data_uri(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def lines(data: dict[str, Any]) -> Drawing:
    """One line for each series; a missing value is a gap."""
    figure = Figure()
    axes = labelled(figure.subplots(), data)
    x = np.asarray(data["x"], float)
    if len(x) and (x % 1 == 0).all():
        count_along(axes, x.min(), x.max())
    key, ends = looks(data["series"]), []
    for look, values in zip(key, data["series"].values(), strict=True):
        y = np.asarray(values, float)
        axes.plot(x, y, color=look.colour, marker=look.marker, markersize=4, markevery=max(1, len(y) // 12))
        ends += [f"{look.name} from {y[0]:.4g} to {y[-1]:.4g}"] if len(y) else []
    say_if_empty(axes, bool(ends))
    return Drawing(figure, f"Lines of {data['y_label']} by {data['x_label']}. {', '.join(ends)}", key)


def bars(data: dict[str, Any]) -> Drawing:
    """One bar for each value, counted from 1."""
    figure = Figure()
    axes = labelled(figure.subplots(), data)
    values = np.asarray(data["values"], float)
    many = len(values) > MOST_VECTORS
    axes.bar(np.arange(1, len(values) + 1), values, width=1 if many else 0.8, color=COLOURS[0], rasterized=many)
    count_along(axes, 1, len(values))
    axes.grid(visible=False, axis="x")
    say_if_empty(axes, len(values) > 0)
    ends = f", from {values.max():.4g} to {values.min():.4g}" if len(values) else ""
    return Drawing(figure, f"{len(values)} bars of {data['y_label']} by {data['x_label']}{ends}")


def scatter(data: dict[str, Any]) -> Drawing:
    """Points as one picture, so that the page stays small; the largest group lies beneath."""
    figure = Figure()
    axes = labelled(figure.subplots(), data)
    points = np.asarray(data["points"], float).reshape(len(data["points"]), 2)
    groups = np.asarray([""] * len(points) if data["groups"] is None else [str(name) for name in data["groups"]])
    names = sorted(set(groups.tolist()), key=naturally)
    remark = ""
    if len(names) > MOST_GROUPS:
        remark = f"{len(names)} groups are too many to tell apart by colour, so all points look alike."
        groups, names = np.full(len(points), ""), [""]
    key = looks(names)
    size = np.clip(4000 / max(len(points), 1), 6, 30)
    for look in key:
        mine = points[groups == look.name]
        style = {"s": size, "color": look.colour, "marker": look.marker, "alpha": 0.6, "linewidths": 0}
        axes.scatter(*mine.T, **style, zorder=3 - len(mine) / len(points), rasterized=True)
    say_if_empty(axes, len(points) > 0)
    sizes = ", ".join(f"{name}: {(groups == name).sum()}" for name in names if name)
    alt = f"{len(points)} points, {data['y_label']} against {data['x_label']}. {sizes}"
    return Drawing(figure, alt, key if sizes else [], remark)


def calibration(data: dict[str, Any]) -> Drawing:
    """Accuracy against confidence beside the diagonal, above the number of examples in each bin."""
    figure = Figure()
    upper, lower = figure.subplots(2, sharex=True, height_ratios=[3, 1])
    confidence, accuracy, count = (np.asarray(data[name], float) for name in ("confidence", "accuracy", "count"))
    upper.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1)
    upper.plot(confidence, accuracy, color=COLOURS[0], marker="o", markersize=5)
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy")
    lower.bar(confidence, count, width=0.03, color=COLOURS[0])
    lower.set(xlabel="confidence", ylabel="examples")
    say_if_empty(upper, len(count) > 0)
    if not count.sum():
        return Drawing(figure, "Accuracy by confidence in no bins")
    gap = np.average(abs(accuracy - confidence), weights=count)
    bins = ", ".join(f"{sure:.2f}: {right:.2f}" for sure, right in zip(confidence, accuracy, strict=True))
    remark = f"Expected calibration error {gap:.3f} over {count.sum():.0f} examples."
    return Drawing(figure, f"Accuracy by confidence in {len(count)} bins. {bins}", remark=remark)


def picture(data: dict[str, Any]) -> Drawing:
    """Pixels as they are, each a square."""
    pixels = data["pixels"]
    figure = Figure(figsize=(5.6, 5.6 * pixels.shape[0] / pixels.shape[1]))
    axes = figure.subplots()
    axes.set_axis_off()
    axes.imshow(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels, cmap="gray", vmin=0, vmax=255)
    return Drawing(figure, data["alt"])


def looks(names: Any) -> list[Look]:
    return [
        Look(str(name), COLOURS[index % len(COLOURS)], *SHAPES[index % len(SHAPES)]) for index, name in enumerate(names)
    ]


def labelled(axes: Axes, data: dict[str, Any]) -> Axes:
    axes.set(xlabel=data["x_label"], ylabel=data["y_label"])
    return axes


def count_along(axes: Axes, first: float, last: float) -> None:
    """Ticks at whole numbers, and half a step of room on either side, for one epoch or one unit too."""
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
    axes.set_xlim(first - 0.6, last + 0.6)


def naturally(name: str) -> list[int | str]:
    """Sorts 'class 2' before 'class 10'."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split(r"(\d+)", name))]


def say_if_empty(axes: Axes, some: bool) -> None:
    if not some:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "nothing to show", transform=axes.transAxes, ha="center", va="center", color=FAINT)


FORMS: dict[str, Callable[[dict[str, Any]], Drawing]] = {
    "lines": lines,
    "bars": bars,
    "scatter": scatter,
    "calibration": calibration,
    "picture": picture,
}
