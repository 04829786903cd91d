"""A ladder of convolutions: one bottom-up pass, and a top-down pass that posterior and prior share.

    image -> encoder -> features, from coarse to fine
                          |  \\
    z top -> first state -+-> block -> block ... -> pixels         (Sønderby et al. 2016, Vahdat & Kautz 2020)
"""

import math

from torch import Tensor, nn
from torch.distributions import Independent

from ..core.posteriors import NormalPosterior
from ..pixels.networks import Grown, GrownBlock, LadderBlock, Residual

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

    def __init__(self, features: int, latent_dim: int) -> None:
        super().__init__(features, latent_dim)
        self.activation = nn.SiLU()

    def forward(self, features: tuple[Tensor, ...]) -> Independent:  # type: ignore[override]
        return super().forward(self.activation(features[0]).flatten(1))


class FirstState(nn.Module):
    """z of the top level -> the coarsest state."""

    def __init__(self, latent_dim: int, width: int, size: tuple[int, int], depth: int) -> None:
        super().__init__()
        self.shape = (width, *size)
        self.linear = nn.Linear(latent_dim, math.prod(self.shape))
        self.layers = nn.Sequential(*[Residual(width) for _ in range(depth)])

    def forward(self, z: Tensor) -> Tensor:
        return self.layers(self.linear(z).unflatten(1, self.shape))


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
