"""Pictures of any size and type as arrays, and the units in which networks read them."""

from typing import Any

import numpy as np

from ..errors import VaeworksError

WHITE = 255.0


def as_photos(X: Any) -> list[np.ndarray]:
    """Pictures as arrays (H, W, C) with C 1 or 3, of the type they have; sizes may differ.

    Raises
    ------
    VaeworksError
        When something is no picture.
    """
    if not hasattr(X, "__len__") or not len(X):
        raise VaeworksError("there are no pictures: give a list of arrays (H, W) or (H, W, C)")
    return [as_photo(np.asarray(each), number) for number, each in enumerate(X)]


def as_photo(image: np.ndarray, number: int) -> np.ndarray:
    photo = image[..., None] if image.ndim == 2 else image
    if photo.ndim != 3 or photo.shape[-1] not in (1, 3) or 0 in photo.shape:
        raise VaeworksError(
            f"picture {number} has the shape {image.shape}: pictures are (H, W) or (H, W, C) with C 1 or 3"
        )
    if photo.dtype not in (np.uint8, np.uint16) and photo.dtype.kind != "f":
        raise VaeworksError(f"picture {number} holds {photo.dtype}: give uint8, uint16, or floats whose white is 255")
    if photo.dtype.kind == "f":
        check_range(float(photo.min()), float(photo.max()), number)
    return photo


def check_range(low: float, high: float, number: int) -> None:
    if not np.isfinite([low, high]).all():
        raise VaeworksError(f"picture {number} holds NaN or infinite values: replace them first")
    if low < high <= 3:
        raise VaeworksError(
            f"the pixels of picture {number} run from {low:.3g} to {high:.3g}, but white is 255: multiply them by it"
        )


def in_units(photo: np.ndarray) -> np.ndarray:
    """As float32 whose white is 255."""
    return photo.astype(np.float32) / (257 if photo.dtype == np.uint16 else 1)


def out_of_units(pixels: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Back to the type of a picture, within what that holds."""
    if like.dtype.kind == "f":
        return pixels.astype(like.dtype)
    most = np.iinfo(like.dtype).max
    return np.rint(pixels * (most / WHITE)).clip(0, most).astype(like.dtype)


def mirrored(pixels: np.ndarray, side: int) -> np.ndarray:
    """(H, W, C) mirrored at its lower and right edges up to multiples of `side`."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, -height % side), (0, -width % side), (0, 0)), mode="symmetric")


def psnr(clean: np.ndarray, found: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB, where white is 255."""
    error = float(np.mean((clean.astype(np.float64) - found) ** 2))
    return float(10 * np.log10(WHITE**2 / max(error, 1e-10)))
