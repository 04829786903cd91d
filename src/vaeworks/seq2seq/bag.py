"""The target's words without their order, given z and the source: what keeps z from being ignored."""

import torch
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.evidence import Level
from .networks import Condition, SourceReader, TiedSoftmax


class BagOfWords(nn.Module):
    """What is trained aside: mean nats of a target's words, each by itself (Zhao et al. 2017, eq. 6).

    Parameters
    ----------
    source : SourceReader
        Whose table of words it shares.
    """

    def __init__(self, source: SourceReader, latent_dim: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(latent_dim + source.features, source.words.embedding_dim), nn.Tanh())
        self.softmax = TiedSoftmax(source.words)

    def forward(self, levels: list[Level], batch: Batch, condition: Condition) -> Tensor:
        [level] = levels
        features = self.layers(torch.cat([level.z, condition["summary"]], dim=-1))
        scores = self.softmax(features).log_softmax(-1)
        of_targets = scores.gather(1, batch.target).masked_fill(~batch.observed, 0.0)
        return -of_targets.sum(1).mean()
