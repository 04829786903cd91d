"""How a codec is judged: bits a pixel against the error, and both against JPEG."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator

from ..pixels.photos import psnr

QUALITIES = (10, 30, 50, 70, 90)
DECIBELS = (27.0, 38.0)
Curve = Sequence[tuple[float, float]]  # bits a pixel, and PSNR in dB


def judged(estimator: Any, photos: Sequence[np.ndarray], qualities: Sequence[int]) -> dict:
    """Means over pictures at each quality, by whole files."""
    figures = {}
    for quality in qualities:
        points = [point(estimator, photo, quality) for photo in photos]
        rate, decibels = np.mean(points, axis=0)
        figures[f"bits_per_pixel_at_{quality}"], figures[f"psnr_at_{quality}_db"] = float(rate), float(decibels)
    return figures


def point(estimator: Any, photo: np.ndarray, quality: int) -> tuple[float, float]:
    """Bits a pixel and PSNR in dB of a picture that went through a file."""
    content = estimator.compress([photo], quality=quality)
    [found] = estimator.decompress(content)
    return rate_of(content, photo), psnr(photo, found.reshape(photo.shape))


def rate_of(content: bytes, photo: np.ndarray) -> float:
    return 8 * len(content) / (photo.shape[0] * photo.shape[1])


def by_pillow(photo: np.ndarray, form: str, **how: Any) -> tuple[float, float]:
    """The same of a format that Pillow writes."""
    from PIL import Image

    file = BytesIO()
    Image.fromarray(photo[..., 0] if photo.shape[-1] == 1 else photo).save(file, form, **how)
    found = np.asarray(Image.open(file))
    return rate_of(file.getvalue(), photo), psnr(photo, found.reshape(photo.shape))


def bd_rate(ours: Curve, theirs: Curve, decibels: tuple[float, float] = DECIBELS) -> float:
    """How many per cent more bits ours takes at equal error, the mean over a range of it (Bjøntegaard 2001).

    It interpolates log bits by piecewise cubics, and takes of the range what both curves reach.
    """
    curves = [
        PchipInterpolator(*zip(*sorted((d, np.log(rate)) for rate, d in curve), strict=True))
        for curve in (ours, theirs)
    ]
    low = max(decibels[0], *(min(d for _, d in curve) for curve in (ours, theirs)))
    high = min(decibels[1], *(max(d for _, d in curve) for curve in (ours, theirs)))
    areas = [curve.integrate(low, high) for curve in curves]
    return 100 * float(np.exp((areas[0] - areas[1]) / (high - low)) - 1)
