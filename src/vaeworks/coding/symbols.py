"""Whole numbers around 0 as bits: one table for each of some widths, and a way out for what lies beyond.

Symbols of one width follow each other in the stream, so that each table is used once; both sides know the widths.
"""

from functools import cache
from typing import Any

import constriction
import numpy as np
import torch

from ..errors import VaeworksError
from .tables import ARGUMENT, ONE, VALUE, exp_minus, interpolated, sigmoids

LOWEST, WIDTHS, FINER = -3.5, 72, 8  # log-scales from the lowest, so many, so many to a unit
BITS, REACH = 10, 16  # of the table of sigmoids
BEYOND = 15  # bits of the largest symbol, which is written as it is
MOST_SIDE = 1 << 11
model = constriction.stream.model
queue = constriction.stream.queue


def width_of(log_scale: torch.Tensor) -> torch.Tensor:
    """Log-scales in 2**-10 -> which table, (...) of int64."""
    lowest, step = int(LOWEST * 1024), 1024 // FINER
    return ((log_scale - lowest) / step).floor().clamp(0, WIDTHS - 1).long()


@cache
def table(width: int) -> tuple[int, Any]:
    """The largest symbol that it holds, and a distribution over -side ... side and what lies beyond, in this order."""
    twice = 2 * width + 1 + int(2 * LOWEST * FINER)  # of the log-scale, in the middle of its range
    log_scale = (twice << ARGUMENT) // (2 * FINER)
    inverse = int(grown(np.array(-log_scale)))
    side = min(MOST_SIDE, 2 + 12 * (1 << (2 * ARGUMENT)) // inverse // (1 << ARGUMENT))
    edges = torch.arange(-2 * side - 1, 2 * side + 2, 2)
    up_to = interpolated(sigmoids(BITS, REACH), (edges * inverse) // 2, BITS, REACH)
    inside = up_to[1:] - up_to[:-1]
    beyond = max(1, ONE - int(inside.sum()))
    counts = np.concatenate([inside.numpy(), [beyond]]).astype(np.float64)
    return side, model.Categorical(counts / ONE, perfect=False)


def grown(x: np.ndarray) -> np.ndarray:
    """exp(x / 2**16) in 2**-16 of int64 x, for |x| up to 8 units."""
    return (exp_minus((8 << ARGUMENT) - x) * EXP_8) >> VALUE


EXP_8 = 195360063  # exp(8) in 2**-16


class Writer:
    """Symbols to words of 32 bits."""

    def __init__(self) -> None:
        self.coder = queue.RangeEncoder()

    def write(self, symbols: np.ndarray, widths: np.ndarray) -> None:
        """Write int32 symbols, each by the table of its width."""
        for width, places in by_width(widths):
            side, distribution = table(width)
            some = symbols[places]
            beyond = np.abs(some) > side
            self.coder.encode(np.where(beyond, 2 * side + 1, some + side).astype(np.int32), distribution)
            if beyond.any():
                self.coder.encode((some[beyond] + (1 << BEYOND)).astype(np.int32), model.Uniform(2 << BEYOND))

    def payload(self) -> bytes:
        return self.coder.get_compressed().astype("<u4").tobytes()


class Reader:
    """The inverse of `Writer`; most damaged words give symbols too, which a checksum must tell.

    Raises
    ------
    VaeworksError
        For words that no symbols give.
    """

    def __init__(self, payload: bytes) -> None:
        self.coder = queue.RangeDecoder(np.frombuffer(payload, "<u4").astype(np.uint32))

    def read(self, widths: np.ndarray) -> np.ndarray:
        """Symbols, each by the table of its width."""
        try:
            return self._read(widths)
        except AssertionError as error:  # so constriction says it
            raise VaeworksError("the bits of a picture are damaged: get the file again") from error

    def _read(self, widths: np.ndarray) -> np.ndarray:
        symbols = np.empty(len(widths), np.int32)
        for width, places in by_width(widths):
            side, distribution = table(width)
            some = self.coder.decode(distribution, len(places)).astype(np.int32) - side
            beyond = some > side
            if beyond.any():
                some[beyond] = self.coder.decode(model.Uniform(2 << BEYOND), int(beyond.sum())) - (1 << BEYOND)
            symbols[places] = some
        return symbols


def by_width(widths: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """The places of each width that occurs, in their order."""
    order = np.argsort(widths.astype(np.uint8), kind="stable")
    counts = np.bincount(widths, minlength=WIDTHS)
    ends = np.cumsum(counts)
    return [(width, order[ends[width] - counts[width] : ends[width]]) for width in np.flatnonzero(counts).tolist()]
