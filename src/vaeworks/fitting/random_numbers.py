"""Torch's random numbers, of which a process has one sequence for all threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import numpy as np
import torch

ONE_AT_A_TIME = RLock()


def mixed_seed(*numbers: int) -> int:
    """One seed from several numbers, so that no two epochs or processes share their draws."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


@contextmanager
def own_random_numbers(device: torch.device) -> Iterator[None]:
    """Leave the caller's random state as it was; another thread that wants its own waits, lest the two mix theirs."""
    with ONE_AT_A_TIME, torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield
