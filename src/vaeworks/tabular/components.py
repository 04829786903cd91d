"""Principal components, which a map's perceptrons read and write in the place of very many columns of one scale.

Pixels are such columns. Both ends of the model then cost a fraction, and its likelihood is still that of every column.
"""

import math
from functools import cached_property
from typing import Any, cast

import numpy as np
import torch
from sklearn.decomposition import PCA
from torch import Tensor, nn
from torch.distributions import Distribution, Normal

COMPONENTS, EIGEN_UP_TO = 50, 2000


def principal_axes(rows: np.ndarray, seed: int) -> np.ndarray | None:
    """The first 50 principal axes of rows (N, D), as (D, 50); None where no more than 50 are to be found."""
    if min(rows.shape) <= COMPONENTS or np.ptp(rows) == 0:
        return None
    solver = "covariance_eigh" if rows.shape[1] <= EIGEN_UP_TO else "randomized"
    axes: np.ndarray = PCA(COMPONENTS, svd_solver=solver, random_state=seed).fit(rows).components_.T
    return axes


def stretch_of(axes: Tensor) -> float:
    """sqrt(D / K), by which what is read and what is written along axes (D, K) is multiplied.

    A step of Adam, which moves every weight as far, then changes a model of K components as much as one of D columns.
    """
    return math.sqrt(axes.shape[0] / axes.shape[1])


def product(left: Tensor, right: Tensor) -> Tensor:
    """A matrix product in full precision: what is left of large squares must not drown in rounding."""
    with torch.autocast(left.device.type, enabled=False):
        return left @ right


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
    cast(nn.Linear, encoder[0]).weight.data /= stretch_of(axes) ** 2
    return nn.Sequential(Components(axes), *encoder.children())


class InSpan(Distribution):
    """Normal columns (N, D) of one scale (1,), whose means are places (N, K) along orthonormal axes (D, K)."""

    def __init__(self, places: Tensor, axes: Tensor, scale: Tensor) -> None:
        self.places, self.axes, self.scale = places, axes, scale
        super().__init__(torch.Size((len(places), len(axes))), validate_args=False)

    @cached_property
    def entries(self) -> Normal:
        """The same, column by column: of no use in training, so it waits until it is wanted."""
        return Normal(product(self.places, self.axes.T), self.scale, validate_args=False)

    @property
    def mean(self) -> Tensor:
        return self.entries.mean

    @property
    def stddev(self) -> Tensor:
        return self.entries.stddev

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self.entries.sample(sample_shape)

    def log_prob(self, value: Tensor) -> Tensor:
        return self.entries.log_prob(value)

    def log_prob_of_rows(self, value: Tensor) -> Tensor:
        """log p of whole rows, (N,): the squares outside the span and those within it, by Pythagoras."""
        within = product(value, self.axes)
        squares = value.square().sum(1) - within.square().sum(1) + (within - self.places).square().sum(1)
        scale = self.scale.squeeze()
        return -0.5 * squares / scale**2 - value.shape[1] * (scale.log() + 0.5 * math.log(2 * math.pi))
