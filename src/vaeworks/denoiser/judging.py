"""How a denoiser is judged: peak signal-to-noise ratio, and whether it knows how sure it is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from ..pixels.photos import WHITE, in_units, psnr
from .intervals import NORMAL, name_of
from .noise import NOISE

PIXELS, DRAWS = 20_000, 20


def judged(estimator: Any, photos: list[np.ndarray], levels: Sequence[float], clipped: bool = False) -> dict:
    """Figures for each level of noise: means over pictures; the noise of a picture depends on its number alone.

    Returns
    -------
    dict
        `psnr_at_25_db` (blind), `psnr_told_at_25_db`, `psnr_noisy_at_25_db`, `covered_68_at_25` and `covered_95_at_25`
        (shares of pixels within the intervals of so many per cent), `spearman_at_25` (of the standard deviation and the
        error, over pixels), and so on.
    """
    figures: dict[str, float] = {}
    clean = [in_units(photo) for photo in photos]
    for level in levels:
        noisy = spoilt(estimator, clean, level)
        noisy = [np.rint(each).clip(0, WHITE) for each in noisy] if clipped else noisy
        rows = [row_of(estimator, *each, level, number) for number, each in enumerate(zip(clean, noisy, strict=True))]
        figures.update({f"{name}_at_{level:g}{unit}": mean_of(rows, name) for name, unit in NAMES.items()})
    return figures


def spoilt(estimator: Any, photos: list[np.ndarray], level: float) -> list[np.ndarray]:
    """The pictures made noisy; the noise of one depends on its number and the level alone."""
    noise = NOISE[estimator.noise]
    seeds = [np.random.default_rng((number, round(100 * level))) for number in range(len(photos))]
    return [
        noise.add(in_units(photo), level, seed).astype(np.float32) for photo, seed in zip(photos, seeds, strict=True)
    ]


NAMES = {
    "psnr": "_db", "psnr_told": "_db", "psnr_noisy": "_db", "covered_68": "", "covered_95": "", "spearman": "",
}  # fmt: skip


def mean_of(rows: list[dict], name: str) -> float:
    return float(np.mean([row[name] for row in rows]))


def row_of(estimator: Any, clean: np.ndarray, noisy: np.ndarray, level: float, number: int) -> dict:
    [found], [told] = estimator.denoise([noisy]), estimator.denoise([noisy], level)
    [spread] = estimator.uncertainty([noisy], samples=DRAWS)
    error, deviation = np.abs(found - clean).ravel(), np.maximum(spread.ravel(), 1e-6)
    which = np.random.default_rng(number).integers(0, len(error), min(len(error), PIXELS))
    known = error[which].std() > 0 and deviation[which].std() > 0
    return {
        "psnr": psnr(clean, found.clip(0, WHITE)),
        "psnr_told": psnr(clean, told.clip(0, WHITE)),
        "psnr_noisy": psnr(clean, noisy),
        **{name: float((error <= width * deviation).mean()) for name, width in widths(estimator).items()},
        "spearman": float(spearmanr(deviation[which], error[which]).statistic) if known else 0.0,
    }


def widths(estimator: Any) -> dict[str, float]:
    """How many standard deviations should hold so many per cent: as the fit measured it, or else of normal errors."""
    held_out = estimator.metrics_["fit"]["held_out"]
    return {f"covered_{share}": held_out.get(name_of(share), width) for share, width in NORMAL.items()}
