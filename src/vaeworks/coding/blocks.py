"""Blocks of images as bytes: each comes out without the others.

Blocks are coded in step, an image of each at once. That is for speed only: each has a stack of its own, and the numbers
of a twin do not depend on what else is in a batch.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import constriction
import numpy as np
import torch
from torch import Tensor

from ..errors import VaeworksError
from .bits_back import (
    WIDTHS,
    Twin,
    latents,
    plain_bits,
    pop_freely,
    pop_plainly,
    push_freely,
    push_plainly,
)

FEWEST, MOST = 500, 4000  # images in a block
PLAIN_SHARE = 0.015  # of a block's images that are coded plainly, where it is neither small nor large
AT_ONCE = 32  # blocks in step
BITS_A_LATENT = 6  # more than one takes from the stack in the mean: 5.05, where its posterior is its prior
HEADER = 3
DAMAGED = "a block of images is damaged: get the file again"


@dataclass
class Coded:
    """Images on a stack.

    Attributes
    ----------
    images : int
    width : int
        Of a coarse place, in its plain images.
    plain : int
        How many are coded plainly: the last ones, which are pushed first.
    plain_bits : int
        On the stack after those.
    stack : AnsCoder
        Of constriction.
    """

    images: int
    width: int = WIDTHS[0]
    plain: int = 0
    plain_bits: int = 0
    stack: Any = field(default_factory=constriction.stream.stack.AnsCoder)

    def payload(self) -> bytes:
        """Which width; how many are plain (2 bytes, the high one first); the stack's words (the low byte first)."""
        words = self.stack.get_compressed().astype("<u4").tobytes()
        return bytes([WIDTHS.index(self.width)]) + self.plain.to_bytes(2, "big") + words

    @classmethod
    def of(cls, payload: bytes, images: int) -> "Coded":
        """The inverse of `payload`.

        Raises
        ------
        VaeworksError
        """
        plain = int.from_bytes(payload[1:HEADER], "big")
        if len(payload) % 4 != HEADER or payload[0] >= len(WIDTHS) or not 0 < plain <= images:
            raise VaeworksError(DAMAGED)
        try:
            stack = constriction.stream.stack.AnsCoder(np.frombuffer(payload[HEADER:], "<u4").astype(np.uint32))
        except ValueError as error:
            raise VaeworksError(DAMAGED) from error
        return cls(images, WIDTHS[payload[0]], plain, stack=stack)


@torch.no_grad()
def in_blocks(twin: Twin, images: Tensor) -> list[Tensor]:
    """Images (N, ...) in blocks of about the same size, so large that those coded plainly cost little."""
    plain = BITS_A_LATENT * latents(twin) / float(plain_bits(twin, images[:16]).amin(0).mean())
    size = int(max(FEWEST, min(MOST, plain / PLAIN_SHARE)))
    return list(images.tensor_split(-(-len(images) // size)))


def encode(twin: Twin, blocks: Sequence[Tensor]) -> Iterator[Coded]:
    """Code blocks of pixels (N, channels, H, W), with N from 1 to 65,535, in order."""
    return in_threads(encode_in_step, twin, blocks)


def in_threads(work: Callable[[Twin, Any], list], twin: Twin, blocks: Sequence[Any]) -> Iterator[Any]:
    """What `work` makes of the blocks, by as many threads as torch has: each part on one core, with a twin of its own.

    Operations as small as these take longer where threads share each of them, as they do in torch by itself.
    """
    threads = torch.get_num_threads()
    for start in range(0, len(blocks), AT_ONCE * threads):
        some = blocks[start : start + AT_ONCE * threads]
        step = -(-len(some) // threads)
        parts = [some[first : first + step] for first in range(0, len(some), step)]
        torch.set_num_threads(1)
        try:
            with ThreadPoolExecutor(threads) as pool:
                found = list(pool.map(lambda part: work(copy.deepcopy(twin), part), parts))
        finally:
            torch.set_num_threads(threads)
        yield from chain(*found)


@torch.no_grad()
def encode_in_step(twin: Twin, blocks: Sequence[Tensor]) -> list[Coded]:
    cheapest = plain_bits(twin, torch.stack([block[-1] for block in blocks])).argmin(0).tolist()
    coded = [Coded(len(block), WIDTHS[place]) for block, place in zip(blocks, cheapest, strict=True)]
    enough = BITS_A_LATENT * latents(twin)
    for turn in range(max(len(block) for block in blocks)):
        left = [(each, block[-1 - turn]) for each, block in zip(coded, blocks, strict=True) if turn < len(block)]
        for each, _ in left:
            each.plain += each.plain == turn and each.stack.num_valid_bits() < enough
        for plainly in (True, False):
            some = [pair for pair in left if (turn < pair[0].plain) is plainly]
            if some:
                push_images(twin, [each for each, _ in some], torch.stack([pixels for _, pixels in some]), plainly)
    return coded


def push_images(twin: Twin, coded: list[Coded], pixels: Tensor, plainly: bool) -> None:
    stacks = [each.stack for each in coded]
    if not plainly:
        return push_freely(twin, stacks, pixels)
    push_plainly(twin, stacks, pixels, widths_of(coded))
    for each in coded:
        each.plain_bits = each.stack.num_valid_bits()


def decode(twin: Twin, payloads: Sequence[bytes], counts: Sequence[int]) -> Iterator[Tensor]:
    """The pixels of blocks, uint8 (N, channels, H, W), in order; `counts` are their images.

    Raises
    ------
    VaeworksError
        For a payload that is damaged.
    """
    coded = [Coded.of(payload, images) for payload, images in zip(payloads, counts, strict=True)]
    return in_threads(decode_in_step, twin, coded)


@torch.no_grad()
def decode_in_step(twin: Twin, coded: Sequence[Coded]) -> list[Tensor]:
    found = [torch.empty(each.images, *twin.shape, dtype=torch.uint8) for each in coded]
    for place in range(max(each.images for each in coded)):
        left = [(each, images) for each, images in zip(coded, found, strict=True) if place < each.images]
        for plainly in (True, False):
            some = [pair for pair in left if (place >= pair[0].images - pair[0].plain) is plainly]
            if some:
                popped = pop_images(twin, [each for each, _ in some], plainly)
                for (_, images), pixels in zip(some, popped, strict=True):
                    images[place] = pixels
    if not all(each.stack.is_empty() for each in coded):
        raise VaeworksError(DAMAGED)
    return found


def pop_images(twin: Twin, coded: list[Coded], plainly: bool) -> Tensor:
    stacks = [each.stack for each in coded]
    return pop_plainly(twin, stacks, widths_of(coded)) if plainly else pop_freely(twin, stacks)


def widths_of(coded: list[Coded]) -> Tensor:
    return torch.tensor([each.width for each in coded])
