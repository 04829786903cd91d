"""What a report shows of a denoiser beside the usual."""

from typing import Any

import numpy as np
from scipy.stats import norm

from ..estimator.panels import Panel
from ..pixels.photos import WHITE, in_units, psnr
from ..pixels.pictures import grid
from .judging import spoilt

STRIPS, SIDE, MOST = 3, 192, 12
SHOWN, LEVELS, SHARES = 1 / 3, 7, np.arange(0.1, 1.0, 0.1)  # of the highest level; how many levels; of intervals


def denoiser_panels(estimator: Any, photos: list[np.ndarray]) -> list[Panel]:
    """Strips of pictures, the error against the level, and whether the intervals hold what they say."""
    cuts = [in_units(photo[:SIDE, :SIDE]) for photo in photos[:MOST]]
    return [strips(estimator, cuts[:STRIPS]), by_level(estimator, cuts), intervals(estimator, cuts)]


def strips(estimator: Any, cuts: list[np.ndarray]) -> Panel:
    """Clean, noisy, cleaned, and the standard deviation, each picture in a row."""
    level = estimator.highest * SHOWN
    noisy = spoilt(estimator, cuts, level)
    found, spread = estimator.denoise(noisy), estimator.uncertainty(noisy, samples=10)
    rows = [shown([cut, *parts[:2], bright(parts[2])]) for cut, *parts in zip(cuts, noisy, found, spread, strict=True)]
    width = max(row.shape[1] for row in rows)
    sheet = [np.pad(row, ((0, 4), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    note = (
        f"Clean, noisy (level {level:g}), cleaned, and the standard deviation of every pixel, white where it is most."
    )
    return Panel("Pictures", note, "picture", {"pixels": np.concatenate(sheet), "alt": note})


def shown(images: list[np.ndarray]) -> np.ndarray:
    """Pictures (H, W, C) side by side, in 8 bits and three channels."""
    whole = [image if image.shape[-1] == 3 else np.repeat(image, 3, -1) for image in images]
    return grid(np.stack(whole).round().clip(0, 255).astype(np.uint8), columns=len(whole))


def bright(spread: np.ndarray) -> np.ndarray:
    return spread.mean(-1, keepdims=True) * (WHITE / max(float(spread.mean(-1).max()), 1e-6))


def by_level(estimator: Any, cuts: list[np.ndarray]) -> Panel:
    levels = np.linspace(0, estimator.highest, LEVELS + 1)[1:]
    series: dict[str, list[float]] = {"cleaned": [], "noisy": []}
    for level in levels:
        noisy = spoilt(estimator, cuts, level)
        for name, images in (("cleaned", estimator.denoise(noisy)), ("noisy", noisy)):
            series[name].append(float(np.mean([psnr(cut, image) for cut, image in zip(cuts, images, strict=True)])))
    data = {"x": levels.tolist(), "x_label": "level of noise", "y_label": "PSNR in dB", "series": series}
    return Panel("Error against the level", "Mean over pictures; the level is not told.", "lines", data)


def intervals(estimator: Any, cuts: list[np.ndarray]) -> Panel:
    noisy = spoilt(estimator, cuts, estimator.highest * SHOWN)
    found, spread = estimator.denoise(noisy), estimator.uncertainty(noisy, samples=10)
    scores = np.concatenate([
        (np.abs(after - cut) / np.maximum(deviation, 1e-6)).ravel()
        for cut, after, deviation in zip(cuts, found, spread, strict=True)
    ])  # fmt: skip
    held = [float((scores <= norm.ppf(0.5 + share / 2)).mean()) for share in SHARES]
    data = {
        "x": SHARES.tolist(),
        "x_label": "share that an interval should hold",
        "y_label": "share that it holds",
        "series": {"measured": held, "as it should be": SHARES.tolist()},
    }
    return Panel("Intervals", "Of pixels within so many standard deviations of the cleaned picture.", "lines", data)
