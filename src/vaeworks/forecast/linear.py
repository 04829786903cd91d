"""Where the linear part of a forecaster begins: at the solution of a ridge regression."""

import numpy as np
import torch
from sklearn.linear_model import Ridge
from torch import Tensor

from .data import WindowData
from .networks import linear_inputs

MOST, PENALTY = 20_000, 1.0  # windows


def ridge(data: WindowData, shape: Tensor) -> Tensor:
    """The maps (C, L + K, H) from what is known of windows to their futures, both in units of their histories.

    A window whose future has holes is left out.
    """
    batch = data.batch(np.linspace(0, data.count - 1, min(data.count, MOST)).astype(int))
    location, scale = (batch.condition[name][:, None] for name in ("location", "scale"))
    inputs, targets = linear_inputs(batch.condition).numpy(), ((batch.target - location) / scale).numpy()
    maps = torch.zeros_like(shape)
    for column in range(len(maps)):
        whole = ~np.isnan(targets[:, :, column]).any(1)
        if whole.sum() > 1:
            fitted = Ridge(PENALTY, fit_intercept=False).fit(inputs[whole, :, column], targets[whole, :, column])
            maps[column] = torch.from_numpy(fitted.coef_.T)
    return maps
