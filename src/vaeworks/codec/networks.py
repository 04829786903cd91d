"""A picture's coefficients, and what foretells them.

pixels -> lapped transform -> residual blocks -> y ... rounded ... -> residual blocks -> lapped transform -> repair
                                              |
              z, a 32nd of the size <- convolutions      z -> outline, an 8th of the size
outline -> y: low frequencies of every fourth block, then of those between, then high ones,
           each group foretold from the outline and from what is known by then

A step of the quantiser is one unit of y: `scales` says what it is worth at each quality, for every channel.
(Ballé et al. 2018; Minnen et al. 2018; groups as in He et al. 2022.)
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Normal

from ..core.batch import Batch
from ..core.choosing import Choose
from ..core.evidence import Level
from ..core.likelihoods import Elementwise
from ..core.posteriors import UnitUniform
from ..core.precision import at_least_float32
from ..pixels.networks import Rectified, faint
from ..pixels.photos import WHITE
from .distributions import UnitLogistic
from .transform import BLOCK, Lapped, LappedInverse, start

STEP = 32  # sides of pictures are multiples of it, as z stands for so many pixels each way
UNIT = 32.0  # of coefficients as networks read them
COARSEST, FINEST = 64.0, 1.0  # errors of the lowest and the highest quality
COARSER = 0.75  # how the quantiser's step grows with that at first: where most steps are 0, it pays to let it lag
LOUD = 10.0  # a z that starts within the noise of rounding is never heard
LOW = 10  # frequencies of the first group
QUALITIES = 100
Phases = tuple[tuple[int, int], ...]
FOURTH, ACROSS, BETWEEN = ((0, 0),), ((1, 1),), ((0, 1), (1, 0))


def error_at(quality: Tensor) -> Tensor:
    """The deviation of p(pixels) at a quality from 0 to 100, where white is 255: what an error costs beside a bit."""
    return COARSEST * (FINEST / COARSEST) ** (quality / QUALITIES)


class Bottleneck(nn.Module):
    """A residual block with a convolution in fewer channels (He et al. 2016), told the quality."""

    def __init__(self, width: int, narrow: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width + 1, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, narrow, 3, padding=1), nn.ReLU(),
            faint(narrow, width, 1),
        )  # fmt: skip

    def forward(self, x: Tensor, quality: Tensor) -> Tensor:
        return x + self.layers(beside(x, quality))


def through(layers: nn.ModuleList, x: Tensor, quality: Tensor) -> Tensor:
    for layer in layers:
        x = layer(x, quality)
    return at_least_float32(x)


class Scales(nn.Module):
    """What a step of the quantiser is worth, in units of networks: beside the usual, a learned vector and its slope."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.usual, self.slope = nn.Parameter(torch.zeros(channels)), nn.Parameter(torch.zeros(channels))

    def log_step(self, quality: Tensor) -> Tensor:
        """(N, 1, 1, 1) -> (N, channels, 1, 1); at error 1 it is at first what makes rounding cost so much."""
        first = COARSER * error_at(quality).log() + math.log(12**0.5 / UNIT)
        vector, slope = self.usual[:, None, None], self.slope[:, None, None]
        return first + vector + slope * (quality / QUALITIES - 0.5)


