"""An estimator of one number that every file of its model holds, so that a mix of two models shows."""

import torch
from torch import nn

from vaeworks.storage import artifact


class Reader:
    def __init__(self, number):
        self.number = number

    def to_state(self):
        return {"number": self.number}


class Numbered:
    """Saved and loaded, never fitted; `beside` says whether its model has a file beside the weights."""

    kind = "numbered"

    def __init__(self, number=0, beside=True):
        self.number, self.reader_ = number, Reader(number)
        self.model_ = nn.Linear(1, 1)
        self.model_.weight.data.fill_(number)
        self.beside_ = torch.full((1,), float(number)) if beside else None
        self.metrics_ = {"fit": {"number": number}, "history": []}

    def check_parameters(self):
        pass

    def plain_params(self):
        return {"number": self.number}

    def restore(self, state):
        self.reader_ = Reader(state["number"])

    def further_weights(self):
        return {} if self.beside_ is None else {"aggregated": {"number": self.beside_}}

    def restore_further(self, weights):
        self.beside_ = weights["aggregated"]["number"] if "aggregated" in weights else None

    def card(self):
        return f"number {self.number}"

    def save(self, folder, overwrite=False):
        artifact.save(self, folder, overwrite)

    def numbers(self):
        """Of every file that is read."""
        beside = [] if self.beside_ is None else [int(self.beside_)]
        return {self.number, self.reader_.number, int(self.model_.weight), self.metrics_["fit"]["number"], *beside}


def loaded(folder):
    return artifact.load(folder, lambda kind: Numbered)
