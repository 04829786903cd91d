"""Principal components, which a map's perceptrons read and write in the place of very many columns of one scale.

Pixels are such columns. Both ends of the model then cost a fraction, and its likelihood is still that of every column.
"""

import math
from typing import cast

import numpy as np
from sklearn.decomposition import PCA
from torch import Tensor, nn
from torch.distributions import Normal

COMPONENTS, EIGEN_UP_TO = 50, 2000


def principal_axes(rows: np.ndarray, seed: int) -> np.ndarray | None:
    """The first 50 principal axes of rows (N, D), as (D, 50); None where there are no more than 50 to find."""
    if min(rows.shape) <= COMPONENTS:
        return None
    solver = "covariance_eigh" if rows.shape[1] <= EIGEN_UP_TO else "randomized"
    axes: np.ndarray = PCA(COMPONENTS, svd_solver=solver, random_state=seed).fit(rows).components_.T
    return axes


def stretch_of(axes: Tensor) -> float:
    """sqrt(D / K), by which what is read and what is written along axes (D, K) is multiplied.

    A step of Adam, which moves every weight as far, then changes a model of K components as much as one of D columns.
    """
    return math.sqrt(axes.shape[0] / axes.shape[1])


class Components(nn.Module):
    """Targets (N, D) -> their places along the axes, (N, K), stretched.

    Parameters
    ----------
    axes : Tensor (D, K)
    """

    axes: Tensor

    def __init__(self, axes: Tensor) -> None:
        super().__init__()
        self.register_buffer("axes", axes)

    def forward(self, targets: Tensor) -> Tensor:
        return targets @ self.axes * stretch_of(self.axes)


def behind_components(encoder: nn.Sequential, axes: Tensor) -> nn.Sequential:
    """The encoder of K numbers as one of D, which starts with outputs as large as those of one that reads D columns."""
    layers = list(encoder.children())
    if layers:
        cast(nn.Linear, layers[0]).weight.data /= stretch_of(axes) ** 2
    return nn.Sequential(Components(axes), *layers)


class InSpan(Normal):
    """Columns (N, D) of one scale (1,), whose means are places (N, K) along orthonormal axes (D, K)."""

    def __init__(self, places: Tensor, axes: Tensor, scale: Tensor) -> None:
        self.places, self.axes = places, axes
        super().__init__(places @ axes.T, scale, validate_args=False)

    def log_prob_of_rows(self, value: Tensor) -> Tensor:
        """log p of whole rows, (N,): squares outside the span and within it (Pythagoras), with less to compute."""
        within = value @ self.axes
        squares = value.square().sum(1) - within.square().sum(1) + (within - self.places).square().sum(1)
        scale = self.scale[0, 0]
        return -0.5 * squares / scale**2 - value.shape[1] * (scale.log() + 0.5 * math.log(2 * math.pi))
