"""From arrays of images to batches of pixels."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.examples import InMemory
from ..held_out import parted
from ..labels import LABEL, Classes, further_classes, indices_of, labels_of
from .likelihoods import HIGHEST
from .networks import Shape
from .parameters import ImageParameters

LARGEST, SMALLEST = 1e15, 1e-15  # float32 holds their squares, and the sums of these over an image
FARTHEST = 20.0  # mean distance of pixels from those of the fit, in their standard deviations


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


def check_range(images: np.ndarray, scale: Scale) -> None:
    """Refuse pixels in another unit than those of the fit, as 0 to 255 where it had 0 to 1."""
    apart = float(np.abs(images - scale.centre).mean(dtype=np.float64)) / scale.spread
    if apart > FARTHEST:
        raise VaeworksError(
            f"the pixels run from {images.min():g} to {images.max():g}, and those of the fit lay around "
            f"{scale.centre:.3g}, give or take {scale.spread:.3g}: scale them as they were then"
        )


class ImageData(InMemory):
    """Images and their labels in memory.

    Parameters
    ----------
    images : ndarray (N, channels, H, W)
    labels : ndarray of int (N,)
        -1 where missing.
    scale : Scale
    batch_size : int
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, scale: Scale, batch_size: int) -> None:
        super().__init__(len(images), batch_size)
        self.images, self.labels = torch.from_numpy(images.copy(order="C")), torch.from_numpy(labels)
        self.scale = scale

    def batch(self, rows: np.ndarray) -> Batch:
        """Pixels (B, channels, H, W): scaled ones to read, and those of the data to score."""
        which = torch.from_numpy(rows)
        return Batch(self.read(which), target=self.images[which].float(), labels={LABEL: self.labels[which]})

    def read(self, rows: Tensor) -> Tensor:
        return (self.images[rows].float() - self.scale.centre) / self.scale.spread


@dataclass(frozen=True)
class ImageReader:
    """What was learned of images: their shape, their likelihood and the range of their pixels, and their classes."""

    shape: Shape
    likelihood: str
    scale: Scale
    classes: Classes | None

    @classmethod
    def learn(
        cls, X: Any, y: Any, estimator: ImageParameters, share: float
    ) -> tuple[Self, ImageData, ImageData | None]:
        images = as_images(X)
        likelihood = likelihood_for(images) if estimator.likelihood == "auto" else estimator.likelihood
        reader = cls(shape_of(images), likelihood, scale_of(images, likelihood), None)
        return reader.further(images.transpose(0, 2, 3, 1), y, estimator, share)

    def further(
        self, X: Any, y: Any, estimator: ImageParameters, share: float, anew: bool = True
    ) -> tuple[Self, ImageData, ImageData | None]:
        labels = labels_of(y, len(X), "images")
        reader = replace(self, classes=further_classes(self.classes, labels, estimator.missing_label, anew))
        images, known = reader._checked(X, labels)
        rows, others = parted(len(images), share)
        judged_by = reader._data(images[others], known[others], estimator) if len(others) else None
        return reader, reader._data(images[rows], known[rows], estimator), judged_by

    def data(self, X: Any, y: Any, estimator: ImageParameters) -> ImageData:
        return self._data(*self._checked(X, y), estimator)

    def _data(self, images: np.ndarray, labels: np.ndarray, estimator: ImageParameters) -> ImageData:
        return ImageData(images, labels, self.scale, estimator.images_a_step(len(images)))

    def _checked(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Pixels that the likelihood scores, and class indices."""
        images = self.pixels(as_images(X))
        return images, indices_of(self.classes, labels_of(y, len(images), "images"))

    def pixels(self, images: np.ndarray) -> np.ndarray:
        """Images (N, channels, H, W) in the smallest type that holds what the likelihood scores.

        Raises
        ------
        VaeworksError
            For images of another shape, and for pixels that it cannot score.
        """
        if shape_of(images) != self.shape:
            raise VaeworksError(
                f"the images are {said(shape_of(images))}, and this model's are {said(self.shape)}: "
                "resize or convert them"
            )
        if self.likelihood == "normal":
            check_range(images, self.scale)
        return check_pixels(images, self.likelihood)

    def to_state(self) -> dict:
        return {
            "shape": list(self.shape),
            "likelihood": self.likelihood,
            "scale": asdict(self.scale),
            "classes": None if self.classes is None else self.classes.to_state(),
        }

    @classmethod
    def from_state(cls, state: dict) -> Self:
        channels, height, width = state["shape"]
        scale, classes = Scale(**state["scale"]), Classes.from_state(state["classes"])
        return cls((channels, height, width), state["likelihood"], scale, classes)


def shape_of(images: np.ndarray) -> Shape:
    channels, height, width = images.shape[1:]
    return channels, height, width


def said(shape: Shape) -> str:
    colours = {1: "grey", 3: "colour"}
    return f"{shape[2]} x {shape[1]} and {colours[shape[0]]}"
