"""Sentences as their codes decode: of several candidates the one whose own code is nearest."""

from collections.abc import Callable

import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import posterior_mean
from ..core.model import LatentModel
from ..tokens.autoregressive import Autoregressive
from ..tokens.vocabulary import END, PAD
from .rewriting import padded_alike
from .sentences import LENGTH_POWER, SentenceBlock, SentencesEncoder

Distance = Callable[[Tensor, Tensor], Tensor]  # of sentences (M, T) from [z, z_s] (M, D): (M,)


@torch.no_grad()
def read_back(model: LatentModel, batch: Batch, candidates: int, seed: int) -> Tensor:
    """Tokens (N, S, T) of the sentences of texts, from the means of their codes.

    Half of the candidates are what a beam search finds, the others are drawn; 1 is the best of a beam search alone.
    """
    _, state, condition = model.descend(batch, posterior_mean)
    sentences = model.decoder(state, condition)
    if candidates == 1:
        return sentences.mode()
    return sentences.written(lambda words: nearest(words, distance_in(model), candidates, seed))


def nearest(words: Autoregressive, distance: Distance, candidates: int, seed: int) -> Tensor:
    """Tokens (M, T) of the sentences that `words` writes: of its candidates the one that lies nearest to its code."""
    draws = candidates // 2
    copies = Autoregressive(words.network, words.z.repeat(draws, 1), None, words.most_tokens)
    drawn = copies.candidates(draws, 1.0, seed).unflatten(0, (draws, -1))
    found = words.hypotheses(candidates - draws, LENGTH_POWER).tokens.transpose(0, 1)
    each = torch.cat(padded_alike([found, drawn]))
    far = torch.stack([distance(as_read(tokens), words.z) for tokens in each])
    return each[far.argmin(0), torch.arange(each.shape[1], device=each.device)]


def distance_in(model: LatentModel) -> Distance:
    """How far the code that the encoder reads of a sentence lies from the one that it was written from, squared."""
    encoder, [block] = model.encoder, model.blocks
    assert isinstance(encoder, SentencesEncoder)
    assert isinstance(block, SentenceBlock)
    size = block.network.size

    def distance(tokens: Tensor, codes: Tensor) -> Tensor:
        read = block.read(codes[:, :-size], {"phrases": encoder.phrases_of(tokens)[:, None]}).mean[:, 0]
        return (read - codes[:, -size:]).square().sum(1)

    return distance


def as_read(tokens: Tensor) -> Tensor:
    """Written sentences as the encoder takes them: without end marks, of which an empty one keeps its own."""
    words = tokens.masked_fill(tokens == END, PAD)
    first = torch.where(words[:, :1] == PAD, END, words[:, :1])
    return torch.cat([first, words[:, 1:]], dim=1)
