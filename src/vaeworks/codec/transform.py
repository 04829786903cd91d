"""A lapped transform: a filter across the borders of 8 x 8 blocks, then the cosine transform within them (Tran 2003).

At the edges of a picture there is no border to filter, so nothing is made up beyond them.
"""

import math

import torch
from torch import Tensor, nn

from ..pixels.networks import mixed

BLOCK = 8
HALF = BLOCK // 2
# colour as its grey and two differences; orthonormal, so that an error of the coefficients is one of the pixels
PLANES = torch.tensor([[3**-0.5, 3**-0.5, 3**-0.5], [2**-0.5, 0.0, -(2**-0.5)], [6**-0.5, -2 * 6**-0.5, 6**-0.5]])


def cosines(kind: int, size: int) -> Tensor:
    """The orthonormal cosine transform of kind 2 or 4, a frequency a row."""
    k, n = torch.arange(size, dtype=torch.double)[:, None], torch.arange(size, dtype=torch.double) + 0.5
    frequency = k + 0.5 if kind == 4 else k
    rows = (2 / size) ** 0.5 * torch.cos(math.pi / size * frequency * n)
    if kind == 2:
        rows[0] *= 0.5**0.5
    return rows.float()


def zigzag(size: int = BLOCK) -> list[int]:
    """Places of a block's coefficients, from low frequencies to high."""
    return sorted(range(size * size), key=lambda place: (place // size + place % size, place // size))


def start() -> Tensor:
    """The filter's inner matrix of the lapped orthogonal transform (Malvar 1989, in the form of Tran 2003)."""
    turned = torch.flip(torch.eye(HALF), [0])
    return turned @ cosines(2, HALF).T @ cosines(4, HALF) @ turned


class Lapped(nn.Module):
    """Pixels (N, C, H, W) -> coefficients (N, 64 * C, H / 8, W / 8), low frequencies first; H and W are multiples of 8.

    Parameters
    ----------
    inner : Tensor (4, 4)
        Where the learned filter begins.
    """

    order: Tensor
    cosine: Tensor

    def __init__(self, inner: Tensor) -> None:
        super().__init__()
        self.inner = nn.Parameter(inner.clone())
        self.register_buffer("order", torch.tensor(zigzag()), persistent=False)
        self.register_buffer("cosine", cosines(2, BLOCK), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        with torch.autocast(pixels.device.type, enabled=False):
            blocks = blocked(both_ways(mixed(pixels, PLANES), across(self.inner)))
            parts = torch.einsum("ki,lj,ncyixj->nklcyx", self.cosine, self.cosine, blocks)
            return parts.flatten(1, 2)[:, self.order].flatten(1, 2)


class LappedInverse(Lapped):
    """Coefficients -> pixels, with a filter of its own."""

    def forward(self, coefficients: Tensor) -> Tensor:
        with torch.autocast(coefficients.device.type, enabled=False):
            channels = coefficients.shape[1] // BLOCK**2
            ordered = coefficients.unflatten(1, (BLOCK**2, channels))[:, self.order.argsort()]
            parts = ordered.unflatten(1, (BLOCK, BLOCK))
            blocks = torch.einsum("ki,lj,nklcyx->ncyixj", self.cosine, self.cosine, parts)
            return mixed(both_ways(blocks.flatten(4, 5).flatten(2, 3), across(self.inner)), PLANES.T)


def across(inner: Tensor) -> Tensor:
    """The filter of 8 pixels around a border whose differences are mixed by `inner` (4, 4)."""
    one, turned = torch.eye(HALF).to(inner), torch.flip(torch.eye(HALF), [0]).to(inner)
    butterfly = torch.cat([torch.cat([one, turned], 1), torch.cat([turned, -one], 1)])
    return 0.5 * butterfly @ torch.block_diag(one, inner) @ butterfly


def both_ways(pixels: Tensor, matrix: Tensor) -> Tensor:
    return along_rows(along_rows(pixels, matrix).transpose(2, 3), matrix).transpose(2, 3)


def along_rows(pixels: Tensor, matrix: Tensor) -> Tensor:
    """Mix each 8 pixels around a border between blocks of a row."""
    if pixels.shape[-1] <= BLOCK:
        return pixels
    inside = pixels[..., HALF:-HALF].unflatten(-1, (-1, BLOCK)) @ matrix.T
    return torch.cat([pixels[..., :HALF], inside.flatten(-2), pixels[..., -HALF:]], -1)


def blocked(pixels: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, H / 8, 8, W / 8, 8)."""
    return pixels.unflatten(3, (-1, BLOCK)).unflatten(2, (-1, BLOCK))