class Quality(nn.Module):
    """The conditioner: a quality (N, 1, h, w), as a plane of the size of z -> what the other parts read of it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scales = Scales(channels)

    def forward(self, condition: dict[str, Tensor]) -> dict[str, Tensor]:
        plane = condition["quality"]
        quality = plane[:, :, :1, :1]
        return {
            "quality": plane / QUALITIES,
            "log_step": self.scales.log_step(quality),
            "error": error_at(quality),
        }


def beside(x: Tensor, quality: Tensor) -> Tensor:
    """Features with the quality as a further channel."""
    return torch.cat([x, quality[:, :, :1, :1].expand(-1, -1, *x.shape[2:]).to(x)], 1)


class Analysis(nn.Module):
    """Pixels -> y in steps, and the centre of q(z)."""

    def __init__(self, channels: int, width: int, units: int, depth: int) -> None:
        super().__init__()
        self.lapped = Lapped(start())
        self.layers = nn.ModuleList([Bottleneck(channels, width) for _ in range(depth)])
        self.down = nn.Sequential(
            nn.Conv2d(channels + 1, width, 1), nn.ReLU(), nn.Conv2d(width, width, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(width, units, 3, 2, 1),
        )  # fmt: skip
        with torch.no_grad():
            self.down[-1].weight.mul_(LOUD)  # type: ignore[operator]

    def forward(self, pixels: Tensor, condition: dict[str, Tensor]) -> dict[str, Tensor]:
        y = through(self.layers, self.lapped((pixels - WHITE / 2) / UNIT), condition["quality"])
        found = {"z": at_least_float32(self.down(beside(y, condition["quality"])))}
        return {**found, "y": y / condition["log_step"].exp()}


class AroundZ(nn.Module):
    """q(z): rounding as noise."""

    def forward(self, features: dict[str, Tensor]) -> UnitUniform:
        return UnitUniform(features["z"])


class FactorisedPrior(nn.Module):
    """p(z): one distribution a channel, at every place of the picture."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.centre, self.log_scale = nn.Parameter(torch.zeros(units, 1, 1)), nn.Parameter(torch.ones(units, 1, 1))

    def forward(self, condition: dict[str, Tensor], encode: object) -> UnitLogistic:
        plane = condition["quality"]
        shape = (len(plane), len(self.centre), *plane.shape[2:])
        return UnitLogistic(self.centre.expand(shape), self.log_scale.expand(shape))


