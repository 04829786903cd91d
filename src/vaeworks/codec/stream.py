"""A picture's code as bits: tile by tile through the twin's `descend`, which reads or writes at every level.

Tiles are foretold apart from each other, so that memory is bounded, but transformed together, so that none is seen.
"""

from itertools import product

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution

from ..coding.integers import UNIT as WHOLE
from ..coding.symbols import Reader, Writer
from ..core.batch import Batch
from ..core.model import LatentModel
from ..pixels.tiles import pieces
from .networks import STEP
from .transform import BLOCK
from .twin import ExactSteps, as_found

TILE = 1024 // BLOCK  # side in blocks
BLOCKS = STEP // BLOCK  # to a place of z


def tiles(height: int, width: int) -> list[tuple[slice, slice]]:
    """Where the tiles of so many blocks lie."""
    return list(product(pieces(height, TILE), pieces(width, TILE)))


def written(twin: LatentModel, features: dict[str, Tensor], quality: int, writer: Writer) -> None:
    """Write what was found of a tile: y (1, C, h, w) in steps, and z."""

    def choose(prior: Distribution, posterior: Distribution | None) -> Tensor:
        assert isinstance(prior, ExactSteps)
        assert posterior is not None
        symbols = ((posterior.mean - prior.mean) / WHOLE).round().clamp(-32768, 32767)
        writer.write(symbols.flatten().numpy().astype(np.int32), prior.widths())
        return prior.mean + WHOLE * symbols

    twin.descend(batch_of(as_found(features), quality, features["y"].shape[2:]), choose)


def read(twin: LatentModel, size: tuple[int, int], quality: int, reader: Reader) -> Tensor:
    """The y (1, C, h, w) of a tile of so many blocks, in steps."""

    def choose(prior: Distribution, posterior: Distribution | None) -> Tensor:
        assert isinstance(prior, ExactSteps)
        symbols = torch.from_numpy(reader.read(prior.widths())).double().view(prior.mean.shape)
        return prior.mean + WHOLE * symbols

    _, state, _ = twin.descend(batch_of(None, quality, size), choose)
    return (state["y"] / WHOLE).float()


def batch_of(features: dict[str, Tensor] | None, quality: int, size: tuple[int, ...]) -> Batch:
    plane = torch.full((1, 1, size[0] // BLOCKS, size[1] // BLOCKS), float(quality))
    return Batch(features, condition={"quality": plane})
