"""A network's twin in whole numbers, for any machine, batch and number of threads the same to the last bit.

Whole numbers are carried in float64, where sums below 2**53 never round, in whatever order they are taken. A value v
stands for v / 2**10, a weight w for w / 2**16.
"""

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from .tables import VALUE, sigmoids, taken

POINT, WEIGHT = 10, 16  # bits after the point, of a value and of a weight
UNIT = float(1 << POINT)
LARGEST = float(1 << 20)  # of a value: 1,024
MOST_WEIGHT = float(1 << 32)  # the most that an output's weights may sum to: times LARGEST, half of 2**53
REACH = 16  # beyond which SiLU is 0 or its argument, to the last bit


def fixed(x: Tensor) -> Tensor:
    """Numbers as whole numbers of 2**-10."""
    return (x.double() * UNIT).round().clamp(-LARGEST, LARGEST)


def shifted(total: Tensor, bits: int) -> Tensor:
    """total / 2**bits, rounded, and held within what a value may be."""
    return (total * 0.5**bits).add_(0.5).floor_().clamp_(-LARGEST, LARGEST)


class ExactConv2d(nn.Module):
    """The twin of a convolution: products of matrices, which float64 computes exactly.

    Raises
    ------
    OverflowError
        For weights so large that a sum could round.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, source: nn.Conv2d) -> None:
        super().__init__()
        self.size, self.stride, self.padding = source.kernel_size, source.stride, source.padding
        whole = (source.weight.detach().cpu().double() * (1 << WEIGHT)).round()
        refuse_large(whole.flatten(1))
        self.register_buffer("weight", whole.permute(2, 3, 1, 0).contiguous())  # (height, width, inputs, outputs)
        self.register_buffer("bias", whole_bias(source.bias, len(whole)))

    def forward(self, x: Tensor) -> Tensor:
        down, across = (int(pad) for pad in self.padding)
        padded = nn.functional.pad(x.permute(0, 2, 3, 1), (0, 0, across, across, down, down))
        total = self._everywhere(padded) if self.stride == (1, 1) else self._strided(padded)
        return shifted(total.permute(0, 3, 1, 2), WEIGHT)

    def _everywhere(self, padded: Tensor) -> Tensor:
        """One product for each place of the kernel: the rows of all pixels, moved by that place, need no copy."""
        _, height, width, inputs = padded.shape
        pixels = padded.reshape(-1, inputs)
        total = pixels.new_empty(len(pixels), len(self.bias))  # its last rows stay unused
        part = total[: len(pixels) - (self.size[0] - 1) * width - self.size[1] + 1]
        part[:] = self.bias
        for row in range(self.size[0]):
            for column in range(self.size[1]):
                part.addmm_(pixels[row * width + column :][: len(part)], self.weight[row, column])
        return total.unflatten(0, padded.shape[:3])[:, : height - self.size[0] + 1, : width - self.size[1] + 1]

    def _strided(self, padded: Tensor) -> Tensor:
        windows = padded.unfold(1, self.size[0], self.stride[0]).unfold(2, self.size[1], self.stride[1])
        rows = windows.permute(0, 1, 2, 4, 5, 3).flatten(3)
        return torch.addmm(self.bias, rows.flatten(0, 2), self.weight.flatten(0, 2)).unflatten(0, rows.shape[:3])


class ExactLinear(nn.Module):
    """The twin of a linear layer."""

    weight: Tensor
    bias: Tensor

    def __init__(self, source: nn.Linear) -> None:
        super().__init__()
        whole = (source.weight.detach().cpu().double() * (1 << WEIGHT)).round()
        refuse_large(whole)
        self.register_buffer("weight", whole)
        self.register_buffer("bias", whole_bias(source.bias, len(whole)))

    def forward(self, x: Tensor) -> Tensor:
        return shifted(nn.functional.linear(x, self.weight, self.bias), WEIGHT)


def refuse_large(whole: Tensor) -> None:
    if float(whole.abs().sum(1).max()) >= MOST_WEIGHT:
        raise OverflowError("its weights are too large for exact sums")


def whole_bias(bias: Tensor | None, outputs: int) -> Tensor:
    given = torch.zeros(outputs) if bias is None else bias.detach().cpu()
    return (given.double() * (1 << (POINT + WEIGHT))).round()


class ExactSiLU(nn.Module):
    """x / (1 + exp(-x)) of every value, from a table."""

    table: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", silu_table())

    def forward(self, x: Tensor) -> Tensor:
        most = REACH * UNIT
        last = x.movedim(1, -1)  # as convolutions leave it in memory
        inside = taken(self.table, last.clamp(-most, most).add_(most))
        return inside.add_((last - most).clamp_(min=0)).movedim(-1, 1)


def silu_table() -> Tensor:
    places = torch.arange(-REACH << POINT, (REACH << POINT) + 1)
    return ((places * sigmoids(POINT, REACH) + (1 << (VALUE - 1))) >> VALUE).double()


TWINS: dict[type, Callable[[Any], nn.Module]] = {
    nn.Conv2d: ExactConv2d,
    nn.Linear: ExactLinear,
    nn.SiLU: lambda source: ExactSiLU(),
}


def exact(network: nn.Module) -> nn.Module:
    """The twin of a network, which takes and gives whole numbers of 2**-10 in float64.

    What stands between its layers must be sums, reshaping, padding and copies: those are exact as they are.

    Raises
    ------
    TypeError
        For a layer that has no twin.
    """
    if type(network) in TWINS:
        return TWINS[type(network)](network)
    if not list(network.children()) and list(network.parameters()):
        raise TypeError(f"{type(network).__name__} has no twin in whole numbers")
    twin = copy.copy(network)
    twin._modules = {name: None if part is None else exact(part) for name, part in network._modules.items()}
    return twin.eval()


def digest(twin: nn.Module, further: str = "") -> bytes:
    """16 bytes that tell the weights of a twin, and what else decides its streams."""
    found = hashlib.sha256(further.encode())
    for name, tensor in sorted(twin.state_dict().items()):
        found.update(name.encode())
        found.update(tensor.double().contiguous().numpy().astype("<f8").tobytes())
    return found.digest()[:16]
