"""Users in a folder of parquet files, shared by processes: `torchrun two_recommender_processes.py FOLDER OUT`."""

import sys

import torch

from vaeworks import RecommenderVAE
from vaeworks.datasets import load_interactions

SETTINGS = {"latent_dim": 4, "width": 16, "epochs": 3, "batch_size": 10, "device": "cpu"}


def fitted(folder):
    splits = load_interactions(folder).splits
    return RecommenderVAE(**SETTINGS).fit(splits["train"], validation=(splits["validation"], None))


if __name__ == "__main__":
    model = fitted(sys.argv[1])
    if torch.distributed.get_rank() == 0:
        model.save(sys.argv[2])
    torch.distributed.destroy_process_group()
