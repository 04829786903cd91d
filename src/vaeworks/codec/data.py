"""From pictures to batches: what is cut out of them, and at which quality it is coded."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ..core.batch import Batch
from ..errors import VaeworksError
from ..pixels.patches import Places, filled, middle, stacked, turned, within
from ..pixels.photos import in_units, mirrored
from ..pixels.reader import PhotoReader as Reader
from .networks import QUALITIES, STEP, of_quality
from .parameters import ImageCodecParameters

Example = tuple[np.ndarray, tuple[int, ...], float]  # with its size before it was mirrored, and its quality


class PhotoData:
    """Pictures at qualities, batch by batch.

    Parameters
    ----------
    photos : list of arrays (H, W, C)
    channels : int
        Of the network.
    estimator
        Its parameters say how.
    qualities : tuple of float
        Of whole pictures in turn; none for training, which cuts patches and draws qualities.
    """

    def __init__(
        self,
        photos: list[np.ndarray],
        channels: int,
        estimator: ImageCodecParameters,
        qualities: tuple[float, ...] = (),
    ) -> None:
        self.photos, self.channels, self.qualities = photos, channels, qualities
        self.places = Places(photos, estimator.patch, estimator.batch_size)

    def __len__(self) -> int:
        return len(self.photos) if self.qualities else len(self.places)

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        if self.qualities:
            yield from (self._whole(number, photo) for number, photo in enumerate(self.photos))
            return
        random = np.random.default_rng(0 if seed is None else seed)
        for photos in self.places.batches(random, shuffled=seed is not None):
            yield self._batch([self._example(photo, random) for photo in photos])

    def _whole(self, number: int, photo: np.ndarray) -> Batch:
        """A picture, or its middle, in a batch of its own."""
        cut = middle(in_units(photo))
        return self._batch([(mirrored(cut, STEP), cut.shape[:2], self.qualities[number % len(self.qualities)])])

    def _example(self, photo: np.ndarray, random: np.random.Generator) -> Example:
        cut = turned(self.places.cut(photo, random), random)
        return filled(cut, self.places.side, STEP), cut.shape[:2], float(random.integers(QUALITIES + 1))

    def _batch(self, examples: list[Example]) -> Batch:
        pixels = stacked([cut for cut, _, _ in examples], self.channels)
        qualities = torch.tensor([quality for _, _, quality in examples])
        batch = of_quality(pixels, qualities, (pixels.shape[2], pixels.shape[3]))
        everything = np.ones((*pixels.shape[2:], self.channels), dtype=bool)
        batch.observed = stacked([within(everything, size) for _, size, _ in examples], self.channels) > 0
        return batch


class PhotoReader(Reader):
    """Reads pictures as they are."""

    def patches(self, photos: list[np.ndarray], estimator: ImageCodecParameters) -> PhotoData:
        return PhotoData(photos, self.channels, estimator)

    def data(self, X: Any, y: Any, estimator: ImageCodecParameters) -> PhotoData:
        return PhotoData(self.checked(X), self.channels, estimator, (20.0, 50.0, 80.0))


def checked_bytes(photos: list[np.ndarray]) -> list[np.ndarray]:
    """Pictures of 8 bits.

    Raises
    ------
    VaeworksError
        For others, which would not come back as they were.
    """
    for number, photo in enumerate(photos):
        if photo.dtype != np.uint8:
            raise VaeworksError(f"picture {number} holds {photo.dtype}, and files hold 8 bits: convert it to uint8")
    return photos


def checked_quality(quality: Any) -> int:
    """A quality as a whole number.

    Raises
    ------
    VaeworksError
    """
    whole = isinstance(quality, int | np.integer) and not isinstance(quality, bool)
    if not whole or not 0 <= quality <= QUALITIES:
        raise VaeworksError(f"quality must be a whole number from 0 to {QUALITIES}, not {quality!r}")
    return int(quality)


def in_channels(photo: np.ndarray, channels: int) -> np.ndarray:
    """A picture as the network sees it: grey ones are repeated."""
    return photo if photo.shape[-1] == channels else np.repeat(photo, channels, -1)
