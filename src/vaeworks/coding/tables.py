"""Functions of whole numbers to whole numbers: no machine's `exp` takes part, so they are the same everywhere.

An argument x stands for x / 2**16, a value v for v / 2**30.
"""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np
import torch
from torch import Tensor

ARGUMENT, VALUE = 16, 30  # bits after the point
ONE = 1 << VALUE
FARTHEST = (1 << 21) - 1  # just under 32: exp(-32) is far below half of the last bit
STEPS, REACH = 512, 8  # of the normal's table: places a unit, and how far it goes each way


def exp_minus(x: np.ndarray) -> np.ndarray:
    """exp(-x) of int64 x >= 0: the product of the known exp(-2**bit) over the bits of x."""
    x = np.minimum(x, FARTHEST)
    product = np.full(x.shape, ONE, dtype=np.int64)
    for bit in range(FARTHEST.bit_length()):
        times = (product * power(bit) + ONE // 2) >> VALUE
        product = np.where((x >> bit) & 1, times, product)
    return product


@cache
def power(bit: int) -> int:
    """exp(-2**bit / 2**16), by arithmetic in decimal digits."""
    with localcontext(prec=40):
        return round((-Decimal(1 << bit) / (1 << ARGUMENT)).exp() * ONE)


@cache
def sigmoids(bits: int, reach: int) -> Tensor:
    """1 / (1 + exp(-x)) at x = place / 2**bits from -reach to reach, both included, (2 * reach * 2**bits + 1,)."""
    places = np.arange(reach << bits, dtype=np.int64) + 1
    upper = (ONE * ONE) // (ONE + exp_minus(places << (ARGUMENT - bits)))
    return torch.from_numpy(np.concatenate([ONE - upper[::-1], [ONE // 2], upper]))


@cache
def normal_cdf() -> Tensor:
    """P(standard normal <= place / 512 - 8), (8193,): from 0 to 2**30, by Simpson's rule."""
    halves = np.arange(-2 * REACH * STEPS, 2 * REACH * STEPS + 1, dtype=np.int64)  # of a step
    density = exp_minus((halves * halves) >> 5)  # x is halves / 2**10, and x * x / 2 in 2**-16 is halves**2 / 2**5
    pieces = density[:-1:2] + 4 * density[1::2] + density[2::2]
    total = np.concatenate([[0], np.cumsum(pieces)])
    return torch.from_numpy((total * (ONE >> 10)) // (total[-1] >> 10))


def interpolated(table: Tensor, x: Tensor, bits: int, reach: int) -> Tensor:
    """A table with 2**bits places a unit from -reach to reach, between its places too; flat beyond. x is int64."""
    fine = ARGUMENT - bits
    moved = (x + (reach << ARGUMENT)).clamp(0, (reach << (ARGUMENT + 1)) - 1)
    place, rest = moved >> fine, moved & ((1 << fine) - 1)
    low = table[place]
    return low + (((table[place + 1] - low) * rest) >> fine)


def taken(table: Tensor, places: Tensor) -> Tensor:
    """The values of a table at whole places, which may be floats; four times as fast as an index."""
    return table.index_select(0, places.reshape(-1).int()).view(places.shape)
