"""What processes that `torchrun` started know together; in one process everything is as it is."""

import torch
from torch import Tensor


def summed(values: Tensor) -> Tensor:
    """The sum over all processes."""
    return reduced(values, torch.distributed.ReduceOp.SUM)


def fewest(count: int) -> int:
    """The least of a number over all processes."""
    return int(reduced(torch.tensor(count), torch.distributed.ReduceOp.MIN))


def reduced(values: Tensor, how: "torch.distributed.ReduceOp.RedOpType") -> Tensor:
    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return values
    together = values.clone()
    torch.distributed.all_reduce(together, how)
    return together
