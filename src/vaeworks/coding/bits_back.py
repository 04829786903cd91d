"""Bits-back coding (Townsend et al. 2019): pop z from the posteriors, push the pixels, push z under the priors.

The bits that choose z lie on the stack already, and decoding gives them back. An image that finds none there is coded
plainly: its z is the posterior's mean, rounded coarsely.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import constriction
import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import Choose
from ..core.model import LatentModel
from .distributions import LATENT, TOTAL, WIDTH, ExactNormal, RelativeNormal, prior_counts
from .stacks import Stacks, pop, push

WIDTHS = (4, 8, 16, 32)  # of a coarse place: half a deviation of the prior, to four
Categorical = constriction.stream.model.Categorical


class Twin(Protocol):
    """A model in whole numbers, and how it reads pixels (B, channels, H, W)."""

    @property
    def model(self) -> LatentModel: ...

    @property
    def shape(self) -> tuple[int, int, int]: ...

    def batch(self, pixels: Tensor) -> Batch: ...


def push_freely(twin: Twin, stacks: Stacks, pixels: Tensor) -> None:
    """Push an image on each stack by bits-back coding."""
    chosen: list[Tensor] = []

    def choose(prior: ExactNormal, posterior: ExactNormal) -> Tensor:
        chosen.append(pop(stacks, RelativeNormal(prior, posterior), prior.entries))
        return prior.at(chosen[-1])

    push(stacks, entries(twin, twin.batch(pixels), choose), pixels.flatten(1).long())
    for places in reversed(chosen):
        for stack, row in zip(stacks, places.int().numpy(), strict=True):
            stack.encode_reverse(row, prior_model())


def pop_freely(twin: Twin, stacks: Stacks) -> Tensor:
    """The inverse of `push_freely`: pixels (B, channels, H, W)."""
    chosen: list[Tensor] = []
    posteriors: list[RelativeNormal] = []

    def choose(prior: ExactNormal, _: None) -> Tensor:
        rows = [stack.decode(prior_model(), prior.entries) for stack in stacks]
        chosen.append(torch.from_numpy(np.stack(rows)).long())
        return prior.at(chosen[-1])

    def again(prior: ExactNormal, posterior: ExactNormal) -> Tensor:
        posteriors.append(RelativeNormal(prior, posterior))
        return prior.at(chosen[len(posteriors) - 1])

    pixels = popped(twin, stacks, choose)
    twin.model.descend(twin.batch(pixels), again)  # type: ignore[arg-type]
    for posterior, places in zip(reversed(posteriors), reversed(chosen), strict=True):
        push(stacks, posterior, places)
    return pixels


def push_plainly(twin: Twin, stacks: Stacks, pixels: Tensor, widths: Tensor) -> None:
    """Push an image on each stack, its z on a grid that is as coarse as one of `WIDTHS` for each row, (B,)."""
    chosen: list[Tensor] = []
    push(stacks, entries(twin, twin.batch(pixels), rounding(widths, chosen)), pixels.flatten(1).long())
    for coarse in reversed(chosen):
        for stack, row, width in zip(stacks, coarse.int().numpy(), widths.tolist(), strict=True):
            stack.encode_reverse(row, coarse_model(width))


def pop_plainly(twin: Twin, stacks: Stacks, widths: Tensor) -> Tensor:
    """The inverse of `push_plainly`."""

    def choose(prior: ExactNormal, _: None) -> Tensor:
        pairs = zip(stacks, widths.tolist(), strict=True)
        rows = [stack.decode(coarse_model(width), prior.entries) for stack, width in pairs]
        return prior.at(fine(torch.from_numpy(np.stack(rows)).long(), widths))

    return popped(twin, stacks, choose)


def bound(twin: Twin, pixels: Tensor, seed: int = 0) -> Tensor:
    """What `push_freely` adds to a stack in the mean, in bits for each image (B,): the twin's own negative bound."""
    random, total = np.random.default_rng(seed), torch.zeros(len(pixels), dtype=torch.float64)
    words = random.integers(1, 1 << 32, (len(pixels), latents(twin)), dtype=np.uint32)
    stacks = [constriction.stream.stack.AnsCoder(row) for row in words]

    def choose(prior: ExactNormal, posterior: ExactNormal) -> Tensor:
        relative = RelativeNormal(prior, posterior)
        places = pop(stacks, relative, prior.entries)
        total.add_((bits_of(prior_counts().diff())[places] - relative.bits(places)).sum(1))
        return prior.at(places)

    return entries(twin, twin.batch(pixels), choose).bits(pixels.flatten(1).long()).sum(1) + total


def plain_bits(twin: Twin, pixels: Tensor) -> Tensor:
    """What `push_plainly` takes for each image with each of `WIDTHS`, (widths, B)."""
    totals = []
    for width in WIDTHS:
        chosen: list[Tensor] = []
        given = entries(twin, twin.batch(pixels), rounding(torch.full((len(pixels),), width), chosen))
        of_z = sum(bits_of(coarse_counts(width))[coarse].sum(1) for coarse in chosen)
        totals.append(given.bits(pixels.flatten(1).long()).sum(1) + of_z)
    return torch.stack(totals)


def latents(twin: Twin) -> int:
    """How many an image has."""
    found: list[int] = []

    def choose(prior: ExactNormal, _: None) -> Tensor:
        found.append(prior.entries)
        return prior.mean

    twin.model.descend(Batch(None), choose)  # type: ignore[arg-type]
    return sum(found)


def bits_of(counts: Tensor) -> Tensor:
    return -(counts / TOTAL).log2()


def entries(twin: Twin, batch: Batch, choose: Callable[..., Tensor], rows: int = 1) -> Any:
    """The distribution of the pixels of `batch`, or where it is empty of so many rows, at the z that are chosen."""
    _, state, condition = twin.model.descend(batch, choose, rows)
    return twin.model.decoder(state, condition).entries


def popped(twin: Twin, stacks: Stacks, choose: Callable[..., Tensor]) -> Tensor:
    channels, height, width = twin.shape
    found = pop(stacks, entries(twin, Batch(None), choose, len(stacks)), channels * height * width)
    return found.unflatten(1, twin.shape)


def rounding(widths: Tensor, chosen: list[Tensor]) -> Choose:
    """z at the coarse place nearest to the posterior's mean; the places are kept in `chosen`."""

    def choose(prior: Any, posterior: Any) -> Tensor:
        mean = RelativeNormal(prior, posterior).mean() / WIDTH
        most = (LATENT // 2) // widths[:, None]
        coarse = (mean / widths[:, None]).round().long().clamp(-most, most) + most
        chosen.append(coarse)
        return prior.at(fine(coarse, widths))

    return choose


def fine(coarse: Tensor, widths: Tensor) -> Tensor:
    """The place of a latent in the middle of a coarse one."""
    most = (LATENT // 2) // widths[:, None]
    return ((coarse - most) * widths[:, None] + LATENT // 2).clamp(max=LATENT - 1)


@cache
def prior_model() -> Any:
    return Categorical(prior_counts().diff().numpy(), perfect=False)


@cache
def coarse_counts(width: int) -> Tensor:
    edges = torch.arange(-width // 2, LATENT + width, width).clamp(0, LATENT)
    return prior_counts()[edges].diff()


@cache
def coarse_model(width: int) -> Any:
    return Categorical(coarse_counts(width).numpy(), perfect=False)
