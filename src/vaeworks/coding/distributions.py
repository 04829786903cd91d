"""Distributions that are the same to the last bit on every machine: cumulative counts out of 2**24, from tables.

Their parameters are the numbers of a twin, whole ones of 2**-10 in float64. Float64 rounds +, -, *, / and floor alike
everywhere (IEEE 754), but not `exp`, nor sums that can round: for those stand tables of whole numbers.
"""

from abc import ABC, abstractmethod
from functools import cache

import numpy as np
import torch
from torch import Tensor

from .integers import LARGEST, POINT, UNIT
from .tables import ARGUMENT, ONE, VALUE, exp_minus, interpolated, normal_cdf, sigmoids, taken

TOTAL = 1 << 24  # of the counts, as many as constriction resolves
PLACES, LATENT = 256, 64  # of a pixel and of a latent
EDGE = 4.0  # a latent's places reach so many deviations of its prior each way, the outer ones to infinity
WIDTH = 2 * EDGE / LATENT  # of a place: finer ones gain nothing, and take more bits from a stack
FINE, FAR = 12, 16  # the tables below have 2**FINE places a unit, from -FAR to FAR
LOG_VARIANCES = (-14 * UNIT, 6 * UNIT)
LOG_SCALES = (-7 * UNIT, 7 * UNIT)
LOG_RATIOS = 1 << 15  # what `exponentials` reaches: exp of -16 to 16


class Counted(ABC):
    """A distribution over the places 0, 1, ... for each of E entries in B rows; a place is coded as a few digits."""

    digits: int = 4
    digit_bits: int = 2

    @abstractmethod
    def below(self, places: Tensor) -> Tensor:
        """How many of the 2**24 counts lie below each place, (B, E, N) for places (B, E, N); more for a higher one."""

    def bits(self, places: Tensor) -> Tensor:
        """-log2 p of each entry's place, (B, E)."""
        ends = torch.stack([places, places + 1], -1)
        last = 1 << (self.digits * self.digit_bits)
        counts = torch.where(ends == last, float(TOTAL), torch.where(ends == 0, 0.0, self.below(ends)))
        return -((counts[..., 1] - counts[..., 0]) / TOTAL).log2()


class ExactNormal:
    """A normal distribution for each latent, (B, ...)."""

    def __init__(self, mean: Tensor, log_variance: Tensor) -> None:
        self.mean, self.log_variance = mean, log_variance.clamp(*LOG_VARIANCES)

    @property
    def entries(self) -> int:
        """How many latents a row has."""
        return self.mean[0].numel()

    def expand(self, shape: tuple[int, ...]) -> "ExactNormal":
        """The same for so many rows, as torch's distributions have it."""
        whole = (*shape, *self.mean.shape[-1:])
        return ExactNormal(self.mean.expand(whole), self.log_variance.expand(whole))

    def at(self, places: Tensor) -> Tensor:
        """z in the middle of the given places (B, E), shaped as the mean."""
        away = middles()[places].view(self.mean.shape) * exponentials(self.log_variance) * UNIT
        return (self.mean + away + 0.5).floor().clamp(-LARGEST, LARGEST)


class RelativeNormal(Counted):
    """A posterior over the places of its prior, which are an eighth of the prior's deviation wide."""

    digits = 3

    def __init__(self, prior: ExactNormal, posterior: ExactNormal) -> None:
        self.prior = prior
        ratio = exponentials(prior.log_variance - posterior.log_variance)
        shift = (posterior.mean - prior.mean) / UNIT * exponentials(-posterior.log_variance)
        self.ratio, self.shift = ratio.flatten(1)[..., None], shift.flatten(1)[..., None]

    def below(self, places: Tensor) -> Tensor:
        edges = places.double() * WIDTH - EDGE
        return places + looked_up(normal_counts(), edges * self.ratio - self.shift)

    def mean(self) -> Tensor:
        """In deviations of the prior, (B, E)."""
        return (self.shift / self.ratio)[..., 0]


class ExactLogisticMixture(Counted):
    """Pixels of 8 bits, (B, E): mixtures of logistics over [-1, 1], integrated over each value's bin.

    Parameters
    ----------
    logits, means, log_scales : Tensor (B, E, K)
    """

    def __init__(self, logits: Tensor, means: Tensor, log_scales: Tensor) -> None:
        relative = exponentials(2 * (logits - logits.max(-1, keepdim=True).values))
        self.weights = (relative * (1 << ARGUMENT) / relative.sum(-1, keepdim=True)).floor()
        self.means, self.inverse = means / UNIT, exponentials(-2 * log_scales.clamp(*LOG_SCALES))

    def below(self, places: Tensor) -> Tensor:
        edges = (2 * places - PLACES).double() / (PLACES - 1)
        total = torch.zeros_like(edges)
        for component in range(self.means.shape[-1]):
            weight, mean, inverse = (part[..., component, None] for part in (self.weights, self.means, self.inverse))
            total += looked_up(logistic_counts(PLACES), (edges - mean) * inverse) * weight
        return places + (total / (1 << ARGUMENT)).floor()


class ExactBernoulli(Counted):
    """Pixels of one bit, (B, E), from their logits."""

    digits, digit_bits = 1, 1

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits[..., None]

    def below(self, places: Tensor) -> Tensor:
        return places + looked_up(logistic_counts(2), self.logits / -UNIT)


def looked_up(table: Tensor, x: Tensor) -> Tensor:
    """A table's value at x, flat beyond its ends."""
    return taken(table, (x + FAR).mul_(1 << FINE).clamp_(0, len(table) - 1))


@cache
def exponential_table() -> Tensor:
    """exp(place / 2**11) at -2**15 to 2**15: deviations by log-variances of 2**-10."""
    small = exp_minus(np.arange(LOG_RATIOS + 1, dtype=np.int64) << (ARGUMENT - POINT - 1)) / ONE
    return torch.from_numpy(np.concatenate([small[:0:-1], 1 / small]))


def exponentials(log_variances: Tensor) -> Tensor:
    """exp(x / 2) of whole numbers x of 2**-10, held between exp(-16) and exp(16)."""
    return taken(exponential_table(), (log_variances + LOG_RATIOS).clamp_(0, 2 * LOG_RATIOS))


@cache
def logistic_counts(places: int) -> Tensor:
    """The logistic's distribution function, in what the counts of so many places leave free."""
    return scaled(sigmoids(FINE, FAR), places)


@cache
def normal_counts() -> Tensor:
    """The normal's distribution function, in what the counts of a latent's places leave free."""
    x = torch.arange(-FAR << FINE, (FAR << FINE) + 1) << (ARGUMENT - FINE)
    return scaled(interpolated(normal_cdf(), x, bits=9, reach=8), LATENT)


def scaled(probabilities: Tensor, places: int) -> Tensor:
    return ((probabilities * (TOTAL - places)) >> VALUE).double()


@cache
def middles() -> Tensor:
    """The middle of each place of a latent, in deviations of its prior."""
    return (torch.arange(LATENT, dtype=torch.float64) + 0.5) * WIDTH - EDGE


@cache
def prior_counts() -> Tensor:
    """How many counts of the prior lie below each place of a latent, and all of them, (65,)."""
    places = torch.arange(1, LATENT)
    inside = places + looked_up(normal_counts(), places.double() * WIDTH - EDGE)
    return torch.cat([torch.zeros(1, dtype=torch.float64), inside, torch.full((1,), TOTAL, dtype=torch.float64)])
