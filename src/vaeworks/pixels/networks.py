"""Parts of a ladder of convolutions: residual blocks, and lower levels with latents at every place.

state -> block -> state ... (top down), each with features of the same size     (Sønderby et al. 2016)
"""

import torch
from torch import Tensor, nn

from ..core.choosing import Choose
from ..core.evidence import Level
from ..core.posteriors import diagonal_normal
from ..core.precision import at_least_float32


class Residual(nn.Module):
    """Two convolutions whose sum with the input starts out near the input."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.SiLU(), nn.Conv2d(width, width, 3, padding=1), nn.SiLU(), nn.Dropout2d(dropout), faint(width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Rectified(nn.Module):
    """Two convolutions with a rectifier between them, whose sum with the input starts out near the input.

    For what stays in the range of pixels: nothing normalises, and the sum passes no nonlinearity (Lim et al. 2017).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), faint(width, width))

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
        self.distribution = diagonal_normal

    def forward(
        self, state: Tensor, features: tuple[Tensor, ...] | None, condition: object, choose: Choose
    ) -> tuple[Level, Tensor]:
        own = at_least_float32(self.prior(state))
        prior, posterior = self.distribution(*own.chunk(2, 1)), None
        if features is not None:
            further = self.posterior(torch.cat([state, features[self.place]], 1))
            posterior = self.distribution(*(own + at_least_float32(further)).chunk(2, 1))
        z = choose(prior, posterior)
        state = self.layers(state + self.read(z))
        return Level(z, prior, posterior), state


class GrownBlock(nn.Module):
    """A block that first brings the state to its own, finer size."""

    def __init__(self, grown: Grown, block: LadderBlock) -> None:
        super().__init__()
        self.grown, self.block = grown, block

    def forward(
        self, state: Tensor, features: tuple[Tensor, ...] | None, condition: object, choose: Choose
    ) -> tuple[Level, Tensor]:
        return self.block(self.grown(state), features, condition, choose)


def mixed(pixels: Tensor, matrix: Tensor) -> Tensor:
    """Channels (N, 3, H, W) mixed by a matrix (3, 3); one channel stays as it is."""
    return pixels if pixels.shape[1] == 1 else torch.einsum("pc,nchw->nphw", matrix.to(pixels), pixels)
