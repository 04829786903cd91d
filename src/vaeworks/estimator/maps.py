"""A picture of a map: codes in the plane, coloured by label."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..files import written_whole

INCHES, DOTS, MOST_CLASSES, PROPORTIONS = 7.0, 160, 20, (0.5, 1.25)
OF_ALL_SCRIPTS = (  # which matplotlib takes in turn for signs that the one before lacks
    *("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "WenQuanYi Zen Hei"),
    *("Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Yu Gothic", "Malgun Gothic"),
    *("Arial Unicode MS", "Noto Sans Thai", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari"),
)
log = logging.getLogger(__name__)


def write_map(codes: np.ndarray, labels: list | None, out: Path) -> None:
    """Draw codes (N, D) as points, and the labels of at most 20 classes as their colours.

    Where there are more units than two, the points are the codes on their first two principal components.
    """
    from matplotlib import colormaps
    from matplotlib.figure import Figure
    from sklearn.decomposition import PCA

    codes = np.pad(codes, ((0, 0), (0, max(0, 2 - codes.shape[1]))))
    said = "principal component of the codes" if codes.shape[1] > 2 else "latent unit"
    if codes.shape[1] > 2:
        codes = PCA(2, random_state=0).fit_transform(codes) if len(codes) > 2 else codes[:, :2]
    width, height = np.ptp(codes, axis=0) if len(codes) > 1 else (1.0, 1.0)
    tall = float(np.clip(height / width, *PROPORTIONS)) if width else 1.0
    figure = Figure(figsize=(INCHES, INCHES * tall), layout="constrained")
    axes = figure.subplots()
    size = float(np.clip(20_000 / len(codes), 1.0, 25.0))
    names = [] if labels is None else sorted({str(label) for label in labels if label is not None})
    shown = np.array([str(label) for label in labels or []])
    rest = np.ones(len(codes), dtype=bool)
    for index, name in enumerate(names if len(names) <= MOST_CLASSES else []):
        own = shown == name
        rest &= ~own
        colour = colormaps["tab10" if len(names) <= 10 else "tab20"](index)
        axes.scatter(codes[own, 0], codes[own, 1], s=size, color=colour, linewidths=0)
    axes.scatter(codes[rest, 0], codes[rest, 1], s=size, color="0.6", linewidths=0)
    if len(names) in range(1, MOST_CLASSES + 1):
        add_legend(axes, names, max(1.0, 30 / size) ** 0.5)
    axes.set_xlabel(f"first {said}")
    axes.set_ylabel(f"second {said}")
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.02)
    with written_whole(out) as temporary, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(temporary, dpi=DOTS)
    if any("missing from" in str(warning.message) for warning in caught):
        log.warning("no font of this machine has all signs of the classes' names: install one, such as Noto Sans CJK")


def add_legend(axes: Any, names: list[str], scale: float) -> None:
    """Beside the points, whose sets stand in the order of the names: these in any script, and to the letter."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    legend = axes.legend(
        axes.collections[: len(names)],
        [f"\u200b{name}" if name.startswith("_") else name for name in names],  # matplotlib would leave them out
        markerscale=scale,
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        prop={"family": [name for name in OF_ALL_SCRIPTS if name in installed]},
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
