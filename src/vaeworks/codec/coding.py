"""A whole picture to bits and back: window by window, so that memory does not grow with it beyond its coefficients."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..coding.symbols import Reader, Writer
from ..core.model import LatentModel
from ..errors import VaeworksError
from ..pixels.photos import mirrored
from .networks import QUALITIES, STEP, of_quality
from .stream import read, tiles, written
from .transform import BLOCK

Watch = Callable[[list], Iterable]
MARGIN = 64  # pixels around a tile, which is more than any of its pixels can see


@torch.no_grad()
def coded(model: LatentModel, twin: LatentModel, photo: np.ndarray, quality: int, watch: Watch = iter) -> bytes:
    """A picture (H, W, C) as its quality, and the words of the entropy coder; `watch` sees the tiles go by."""
    pixels = torch.from_numpy(np.ascontiguousarray(mirrored(photo, STEP).transpose(2, 0, 1)))
    writer = Writer()
    for tile in watch(tiles(pixels.shape[1] // BLOCK, pixels.shape[2] // BLOCK)):
        outer, inner = windows(tile, pixels.shape[1:])
        batch = of_quality(pixels[:, outer[0], outer[1]][None].float(), torch.tensor([quality]), sizes(outer))
        features, _ = model.read(batch.to(device_of(model)))
        written(twin, {"y": cut(features["y"], inner, BLOCK), "z": cut(features["z"], inner, STEP)}, quality, writer)
    return bytes([quality]) + writer.payload()


@torch.no_grad()
def decoded(
    model: LatentModel, twin: LatentModel, payload: bytes, size: tuple[int, int], watch: Watch = iter
) -> np.ndarray:
    """The picture (H, W, C) of that size, as floats whose white is 255.

    Raises
    ------
    VaeworksError
        For a payload that holds no picture.
    """
    if len(payload) % 4 != 1 or payload[0] > QUALITIES:
        raise VaeworksError("the picture's bits are damaged: get the file again")
    quality, reader = payload[0], Reader(payload[1:])
    height, width = (-(-side // STEP) * STEP for side in size)
    whole = torch.empty(1, twin.first_state.channels, height // BLOCK, width // BLOCK)  # type: ignore[union-attr, arg-type]
    for rows, columns in watch(tiles(height // BLOCK, width // BLOCK)):
        area = (rows.stop - rows.start, columns.stop - columns.start)
        whole[:, :, rows, columns] = read(twin, area, quality, reader)
    return synthesised(model, whole, quality)[: size[0], : size[1]]


def synthesised(model: LatentModel, steps: Tensor, quality: int) -> np.ndarray:
    """The pixels (H, W, C) of all steps (1, C, h, w)."""
    height, width = (side * BLOCK for side in steps.shape[2:])
    out = np.empty((height, width, steps.shape[1] // BLOCK**2), np.float32)
    decoder: Any = model.decoder
    for tile in tiles(*steps.shape[2:]):
        outer, inner = windows(tile, (height, width))
        batch = of_quality(None, torch.tensor([quality]), sizes(outer)).to(device_of(model))
        blocks = [slice(piece.start // BLOCK, piece.stop // BLOCK) for piece in outer]
        state = {"y": steps[:, :, blocks[0], blocks[1]].to(device_of(model))}
        found = cut(decoder.mean(state, model.read(batch)[1]), inner, 1)[0]
        out[tuple(slice(piece.start * BLOCK, piece.stop * BLOCK) for piece in tile)] = found.permute(1, 2, 0).cpu()
    return out


def windows(tile: tuple[slice, slice], size: Any) -> tuple[list[slice], list[slice]]:
    """A tile of blocks with its margin, in pixels of the picture; and the tile, in pixels of that."""
    outer, inner = [], []
    for piece, length in zip(tile, size, strict=True):
        start, stop = piece.start * BLOCK, piece.stop * BLOCK
        wide = slice(max(0, start - MARGIN), min(length, stop + MARGIN))
        outer.append(wide)
        inner.append(slice(start - wide.start, stop - wide.start))
    return outer, inner


def sizes(window: list[slice]) -> tuple[int, int]:
    return window[0].stop - window[0].start, window[1].stop - window[1].start


def cut(maps: Tensor, window: list[slice], step: int) -> Tensor:
    """A window in pixels of maps in which a place stands for `step` of them each way."""
    rows, columns = (slice(piece.start // step, piece.stop // step) for piece in window)
    return maps[:, :, rows, columns].cpu()


def device_of(model: LatentModel) -> torch.device:
    return next(model.parameters()).device
