"""Arrays of images put side by side, and written as a picture."""

import math
from pathlib import Path

import numpy as np

from ..files import said_plainly, written_whole
from .captions import Captions

GAP, SHOWN_WIDTH = 1, 1000


def as_bytes(images: np.ndarray, likelihood: str) -> np.ndarray:
    """Images in a model's units as 8-bit ones; real values are stretched from the least to the largest."""
    if likelihood == "logistic":
        scaled = images
    elif likelihood == "bernoulli":
        scaled = images * 255.0
    else:
        low, high = float(images.min()), float(images.max())
        scaled = (images - low) / ((high - low) or 1.0) * 255.0
    return scaled.round().clip(0, 255).astype(np.uint8)


def grid(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Images (N, H, W, C) in rows of `columns`, by default about a square, with a thin gap between them."""
    count, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = -(-count // columns)
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, channels), 255, np.uint8)
    for index, image in enumerate(images):
        top, left = index // columns * (height + GAP), index % columns * (width + GAP)
        sheet[top : top + height, left : left + width] = image
    return sheet


def write_picture(image: np.ndarray, out: Path, captions: Captions | None = None) -> None:
    """Write (H, W, C) in 8 bits; a small one is enlarged by whole pixels, so that it can be looked at."""
    times = -(-SHOWN_WIDTH // image.shape[1])
    enlarged = image.repeat(times, 0).repeat(times, 1)
    if captions is not None:
        enlarged = captions.around(enlarged)
    write_single(enlarged, out)


def write_single(image: np.ndarray, out: Path) -> None:
    """Write (H, W, C) in 8 bits, pixel for pixel."""
    from PIL import Image

    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    with said_plainly(out), written_whole(out) as temporary:
        picture.save(temporary, format=Image.registered_extensions()[out.suffix.lower()])
