"""Linear parts that read what is given."""

import torch
from torch import nn

from ..core.posteriors import diagonal_normal


class Beside(nn.Module):
    def forward(self, input, condition):
        return torch.cat([input, condition], 1)


class LinearPrior(nn.Linear):
    def forward(self, condition, encode):
        means = super().forward(condition)
        return diagonal_normal(means, torch.zeros_like(means))


class Sum(nn.Module):
    def __init__(self, latent_dim, given, outputs):
        super().__init__()
        self.z, self.condition = nn.Linear(latent_dim, outputs), nn.Linear(given, outputs)

    def forward(self, z, condition):
        return self.z(z) + self.condition(condition)
