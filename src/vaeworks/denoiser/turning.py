"""A picture turned and mirrored, cleaned each time, and turned back: the mean is better (Timofte et al. 2016)."""

from collections.abc import Callable

import numpy as np

from ..errors import VaeworksError

WAYS = ((0, False), (2, False), (1, True), (3, True), (1, False), (3, False), (0, True), (2, True))
TURNS = (1, 2, 4, 8)


def check_turns(turns: int) -> None:
    if turns not in TURNS:
        raise VaeworksError(f"turns must be 1, 2, 4 or 8, not {turns!r}")


def averaged(pixels: np.ndarray, clean: Callable[[np.ndarray], np.ndarray], turns: int) -> np.ndarray:
    """The mean over the first `turns` ways of what `clean` makes of a picture (H, W, C)."""
    total = np.zeros(pixels.shape, np.float32)
    for quarters, mirrored in WAYS[:turns]:
        turned = np.rot90(pixels, quarters)
        found = clean(np.ascontiguousarray(turned[:, ::-1] if mirrored else turned))
        total += np.rot90(found[:, ::-1] if mirrored else found, -quarters)
    return total / turns
