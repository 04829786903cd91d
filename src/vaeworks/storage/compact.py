"""Weights in a fifth of the space: matrices of many rows in 8 bits, very long ones in 4, the rest in half precision."""

import torch
from torch import Tensor

LONG, VERY_LONG = 250, 100_000  # rows
SCALE = ".scale"


def compacted(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors to keep in a file; a quantised table stands beside the scales of its rows."""
    kept: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if weight.dim() != 2 or len(weight) < LONG or weight.shape[1] % 2:
            kept[name] = weight.half() if weight.is_floating_point() else weight
            continue
        most = 7 if len(weight) >= VERY_LONG else 127
        scale = (weight.abs().amax(1, keepdim=True) / most).clamp(min=1e-6).half()
        levels = (weight / scale.float()).round().clamp(-most, most).to(torch.int8)
        kept[name] = paired(levels) if most == 7 else levels
        kept[name + SCALE] = scale
    return kept


def expanded(kept: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights that `compacted` kept, in single precision; other weights as they are."""
    return {name: restored(tensor, kept.get(name + SCALE)) for name, tensor in kept.items() if not is_scale(name, kept)}


def is_scale(name: str, kept: dict[str, Tensor]) -> bool:
    return name.endswith(SCALE) and name.removesuffix(SCALE) in kept


def restored(tensor: Tensor, scale: Tensor | None) -> Tensor:
    if scale is None:
        return tensor.float() if tensor.dtype == torch.float16 else tensor
    levels = parted(tensor) if tensor.dtype == torch.uint8 else tensor
    return levels.float() * scale.float()


def paired(levels: Tensor) -> Tensor:
    """Two neighbouring levels of -7 to 7 in each byte."""
    shifted = (levels + 8).to(torch.uint8)
    return shifted[:, 0::2] * 16 + shifted[:, 1::2]


def parted(pairs: Tensor) -> Tensor:
    return torch.stack([pairs // 16, pairs % 16], dim=2).flatten(1).to(torch.int8) - 8
