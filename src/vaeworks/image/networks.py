"""A ladder of convolutions: one bottom-up pass, and a top-down pass that posterior and prior share.

    image -> encoder -> features, from coarse to fine
                          |  \\
    z top -> first state -+-> block -> block ... -> pixels         (Sønderby et al. 2016, Vahdat & Kautz 2020)
"""

import math

import torch
from torch import Tensor, nn
from torch.distributions import Independent

from ..core.choosing import Choose
from ..core.evidence import Level
from ..core.posteriors import NormalPosterior, diagonal_normal

COARSEST, MOST_HALVINGS = 4, 4
Shape = tuple[int, int, int]


def halvings(shape: Shape) -> int:
    """How often an image (channels, height, width) is halved: once, and while its shorter side stays at 4 or more."""
    return max(1, min(MOST_HALVINGS, int(math.log2(max(2, min(shape[1:])) / COARSEST))))


def sizes(shape: Shape) -> list[tuple[int, int]]:
    """Height and width of the features, from coarse to fine."""
    found = [shape[1:]]
    for _ in range(halvings(shape)):
        height, width = found[0]
        found.insert(0, ((height + 1) // 2, (width + 1) // 2))
    return found[:-1]


def channels(shape: Shape, width: int) -> list[int]:
    """Channels of the features, from coarse to fine: twice as many where they are coarser than the finest."""
    return [2 * width] * (halvings(shape) - 1) + [width]


class Residual(nn.Module):
    """Two convolutions whose sum with the input starts out near the input."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.SiLU(), nn.Conv2d(width, width, 3, padding=1), nn.SiLU(), nn.Dropout2d(dropout), faint(width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def faint(inputs: int, outputs: int, size: int = 3) -> nn.Conv2d:
    """A convolution that starts with a tenth of the usual weights, so that what it is added to prevails."""
    convolution = nn.Conv2d(inputs, outputs, size, padding=size // 2)
    with torch.no_grad():
        convolution.weight.mul_(0.1)
        convolution.bias.zero_()  # type: ignore[union-attr]
    return convolution


class Grown(nn.Module):
    """Features brought to a larger size and another number of channels."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.size, self.convolution = size, nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.interpolate(self.convolution(x), self.size, mode="nearest")


class PictureEncoder(nn.Module):
    """Scaled images (N, channels, H, W) -> features, from coarse to fine."""

    def __init__(self, shape: Shape, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        widths = channels(shape, width)[::-1]
        stages, before = [], shape[0]
        for index, after in enumerate(widths):
            size = 5 if index == 0 else 3
            layers = [nn.Conv2d(before, after, size, stride=2, padding=size // 2)]
            stages.append(nn.Sequential(*layers, *[Residual(after, dropout) for _ in range(depth)]))
            before = after
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        features: list[Tensor] = []
        for stage in self.stages:
            x = stage(x)
            features.insert(0, x)
        return tuple(features)


class TopPosterior(NormalPosterior):
    """q(z | x) of the top level, from the coarsest features."""

    def forward(self, features: tuple[Tensor, ...]) -> Independent:  # type: ignore[override]
        return super().forward(nn.functional.silu(features[0]).flatten(1))


class FirstState(nn.Module):
    """z of the top level -> the coarsest state."""

    def __init__(self, latent_dim: int, width: int, size: tuple[int, int], depth: int) -> None:
        super().__init__()
        self.shape = (width, *size)
        self.linear = nn.Linear(latent_dim, math.prod(self.shape))
        self.layers = nn.Sequential(*[Residual(width) for _ in range(depth)])

    def forward(self, z: Tensor) -> Tensor:
        return self.layers(self.linear(z).unflatten(1, self.shape))


class LadderBlock(nn.Module):
    """A lower level: z at every place of the state, its posterior relative to its prior (Vahdat & Kautz 2020, eq. 3).

    Parameters
    ----------
    place : int
        Which of the features, from coarse to fine, it reads.
    width, units, depth : int
        Channels of the state (and of those features) and of z, and residual blocks after it.
    """

    def __init__(self, place: int, width: int, units: int, depth: int) -> None:
        super().__init__()
        self.place, self.units = place, units
        self.prior = nn.Sequential(nn.SiLU(), faint(width, 2 * units, 1))
        self.posterior = nn.Sequential(
            nn.Conv2d(2 * width, width, 1), Residual(width), nn.SiLU(), faint(width, 2 * units, 1)
        )
        self.read = nn.Conv2d(units, width, 1)
        self.layers = nn.Sequential(*[Residual(width) for _ in range(depth)])

    def forward(
        self, state: Tensor, features: tuple[Tensor, ...] | None, condition: object, choose: Choose
    ) -> tuple[Level, Tensor]:
        own = self.prior(state).float()
        prior, posterior = normal(own), None
        if features is not None:
            posterior = normal(own + self.posterior(torch.cat([state, features[self.place]], 1)).float())
        z = choose(prior, posterior)
        state = self.layers(state + self.read(z))
        return Level(z, prior, posterior), state


def normal(parameters: Tensor) -> Independent:
    """Means and log-variances (N, 2 * units, H, W) -> a normal distribution over (N, units, H, W)."""
    return diagonal_normal(*parameters.chunk(2, 1))


class GrownBlock(nn.Module):
    """A block that first brings the state to its own, finer size."""

    def __init__(self, grown: Grown, block: LadderBlock) -> None:
        super().__init__()
        self.grown, self.block = grown, block

    def forward(
        self, state: Tensor, features: tuple[Tensor, ...] | None, condition: object, choose: Choose
    ) -> tuple[Level, Tensor]:
        return self.block(self.grown(state), features, condition, choose)


def ladder(shape: Shape, width: int, units: int, depth: int, levels: int) -> list[nn.Module]:
    """The lower levels, one for each size from coarse to fine; further ones stay at the finest."""
    areas, widths = sizes(shape), channels(shape, width)
    blocks: list[nn.Module] = []
    for level in range(levels - 1):
        place = min(level, len(areas) - 1)
        block = LadderBlock(place, widths[place], units, depth)
        finer = level > 0 and place == level
        blocks.append(GrownBlock(Grown(widths[place - 1], widths[place], areas[place]), block) if finer else block)
    return blocks


class PictureDecoder(nn.Module):
    """The last state -> `outputs` numbers for each pixel, (N, outputs, H, W)."""

    def __init__(
        self, shape: Shape, width: int, depth: int, levels: int, outputs: int, first: nn.Module | None
    ) -> None:
        super().__init__()
        areas, widths = sizes(shape), channels(shape, width)
        self.first, self.size = first, shape[1:]
        layers: list[nn.Module] = []
        for place in range(min(max(levels - 1, 1), len(areas)), len(areas)):
            layers += [Grown(widths[place - 1], widths[place], areas[place])]
            layers += [Residual(widths[place]) for _ in range(depth)]
        self.layers = nn.Sequential(
            *layers, nn.SiLU(), nn.Conv2d(widths[-1], 4 * outputs, 3, padding=1), nn.PixelShuffle(2)
        )

    def forward(self, state: Tensor) -> Tensor:
        pixels = self.layers(state if self.first is None else self.first(state))
        return pixels[:, :, : self.size[0], : self.size[1]]


class Rescaled(nn.Module):
    """A network whose output is brought to the data's own units."""

    def __init__(self, network: nn.Module, centre: float, spread: float) -> None:
        super().__init__()
        self.network, self.centre, self.spread = network, centre, spread

    def forward(self, state: Tensor) -> Tensor:
        return self.network(state) * self.spread + self.centre
