"""Beam search: the most probable sequences of a network that reads from left to right."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .vocabulary import END, PAD, START, UNKNOWN

if TYPE_CHECKING:
    from .autoregressive import State, Stepper


@dataclass
class Hypotheses:
    """What a search found for N rows, K each, the best first.

    Attributes
    ----------
    tokens : Tensor (N, K, T)
        Padded after the end mark.
    log_probs : Tensor (N, K)
        log p(tokens | z, condition) in nats, over words that may be said; -inf where fewer were found.
    lengths : Tensor (N, K)
        Tokens, end mark included.
    """

    tokens: Tensor
    log_probs: Tensor
    lengths: Tensor

    def worth(self, length_power: float) -> Tensor:
        """What they are ranked by, (N, K): the log-probability over a power of the length."""
        return self.log_probs / self.lengths.clamp(min=1) ** length_power

    def ranked(self, length_power: float, count: int) -> "Hypotheses":
        """The best `count` of each row."""
        order = self.worth(length_power).argsort(dim=1, descending=True, stable=True)[:, :count]
        tokens = self.tokens.gather(1, order[..., None].expand(-1, -1, self.tokens.shape[-1]))
        return Hypotheses(tokens, self.log_probs.gather(1, order), self.lengths.gather(1, order))


@torch.no_grad()
def beam_search(
    network: "Stepper",
    begun: "tuple[State, State]",
    rows: int,
    beams: int,
    most_tokens: int,
    length_power: float = 1.0,
) -> Hypotheses:
    """The best sequences that a beam of a width finds; the greedy one, which a beam may lose, is always among them.

    Parameters
    ----------
    begun
        What the network's `begin` gave for the rows. A beam moves the state; what is given it only repeats.
    length_power : float
        0 compares by log-probability, which favours short sequences; 1 by log-probability a token.
    """
    slots, device = beams + 1, begun[0][0].device  # the last one goes on greedily
    state, given = (tuple(part.repeat_interleave(slots, 0) for part in parts) for parts in begun)
    tokens = torch.full((rows * slots, 1), START, device=device)
    log_probs = torch.full((rows, slots), -torch.inf, device=device)
    log_probs[:, [0, -1]] = 0.0
    lengths = torch.zeros(rows, slots, dtype=torch.long, device=device)
    ended = torch.zeros(rows, slots, dtype=torch.bool, device=device)
    first = torch.arange(rows, device=device)[:, None] * slots
    for _ in range(most_tokens):
        features, state = network.advance(tokens[:, -1:], state, given)
        steps = speakable(network.log_probs(features[:, 0])).unflatten(0, (rows, slots))
        words = steps.shape[-1]
        steps = steps.masked_fill(ended[..., None], -torch.inf)
        steps[..., PAD] = torch.where(ended, 0.0, steps[..., PAD])
        grown = log_probs[..., None] + steps
        longer = lengths + ~ended
        worth = grown / longer[..., None] ** length_power
        best = worth[:, :-1].flatten(1).topk(beams, dim=1).indices
        greedy = (slots - 1) * words + steps[:, -1].argmax(-1, keepdim=True)
        best = torch.cat([best, greedy], dim=1)
        origin, word = best // words, best % words
        log_probs, lengths = grown.flatten(1).gather(1, best), longer.gather(1, origin)
        ended = ended.gather(1, origin) | (word == END)
        kept = (first + origin).flatten()
        tokens = torch.cat([tokens[kept], word.flatten()[:, None]], dim=1)
        state = tuple(part[kept] for part in state)
        if ended.all():
            break
    found = tokens[:, 1:].unflatten(0, (rows, slots))
    twice = (found[:, :-1] == found[:, -1:]).all(-1).any(1)
    log_probs[:, -1] = log_probs[:, -1].masked_fill(twice, -torch.inf)
    return Hypotheses(found, log_probs, lengths).ranked(length_power, beams)


def speakable(log_probs: Tensor) -> Tensor:
    """Padding, the start mark and the unknown word, which names none, are never said."""
    silent = torch.tensor([PAD, START, UNKNOWN], device=log_probs.device)
    return log_probs.index_fill(1, silent, -torch.inf)
