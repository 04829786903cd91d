"""Places pushed on stacks of bits and popped from them, one stack (an ANS coder) for each row.

A place is coded digit after digit, high ones first, so that a digit needs the counts of its few values only.
"""

from collections.abc import Callable, Sequence
from typing import Any

import constriction
import numpy as np
import torch
from torch import Tensor

from .distributions import TOTAL, Counted

Stacks = Sequence[Any]  # of constriction's AnsCoder, which has no type of its own
FAMILY = constriction.stream.model.Categorical(perfect=False)


def pop(stacks: Stacks, counted: Counted, entries: int) -> Tensor:
    """A place of every entry, (rows, entries), from the rows' own stacks."""

    def decoded(counts: Tensor, shift: int) -> Tensor:
        rows = zip(stacks, counts.numpy(), strict=True)
        return torch.from_numpy(np.stack([stack.decode(FAMILY, row) for stack, row in rows])).long()

    return refined(counted, (len(stacks), entries), decoded)


def push(stacks: Stacks, counted: Counted, places: Tensor) -> None:
    """The inverse of `pop`."""
    told: list[tuple[Tensor, Tensor]] = []

    def known(counts: Tensor, shift: int) -> Tensor:
        digit = (places >> shift) & ((1 << counted.digit_bits) - 1)
        told.append((digit, counts))
        return digit

    refined(counted, (len(places), places.shape[1]), known)
    for digit, counts in reversed(told):
        for stack, symbols, row in zip(stacks, digit.int().numpy(), counts.numpy(), strict=True):
            stack.encode_reverse(symbols, FAMILY, row)


def refined(counted: Counted, shape: tuple[int, int], digit_of: Callable[[Tensor, int], Tensor]) -> Tensor:
    """Places, from the digits that `digit_of(counts (B, E, values), shift)` gives, high ones first."""
    places = torch.zeros(shape, dtype=torch.int64)
    low, high = torch.zeros(*shape, 1, dtype=torch.float64), torch.full((*shape, 1), TOTAL, dtype=torch.float64)
    for shift in reversed(range(0, counted.digits * counted.digit_bits, counted.digit_bits)):
        inner = places[..., None] + (torch.arange(1, 1 << counted.digit_bits) << shift)
        bounds = torch.cat([low, counted.below(inner), high], -1)
        digit = digit_of(bounds.diff(), shift)
        places = places + (digit << shift)
        low, high = (bounds.gather(-1, digit[..., None] + end) for end in (0, 1))
    return places
