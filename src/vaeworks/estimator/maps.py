"""A picture of a map: codes in the plane, coloured by label."""

from pathlib import Path

import numpy as np

from ..files import written_whole

INCHES, DOTS, MOST_CLASSES = 7.0, 160, 20


def write_map(codes: np.ndarray, labels: list | None, out: Path) -> None:
    """Draw codes (N, D) as points, and the labels of at most 20 classes as their colours.

    Where there are more units than two, the points are the codes on their first two principal components.
    """
    from matplotlib import colormaps
    from matplotlib.figure import Figure
    from sklearn.decomposition import PCA

    codes = np.pad(codes, ((0, 0), (0, max(0, 2 - codes.shape[1]))))
    if codes.shape[1] > 2:
        codes = PCA(2, random_state=0).fit_transform(codes) if len(codes) > 2 else codes[:, :2]
    figure = Figure(figsize=(INCHES, INCHES), layout="constrained")
    axes = figure.subplots()
    size = float(np.clip(20_000 / len(codes), 1.0, 25.0))
    names = [] if labels is None else sorted({str(label) for label in labels if label is not None})
    shown = np.array([str(label) for label in labels or []])
    rest = np.ones(len(codes), dtype=bool)
    for index, name in enumerate(names if len(names) <= MOST_CLASSES else []):
        own = shown == name
        rest &= ~own
        colour = colormaps["tab10" if len(names) <= 10 else "tab20"](index)
        axes.scatter(codes[own, 0], codes[own, 1], s=size, color=colour, label=name, linewidths=0)
    axes.scatter(codes[rest, 0], codes[rest, 1], s=size, color="0.6", linewidths=0)
    if len(names) in range(1, MOST_CLASSES + 1):
        axes.legend(markerscale=max(1.0, 30 / size) ** 0.5, frameon=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal")
    with written_whole(out) as temporary:
        figure.savefig(temporary, dpi=DOTS)
