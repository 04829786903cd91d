"""From pictures to batches: what is cut out of them, how noisy it is made, and what is told of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.examples import parted
from ..pixels.photos import WHITE, as_photos, in_units, mirrored
from .networks import STEP
from .noise import NOISE, Split

LONGEST = 1024  # side of what is judged of a picture
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


def column(numbers: list) -> Tensor:
    """One number a picture, (N, 1, 1, 1)."""
    return torch.tensor(numbers, dtype=torch.float32)[:, None, None, None]


def stacked(images: list[np.ndarray], channels: int) -> Tensor:
    """Pictures of one size as (N, channels, H, W); grey ones are repeated."""
    whole = [image if image.shape[-1] == channels else np.repeat(image, channels, -1) for image in images]
    return torch.from_numpy(np.stack(whole)).permute(0, 3, 1, 2).float()


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

    def __init__(self, photos: list[np.ndarray], channels: int, estimator: Any, levels: tuple[float, ...] = ()) -> None:
        self.photos, self.channels, self.levels = photos, channels, levels
        self.noise, self.unsupervised = NOISE[estimator.noise], estimator.unsupervised
        self.highest, self.level = estimator.highest, estimator.level
        self.batch_size = estimator.batch_size
        self.side = min(estimator.patch, max(max(photo.shape[:2]) for photo in photos))
        area = self.side**2
        counts = [max(1, round(photo.shape[0] * photo.shape[1] / area)) for photo in photos]
        self.places = np.repeat(np.arange(len(photos)), counts)

    def __len__(self) -> int:
        return len(self.photos) if self.levels else -(-len(self.places) // self.batch_size)

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        if self.levels:
            yield from self._whole()
            return
        random = np.random.default_rng(0 if seed is None else seed)
        order = random.permutation(self.places) if seed is not None else self.places
        for start in range(0, len(order), self.batch_size):
            yield self._batch([self._example(int(row), random) for row in order[start : start + self.batch_size]])

    def _whole(self) -> Iterator[Batch]:
        """Each picture, or its middle, in a batch of its own; the noise depends on its number alone."""
        for number, photo in enumerate(self.photos):
            cut, level = middle(in_units(photo)), self.levels[number % len(self.levels)]
            split = self._split(mirrored(cut, STEP), level, np.random.default_rng(number))
            yield self._batch([(split, cut.shape[:2], True)])

    def _example(self, row: int, random: np.random.Generator) -> Example:
        """A patch, turned and mirrored at random, and what is told of it."""
        photo = self.photos[row]
        top, left = (int(random.integers(0, max(1, side - self.side + 1))) for side in photo.shape[:2])
        cut = in_units(photo[top : top + self.side, left : left + self.side])
        if not self.unsupervised and random.random() < 0.5:
            cut = recoloured(cut, random)
        if self.channels == 3 and cut.shape[-1] == 3 and random.random() < 0.5:
            cut = cut @ GREY
        if cut.shape[0] == cut.shape[1]:
            cut = np.rot90(cut, int(random.integers(4)))
        if random.random() < 0.5:
            cut = cut[:, ::-1]
        level, told = random.uniform(0, self.highest), random.random() < 0.5
        size, whole = cut.shape[:2], -(-self.side // STEP) * STEP
        missing = [max(0, whole - side) for side in size]
        cut = np.pad(cut, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
        return self._split(cut, level, random, random.random() < 0.5), size, told

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


def within(observed: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """What counts of a picture (H, W, C) that was mirrored beyond its size."""
    counted = observed.copy()
    counted[size[0] :], counted[:, size[1] :] = False, False
    return counted


GREY = np.array([[0.299], [0.587], [0.114]], dtype=np.float32)  # ITU-R 601


def middle(pixels: np.ndarray) -> np.ndarray:
    """The middle of a picture, at most 1,024 pixels each way."""
    starts = [max(0, (side - LONGEST) // 2) for side in pixels.shape[:2]]
    return pixels[starts[0] : starts[0] + LONGEST, starts[1] : starts[1] + LONGEST]


@dataclass(frozen=True)
class PhotoReader:
    """What was learned of pictures: whether any has colour, and how many there were."""

    channels: int
    photos: int

    @classmethod
    def learn(cls, X: Any, y: Any, estimator: Any, share: float) -> tuple[Self, PhotoData, PhotoData | None]:
        photos = as_photos(X)
        return cls(max(photo.shape[-1] for photo in photos), len(photos)).further(photos, y, estimator, share)

    def further(
        self, X: Any, y: Any, estimator: Any, share: float, anew: bool = True
    ) -> tuple[Self, PhotoData, PhotoData | None]:
        photos = self.checked(X)
        if estimator.unsupervised and estimator.level is None:
            raise VaeworksError("an unsupervised fit must know how noisy its pictures are: give level, as in level=25")
        rows, others = parted(len(photos), share)
        train, judged_by = ([photos[row] for row in some] for some in (rows, others))
        return (
            self,
            PhotoData(train, self.channels, estimator),
            PhotoData(judged_by, self.channels, estimator) if judged_by else None,
        )

    def data(self, X: Any, y: Any, estimator: Any) -> PhotoData:
        levels = tuple(estimator.highest * share for share in (0.2, 1 / 3, 2 / 3))
        return PhotoData(self.checked(X), self.channels, estimator, levels)

    def checked(self, X: Any) -> list[np.ndarray]:
        """Pictures that the network can read.

        Raises
        ------
        VaeworksError
        """
        photos = as_photos(X)
        odd = next((number for number, photo in enumerate(photos) if photo.shape[-1] > self.channels), None)
        if odd is not None:
            raise VaeworksError(f"picture {odd} has colour, and this denoiser was fitted on grey ones: convert it")
        return photos

    def to_state(self) -> dict:
        return {"channels": self.channels, "photos": self.photos}

    @classmethod
    def from_state(cls, state: dict) -> Self:
        return cls(state["channels"], state["photos"])
