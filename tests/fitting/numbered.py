"""An estimator of one number that every file of its model holds, so that a mix of two models shows."""

import torch
from torch import nn

from vaeworks.fitting.aggregated import AggregatedPosterior


class Numbered:
    """Saved, loaded and, in name, fitted."""

    kind = "numbered"

    def __init__(self, number=0):
        self.number, self.read = number, number
        self.model_ = nn.Linear(1, 1)
        self.model_.weight.data.fill_(number)
        means = torch.full((1, 2), float(number))
        self.aggregated_ = AggregatedPosterior(torch.ones(1), means, torch.eye(2)[None])
        self.metrics_ = {"fit": {"number": number}, "history": []}

    def plain_params(self):
        return {"number": self.number}

    def data_state(self):
        return {"number": self.number}

    def restore(self, state):
        self.read = state["number"]

    def card(self):
        return f"number {self.number}"

    def fit(self, during=lambda: None, checkpoint=None, resume=False, monitors=()):
        """Leave a checkpoint, and call what is to happen during the fit."""
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        checkpoint.write_bytes(b"state")
        during()

    def save(self, folder, overwrite=False):
        from vaeworks.fitting import artifact

        artifact.save(self, folder, overwrite)

    def numbers(self):
        """Of every file that is read."""
        means = self.aggregated_.tensors["means"]
        return {
            self.number,
            self.read,
            int(self.model_.weight),
            int(means[0, 0]),
            self.metrics_["fit"]["number"],
        }


def loaded(folder):
    from vaeworks.fitting import artifact

    return artifact.load(folder, lambda kind: Numbered)
