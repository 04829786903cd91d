"""Models of noise: how a clean picture becomes a noisy one, and how a noisy one is split into two independent ones.

A level is what `ImageDenoiser` calls so: the standard deviation where white is 255, for Poisson noise that at white,
for salt and pepper the per cent of pixels.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..errors import VaeworksError
from ..pixels.photos import WHITE


@dataclass(frozen=True)
class Split:
    """A noisy picture as two.

    Attributes
    ----------
    read, scored : array (H, W, C)
        Independent given the clean picture.
    level : float
        Of the noise in what is read.
    variance, slope : float
        What is scored has the noise variance `variance + slope * clean`.
    observed : array of bool (H, W, C)
        What of it counts.
    """

    read: np.ndarray
    scored: np.ndarray
    level: float
    variance: float
    slope: float
    observed: np.ndarray


class Noise(Protocol):
    """One model of noise."""

    def add(self, clean: np.ndarray, level: float, random: np.random.Generator) -> np.ndarray:
        """A noisy picture, neither clipped nor rounded beyond what the model does itself."""

    def split(self, noisy: np.ndarray, level: float, random: np.random.Generator) -> Split:
        """Two pictures out of one of this level."""


class Gaussian:
    """Independent normal noise in every channel."""

    def add(self, clean: np.ndarray, level: float, random: np.random.Generator) -> np.ndarray:
        return clean + level * random.standard_normal(clean.shape, dtype=np.float32)

    def split(self, noisy: np.ndarray, level: float, random: np.random.Generator) -> Split:
        """y + a n and y - n / a with n as noisy as y: they do not correlate, so are independent (Pang et al. 2021)."""
        share = random.uniform(0.1, 1.0)
        further = level * random.standard_normal(noisy.shape, dtype=np.float32)
        read, scored = noisy + share * further, noisy - further / share
        variance = level**2 * (1 + share**-2)
        return Split(read, scored, level * (1 + share**2) ** 0.5, variance, 0.0, np.ones(noisy.shape, dtype=bool))


class Poisson:
    """Photons that are counted: their variance is their mean."""

    def add(self, clean: np.ndarray, level: float, random: np.random.Generator) -> np.ndarray:
        if not level:
            return clean
        photon = level**2 / WHITE
        return (random.poisson(np.maximum(clean, 0) / photon) * photon).astype(np.float32)

    def split(self, noisy: np.ndarray, level: float, random: np.random.Generator) -> Split:
        """Every photon goes to one of the two: both are Poisson, and independent."""
        share, photon = random.uniform(0.5, 0.95), level**2 / WHITE
        counts = np.rint(np.maximum(noisy, 0) / photon).astype(np.int64)
        read = random.binomial(counts, share)
        scored = (counts - read) * photon / (1 - share)
        slope = photon / (1 - share)
        seen = np.ones(noisy.shape, dtype=bool)
        return Split(
            (read * photon / share).astype(np.float32),
            scored.astype(np.float32),
            level / share**0.5,
            0.0,
            slope,
            seen,
        )


class SaltAndPepper:
    """Some pixels become black or white, in all channels at once."""

    def add(self, clean: np.ndarray, level: float, random: np.random.Generator) -> np.ndarray:
        chance = random.random((*clean.shape[:2], 1))
        salt = np.where(random.random(chance.shape) < 0.5, np.float32(0), np.float32(WHITE))
        return np.where(chance < level / 100, salt, clean)

    def split(self, noisy: np.ndarray, level: float, random: np.random.Generator) -> Split:
        """More salt and pepper; scored is what was neither black nor white before, since that is clean."""
        further = random.uniform(5.0, 50.0)
        read = self.add(noisy, further, random)
        clean = ((noisy > 0) & (noisy < WHITE)).any(-1, keepdims=True)
        total = 100 * (1 - (1 - level / 100) * (1 - further / 100))
        return Split(read, noisy, total, 0.0, 0.0, np.broadcast_to(clean, noisy.shape))


NOISE: dict[str, Noise] = {"gaussian": Gaussian(), "poisson": Poisson(), "salt-and-pepper": SaltAndPepper()}


def check_level(level: float | None, highest: float) -> None:
    """Refuse a level that the model was not trained for.

    Raises
    ------
    VaeworksError
    """
    if level is not None and not 0 <= level <= highest:
        raise VaeworksError(f"this denoiser knows levels of noise from 0 to {highest:g}, not {level:g}: leave it out")
