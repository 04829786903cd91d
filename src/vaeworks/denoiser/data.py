"""From pictures to batches: what is cut out of them, how noisy it is made, and what is told of it."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from ..pixels.patches import Places, column, filled, middle, stacked, turned, within
from ..pixels.photos import WHITE, in_units, mirrored
from ..pixels.reader import PhotoReader as Reader
from ..pixels.tiles import STEP
from .noise import NOISE, Split
from .parameters import ImageDenoiserParameters

UNTOLD = -1.0
Example = tuple[Split, tuple[int, ...], bool]  # with its size before it was mirrored, and whether its level is told


def given(noisy: np.ndarray, level: float | None, channels: int) -> dict[str, Tensor]:
    """The condition of one noisy picture (H, W, C) whose sides are multiples of 8, as a batch of one."""
    return {
        "noisy": stacked([noisy], channels),
        "told": column([UNTOLD if level is None else level]),
        "colour": column([noisy.shape[-1] == 3]),
        "variance": column([0.0]),
        "slope": column([0.0]),
    }


class PhotoData:
    """Pictures made noisy, or split, batch by batch.

    Parameters
    ----------
    photos : list of arrays (H, W, C)
    channels : int
        Of the network: with 3, half of the training pictures are shown in grey.
    estimator
        Its parameters say how.
    levels : tuple of float
        Of the noise that whole pictures get in turn; none for training, which cuts patches and draws levels.
    """

    def __init__(
        self,
        photos: list[np.ndarray],
        channels: int,
        estimator: ImageDenoiserParameters,
        levels: tuple[float, ...] = (),
    ) -> None:
        self.photos, self.channels, self.levels = photos, channels, levels
        self.noise, self.unsupervised = NOISE[estimator.noise], estimator.unsupervised
        self.highest, self.level = estimator.highest, estimator.level
        self.places = Places(photos, estimator.patch, estimator.batch_size)

    def __len__(self) -> int:
        return len(self.photos) if self.levels else len(self.places)

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        if self.levels:
            yield from self._whole()
            return
        random = np.random.default_rng(0 if seed is None else seed)
        for photos in self.places.batches(random, shuffled=seed is not None):
            yield self._batch([self._example(photo, random) for photo in photos])

    def _whole(self) -> Iterator[Batch]:
        """Each picture, or its middle, in a batch of its own; the noise depends on its number alone."""
        for number, photo in enumerate(self.photos):
            cut, level = middle(in_units(photo)), self.levels[number % len(self.levels)]
            split = self._split(mirrored(cut, STEP), level, np.random.default_rng(number))
            yield self._batch([(split, cut.shape[:2], True)])

    def _example(self, photo: np.ndarray, random: np.random.Generator) -> Example:
        """A patch, turned and mirrored at random, and what is told of it."""
        cut = self.places.cut(photo, random)
        if not self.unsupervised and random.random() < 0.5:
            cut = recoloured(cut, random)
        if self.channels == 3 and cut.shape[-1] == 3 and random.random() < 0.5:
            cut = cut @ GREY
        cut = turned(cut, random)
        level, told = random.uniform(0, self.highest), random.random() < 0.5
        whole = filled(cut, self.places.side, STEP)
        return self._split(whole, level, random, random.random() < 0.5), cut.shape[:2], told

    def _split(self, cut: np.ndarray, level: float, random: np.random.Generator, clipped: bool = False) -> Split:
        """What is read and what is scored of pixels that are clean, or noisy where no clean ones are known."""
        if self.unsupervised:
            assert self.level is not None
            return self.noise.split(cut, self.level, random)
        noisy = self.noise.add(cut, level, random)
        noisy = np.rint(noisy).clip(0, WHITE) if clipped else noisy
        return Split(noisy, cut, level, 0.0, 0.0, np.ones(cut.shape, dtype=bool))

    def _batch(self, examples: list[Example]) -> Batch:
        splits = [split for split, _, _ in examples]
        coloured = [split.read.shape[-1] == 3 for split in splits]
        condition = {
            "noisy": stacked([split.read for split in splits], self.channels),
            "told": column([split.level if told else UNTOLD for split, _, told in examples]),
            "colour": column(coloured),
            "variance": column([split.variance for split in splits]),
            "slope": column([split.slope for split in splits]),
        }
        observed = stacked([within(split.observed, size) for split, size, _ in examples], self.channels) > 0
        if self.channels == 3:
            observed[:, 1:] &= torch.tensor(coloured)[:, None, None, None]  # a grey picture has one channel
        scored = stacked([split.scored for split in splits], self.channels)
        levels = column([split.level for split in splits])
        return Batch(scored, observed=observed, condition=condition, extra={"level": levels})


def recoloured(cut: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Channels in another order, colour and contrast weaker or stronger: photos alone show few vivid or hard ones."""
    grey = cut.mean(-1, keepdims=True)
    vivid = grey + random.uniform(0, 3) * (cut[..., random.permutation(cut.shape[-1])] - grey)
    middle = vivid.mean()
    return (middle + random.uniform(0.5, 2) * (vivid - middle)).clip(0, WHITE).astype(np.float32)


GREY = np.array([[0.299], [0.587], [0.114]], dtype=np.float32)  # ITU-R 601


class PhotoReader(Reader):
    """Reads pictures as they are, and makes them noisy."""

    def further(
        self, X: Any, y: Any, estimator: ImageDenoiserParameters, share: float, anew: bool = True
    ) -> tuple[Self, PhotoData, PhotoData | None]:
        if estimator.unsupervised and estimator.level is None:
            raise VaeworksError("an unsupervised fit must know how noisy its pictures are: give level, as in level=25")
        return super().further(X, y, estimator, share, anew)

    def patches(self, photos: list[np.ndarray], estimator: ImageDenoiserParameters) -> PhotoData:
        return PhotoData(photos, self.channels, estimator)

    def data(self, X: Any, y: Any, estimator: ImageDenoiserParameters) -> PhotoData:
        levels = tuple(estimator.highest * share for share in (0.2, 1 / 3, 2 / 3))
        return PhotoData(self.checked(X), self.channels, estimator, levels)
