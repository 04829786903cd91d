"""From arrays of images to batches of pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.labels import LABEL
from .likelihoods import HIGHEST
from .networks import Shape

LARGEST, SMALLEST = 1e15, 1e-15  # float32 holds their squares, and the sums of these over an image


def as_images(X: Any) -> np.ndarray:
    """Images as (N, channels, H, W), of whatever type they have.

    Parameters
    ----------
    X : array (N, H, W) or (N, H, W, C), or a sequence of arrays (H, W) or (H, W, C), with C 1 or 3

    Raises
    ------
    VaeworksError
        When the images differ in shape, or are no images.
    """
    if not hasattr(X, "__len__"):
        raise VaeworksError(f"images must be an array or a list of arrays, not {X!r}")
    images = X if isinstance(X, np.ndarray) else stacked(X)
    if images.dtype.kind not in "buif":
        raise VaeworksError(f"pixels must be numbers, not {images.dtype}: turn the images into an array of numbers")
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise VaeworksError(
            f"images must be an array (N, H, W) or (N, H, W, C) with 1 or 3 channels, not {images.shape}: "
            "transpose them so that the channels come last, or leave out an alpha channel"
        )
    if 0 in images.shape:
        raise VaeworksError(f"there are no pixels in an array of shape {images.shape}: give at least one image")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise VaeworksError("the images hold NaN or infinite values: replace them first")
    if images.dtype.itemsize > 1 and max(abs(float(images.min())), abs(float(images.max()))) > LARGEST:
        raise VaeworksError(
            f"the pixels run from {images.min():g} to {images.max():g}, which is too far to compute with: scale them, "
            "for example to between 0 and 1"
        )
    return images.transpose(0, 3, 1, 2)


def stacked(X: Any) -> np.ndarray:
    images = [np.asarray(image) for image in X]
    if not images:
        raise VaeworksError("there are no images: give at least one")
    odd = next((index for index, image in enumerate(images) if image.shape != images[0].shape), None)
    if odd is not None:
        raise VaeworksError(
            f"image {odd} has the shape {images[odd].shape}, image 0 {images[0].shape}: bring all to one size"
        )
    return np.stack(images)


def likelihood_for(images: np.ndarray) -> str:
    """'bernoulli' for values 0 and 1, 'logistic' for whole numbers up to 255, else 'normal'."""
    if images.dtype.kind == "b" or ((images == 0) | (images == 1)).all():
        return "bernoulli"
    return "logistic" if is_8_bit(images) else "normal"


def is_8_bit(images: np.ndarray) -> bool:
    """Whether all pixels are whole numbers from 0 to 255, of whatever type."""
    whole = images.dtype.kind in "ui" or (images == np.round(images)).all()
    return bool(whole and images.min() >= 0 and images.max() <= HIGHEST)


def check_pixels(images: np.ndarray, likelihood: str) -> np.ndarray:
    """The images in the smallest type that holds what the likelihood scores.

    Raises
    ------
    VaeworksError
        When it cannot score them.
    """
    if likelihood == "bernoulli":
        if not ((images == 0) | (images == 1)).all():
            raise VaeworksError(
                "a Bernoulli likelihood is for pixels that are 0 or 1, and these have other values: "
                "use likelihood='logistic' for 8-bit pixels or 'normal' for real ones, or binarise the images"
            )
        return images.astype(np.uint8, copy=False)
    if likelihood == "logistic":
        if not is_8_bit(images):
            raise VaeworksError(
                f"a logistic likelihood is for whole numbers from 0 to 255, and these run from {images.min():g} to "
                f"{images.max():g}: scale and round them, or use likelihood='normal'"
            )
        return images.astype(np.uint8, copy=False)
    return images.astype(np.float32, copy=False)


@dataclass(frozen=True)
class Scale:
    """What the encoder reads: (pixel - centre) / spread."""

    centre: float
    spread: float


def scale_of(images: np.ndarray, likelihood: str) -> Scale:
    """From -1 to 1 where the range is known; else mean 0 and variance 1.

    Raises
    ------
    VaeworksError
        For pixels that differ by less than float32 can square.
    """
    if likelihood != "normal":
        half = 0.5 if likelihood == "bernoulli" else HIGHEST / 2
        return Scale(half, half)
    spread = float(images.std(dtype=np.float64))
    if spread < SMALLEST and images.min() < images.max():
        raise VaeworksError(
            f"the pixels differ by about {spread:.1g}, which is too little to compute with: scale them, for example to "
            "between 0 and 1"
        )
    return Scale(float(images.mean(dtype=np.float64)), spread or 1.0)


class ImageData:
    """Images and their labels in memory, in batches.

    Parameters
    ----------
    images : ndarray (N, channels, H, W)
    labels : ndarray of int (N,)
        -1 where missing.
    scale : Scale
    batch_size : int
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, scale: Scale, batch_size: int) -> None:
        self.images, self.labels = torch.from_numpy(images.copy(order="C")), torch.from_numpy(labels)
        self.scale, self.batch_size = scale, batch_size

    def __len__(self) -> int:
        """Batches an epoch."""
        return -(-len(self.images) // self.batch_size)

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        """Every image once; shuffled by `seed`, or in the order given when it is None."""
        count = len(self.images)
        order = np.arange(count) if seed is None else np.random.default_rng(seed).permutation(count)
        for start in range(0, len(order), self.batch_size):
            yield self._batch(torch.from_numpy(order[start : start + self.batch_size]))

    def _batch(self, rows: Tensor) -> Batch:
        """Pixels (B, channels, H, W): scaled ones to read, and those of the data to score."""
        return Batch(self.read(rows), target=self.images[rows].float(), labels={LABEL: self.labels[rows]})

    def read(self, rows: Tensor) -> Tensor:
        return (self.images[rows].float() - self.scale.centre) / self.scale.spread


def shape_of(images: np.ndarray) -> Shape:
    channels, height, width = images.shape[1:]
    return channels, height, width
