"""Faces that were published as MATLAB files."""

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np


def read_columns(path: Path, variable: str, height: int, width: int, transposed: bool = False) -> "np.ndarray":
    """The pictures (N, H, W) in a matrix whose columns are pictures; `transposed` says column by column."""
    import numpy as np
    from scipy.io import loadmat

    try:
        columns = loadmat(path, variable_names=[variable])[variable]
    except (ValueError, TypeError, KeyError, NotImplementedError, OSError) as error:
        raise VaeworksError(f"{path.name} is damaged or holds no {variable} ({error}): get it again") from error
    if columns.ndim != 2 or len(columns) != height * width or columns.min() < 0 or columns.max() > 255:
        raise VaeworksError(
            f"{path.name}: {variable} should hold columns of {height * width} greys from 0 to 255, but its shape is "
            f"{columns.shape}: get it again"
        )
    greys = np.rint(columns).astype(np.uint8)
    if transposed:
        return greys.T.reshape(-1, width, height).transpose(0, 2, 1)
    return greys.T.reshape(-1, height, width)
