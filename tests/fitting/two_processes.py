"""A fit without noise, to compare two processes with one: `torchrun two_processes.py OUT` writes what it gave."""

import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.distributions import Independent, Normal

from vaeworks.core.batch import Batch
from vaeworks.core.likelihoods import ClassHead, NormalLikelihood
from vaeworks.core.model import LatentModel
from vaeworks.core.priors import StandardNormal
from vaeworks.fitting.devices import make_fabric
from vaeworks.fitting.plan import Phase, Plan, constant
from vaeworks.fitting.training import fit


class AtItsMean(Normal):
    def rsample(self, shape=()):
        return self.loc


class Posterior(nn.Module):
    """q whose draw is its mean."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 4)

    def forward(self, features):
        means, log_scales = self.linear(features).chunk(2, dim=1)
        return Independent(AtItsMean(means, log_scales.exp()), 1)


class Data:
    """Batches of seven, and a last one of one; labels of which some are missing, in the last batch all."""

    def __init__(self, rows, seed):
        random = torch.Generator().manual_seed(seed)
        self.x, self.labels = torch.randn(rows, 5, generator=random), torch.arange(rows) % 3 - 1

    def __len__(self):
        return -(-len(self.x) // 7)

    def epoch(self, seed):
        for x, labels in zip(self.x.split(7), self.labels.split(7), strict=True):
            yield Batch(x, labels={"label": labels})


def train():
    """The history and the weights of a fit in two phases."""
    torch.manual_seed(0)
    heads = {"label": ClassHead(2, 2)}
    model = LatentModel(nn.Identity(), Posterior(), StandardNormal(2), NormalLikelihood(nn.Linear(2, 5)), heads)
    phases = (Phase(2, learning_rate=constant(0.05), rate=1.0), Phase(1, trains=("decoder",)))
    history = fit(model, Data(22, 0), Plan(phases, averaging=0.9), Data(15, 1), make_fabric("cpu"))
    return {
        "history": [{**record, "seconds": 0} for record in history],
        "weights": {name: tensor.tolist() for name, tensor in model.state_dict().items()},
    }


if __name__ == "__main__":
    result = train()
    if torch.distributed.get_rank() == 0:
        Path(sys.argv[1]).write_text(json.dumps(result | {"processes": torch.distributed.get_world_size()}))
    torch.distributed.destroy_process_group()
