"""What processes that `torchrun` started know together; in one process everything is as it is."""

import torch
from torch import Tensor


def summed(values: Tensor, apart: bool) -> Tensor:
    """The sum over all processes where each has its own part; else as it is."""
    return reduced(values, torch.distributed.ReduceOp.SUM) if apart else values


def fewest(count: int, apart: bool) -> int:
    """The least over all processes where each has its own part; else as it is."""
    return int(reduced(torch.tensor(count), torch.distributed.ReduceOp.MIN)) if apart else count


def reduced(values: Tensor, how: "torch.distributed.ReduceOp.RedOpType") -> Tensor:
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return values
    together = values.clone()
    torch.distributed.all_reduce(together, how)
    return together
