"""What is cut out of pictures of any size, so that a step of training has batches of one size."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from .photos import in_units

LONGEST = 1024  # side of what is judged of a picture


class Places:
    """Which pictures a pass over them cuts from: each as often as patches cover it.

    Parameters
    ----------
    photos : list of arrays (H, W, C)
    side : int
        Of a patch, at most; smaller pictures make it smaller.
    batch_size : int
    """

    def __init__(self, photos: list[np.ndarray], side: int, batch_size: int) -> None:
        self.photos, self.batch_size = photos, batch_size
        self.side = min(side, max(max(photo.shape[:2]) for photo in photos))
        counts = [max(1, round(photo.shape[0] * photo.shape[1] / self.side**2)) for photo in photos]
        self.rows = np.repeat(np.arange(len(photos)), counts)

    def __len__(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def batches(self, random: np.random.Generator, shuffled: bool) -> Iterator[list[np.ndarray]]:
        """The pictures of each batch."""
        order = random.permutation(self.rows) if shuffled else self.rows
        for start in range(0, len(order), self.batch_size):
            yield [self.photos[row] for row in order[start : start + self.batch_size]]

    def cut(self, photo: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """A patch at a random place, as float32 whose white is 255."""
        top, left = (int(random.integers(0, max(1, length - self.side + 1))) for length in photo.shape[:2])
        return in_units(photo[top : top + self.side, left : left + self.side])


def turned(cut: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Turned, where it is square, and mirrored, at random."""
    if cut.shape[0] == cut.shape[1]:
        cut = np.rot90(cut, int(random.integers(4)))
    return cut[:, ::-1] if random.random() < 0.5 else cut


def filled(cut: np.ndarray, side: int, step: int) -> np.ndarray:
    """Mirrored at its lower and right edges up to the least multiple of `step` that is not below `side`."""
    whole = -(-side // step) * step
    missing = [max(0, whole - length) for length in cut.shape[:2]]
    return np.pad(cut, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")


def within(observed: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """What counts of a picture (H, W, C) that was mirrored beyond its size."""
    counted = observed.copy()
    counted[size[0] :], counted[:, size[1] :] = False, False
    return counted


def middle(pixels: np.ndarray) -> np.ndarray:
    """The middle of a picture, at most 1,024 pixels each way."""
    starts = [max(0, (side - LONGEST) // 2) for side in pixels.shape[:2]]
    return pixels[starts[0] : starts[0] + LONGEST, starts[1] : starts[1] + LONGEST]


def column(numbers: list) -> Tensor:
    """One number a picture, (N, 1, 1, 1)."""
    return torch.tensor(numbers, dtype=torch.float32)[:, None, None, None]


def stacked(images: list[np.ndarray], channels: int) -> Tensor:
    """Pictures of one size as (N, channels, H, W); grey ones are repeated."""
    whole = [image if image.shape[-1] == channels else np.repeat(image, channels, -1) for image in images]
    return torch.from_numpy(np.stack(whole)).permute(0, 3, 1, 2).float()
