"""The target's words without their order, given z and the source: what keeps z from being ignored."""

import torch
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.evidence import Level
from ..core.precision import at_least_float32
from .networks import Condition, SourceReader


class BagOfWords(nn.Module):
    """What is trained aside: mean nats of a target's words, each by itself (Zhao et al. 2017, eq. 6).

    Parameters
    ----------
    source : SourceReader
        Whose table of words it shares.
    """

    def __init__(self, source: SourceReader, latent_dim: int) -> None:
        super().__init__()
        self._words = (source.words,)  # a tuple, so that it is not registered twice
        width = source.words.embedding_dim
        self.layers = nn.Sequential(nn.Linear(latent_dim + source.summary, width), nn.Tanh())
        self.bias = nn.Parameter(torch.zeros(source.words.num_embeddings))

    def forward(self, levels: list[Level], batch: Batch, condition: Condition) -> Tensor:
        [level], [words] = levels, self._words
        features = self.layers(torch.cat([level.z, condition["summary"]], dim=-1))
        scores = at_least_float32(nn.functional.linear(features, words.weight, self.bias)).log_softmax(-1)
        of_targets = scores.gather(1, batch.target).masked_fill(~batch.observed, 0.0)
        return -of_targets.sum(1).mean()