class Outline(nn.Module):
    """z -> features of every block, and a y of which nothing is known."""

    def __init__(self, units: int, width: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.layers = nn.Sequential(
            nn.Conv2d(units + 1, 4 * width, 3, padding=1), nn.PixelShuffle(2), nn.ReLU(),
            nn.Conv2d(width, 4 * width, 3, padding=1), nn.PixelShuffle(2), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        )  # fmt: skip

    def forward(self, z: Tensor, condition: dict[str, Tensor]) -> dict[str, Tensor]:
        outline = self.layers(beside(z, condition["quality"]))
        known = at_least_float32(outline.new_zeros(len(outline), self.channels, *outline.shape[2:]))
        return {"outline": outline, "known": known, "y": known}


def foretold(raw: Tensor, log_step: Tensor) -> UnitLogistic:
    """Means and log-scales in units of networks -> p(y) in steps."""
    mean, log_scale = at_least_float32(raw).chunk(2, 1)
    return UnitLogistic(mean / log_step.exp(), log_scale - log_step)


def worth(steps: Tensor, log_step: Tensor) -> Tensor:
    """Steps in units of networks."""
    return steps * log_step.exp()


class Group(nn.Module):
    """A level: some channels of y in some of the blocks, given all that is known.

    Parameters
    ----------
    channels : range
        Of y.
    phases : tuple of (int, int)
        In which blocks: row and column within two by two of them.
    reads : int
        How many channels are known to it, be it of some blocks only.
    width : int
    """

    def __init__(self, channels: range, phases: Phases, reads: int, outline: int, width: int) -> None:
        super().__init__()
        self.channels, self.phases, self.reads = slice(channels.start, channels.stop), phases, reads
        self.foretold: Callable[[Tensor, Any], Distribution] = foretold
        self.worth: Callable[[Tensor, Any], Tensor] = worth
        self.near = nn.Conv2d(reads, width, 3, padding=1) if reads else None
        self.head = nn.Conv2d(outline + (width if reads else 0), width, 1)
        self.last = nn.Conv2d(width, 2 * len(channels), 1)

    def forward(
        self, state: dict[str, Tensor], features: dict[str, Tensor] | None, condition: dict[str, Tensor], choose: Choose
    ) -> tuple[Level, dict[str, Tensor]]:
        read = [state["outline"]]
        if self.near is not None:
            read.append(torch.relu(self.near(state["known"][:, : self.reads])))
        log_step = condition["log_step"][:, self.channels]
        hidden = torch.relu(self.head(torch.cat([picked(part, self.phases) for part in read], 1)))
        with torch.autocast(hidden.device.type, enabled=False):  # half precision is too coarse for a mean in steps
            raw = self.last(at_least_float32(hidden))
        prior = self.foretold(raw, log_step)
        posterior = None if features is None else UnitUniform(picked(features["y"][:, self.channels], self.phases))
        steps = choose(prior, posterior)
        found = placed(steps, self.phases)
        known = added(state["known"], self.worth(found, log_step), self.channels)
        return Level(steps, prior, posterior), {**state, "known": known, "y": added(state["y"], found, self.channels)}

    def begin(self, sizes: Tensor) -> None:
        """Let it foretell at first that each channel is as large as it usually is, in units of networks."""
        with torch.no_grad():
            self.last.weight.mul_(0.1)
            self.last.bias.copy_(torch.cat([0 * sizes, (sizes / math.log(4)).log()]))  # type: ignore[union-attr]


def picked(x: Tensor, phases: Phases) -> Tensor:
    """Some of the places, side by side: (N, C, H, W) -> (N, C, H / 2, W / 2 * phases); H and W are even."""
    pairs = x.unflatten(3, (-1, 2)).unflatten(2, (-1, 2))
    return torch.cat([pairs[:, :, :, row, :, column] for row, column in phases], 3)


def placed(some: Tensor, phases: Phases) -> Tensor:
    """The inverse, with 0 in all other places."""
    parts = dict(zip(phases, some.chunk(len(phases), 3), strict=True))
    nothing = torch.zeros_like(next(iter(parts.values())))
    rows = [torch.stack([parts.get((row, column), nothing) for column in (0, 1)], -1).flatten(3) for row in (0, 1)]
    return torch.stack(rows, 3).flatten(2, 3)


def added(whole: Tensor, part: Tensor, channels: slice) -> Tensor:
    """Some channels with more in them."""
    return torch.cat([whole[:, : channels.start], whole[:, channels] + part, whole[:, channels.stop :]], 1)


def groups(planes: int, outline: int, width: int) -> list[Group]:
    """Low frequencies of every fourth block, of those across, and of the rest; then high ones, half by half."""
    low, all_of_them = LOW * planes, BLOCK**2 * planes
    first, rest = range(low), range(low, all_of_them)
    return [
        Group(first, FOURTH, 0, outline, width),
        Group(first, ACROSS, low, outline, width),
        Group(first, BETWEEN, low, outline, width),
        Group(rest, FOURTH + ACROSS, low, outline, width),
        Group(rest, BETWEEN, all_of_them, outline, width),
    ]


class Synthesis(nn.Module):
    """y in steps -> p(pixels): normal, with the deviation of the quality, so that the bound is -(R + D)."""

    def __init__(self, channels: int, width: int, depth: int, repair: int) -> None:
        super().__init__()
        self.lapped = LappedInverse(start().T)
        self.layers = nn.ModuleList([Bottleneck(channels, width) for _ in range(depth)])
        four = 4 * (channels // BLOCK**2)
        self.repair = nn.Sequential(
            nn.Conv2d(four + 1, repair, 3, padding=1), Rectified(repair), Rectified(repair), faint(repair, four)
        )

    def mean(self, state: dict[str, Tensor], condition: dict[str, Tensor]) -> Tensor:
        coefficients = state["y"] * condition["log_step"].exp()
        pixels = self.lapped(through(self.layers, coefficients, condition["quality"]))
        small = nn.functional.pixel_unshuffle(pixels, 2)
        repaired = at_least_float32(self.repair(beside(small, condition["quality"])))
        return (pixels + nn.functional.pixel_shuffle(repaired, 2)) * UNIT + WHITE / 2

    def forward(self, state: dict[str, Tensor], condition: dict[str, Tensor]) -> Elementwise:
        mean = self.mean(state, condition)
        return Elementwise(Normal(mean, condition["error"].expand_as(mean), validate_args=False))


def rounded(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """Choose whole steps from the prior's mean, as the entropy coder does; gradients pass as if it had not rounded."""
    centre = posterior.mean  # type: ignore[union-attr]
    offset = (centre - prior.mean).detach()
    return centre + (offset.round() - offset)


def of_quality(pixels: Tensor | None, qualities: Tensor, size: tuple[int, int]) -> Batch:
    """Pictures (N, C, H, W) and the quality of each (N,)."""
    plane = qualities[:, None, None, None].float().expand(-1, 1, size[0] // STEP, size[1] // STEP)
    return Batch(pixels, condition={"quality": plane})
