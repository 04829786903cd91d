"""Numbers that are precise enough for a distribution."""

import torch
from torch import Tensor


def at_least_float32(tensor: Tensor) -> Tensor:
    """The same values in float32 where mixed precision left fewer bits; float64 stays."""
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
