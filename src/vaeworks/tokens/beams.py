"""Beam search: the most probable sequences of a network that reads from left to right."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from .stepper import State, Stepper
from .vocabulary import END, PAD, START, UNKNOWN

KEPT = 0.75  # share of the rows still searched, from which on those that ended are put aside


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
    network: Stepper,
    begun: tuple[State, State],
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
    search = Search.begin(begun, rows, beams)
    found: list[Search] = []
    for _ in range(most_tokens):
        search.step(network, length_power)
        going = ~search.ended.all(1)
        if going.float().mean() <= KEPT:
            found.append(search.take(~going))
            search = search.take(going)
        if not len(search.row):
            break
    return together([*found, search], rows).ranked(length_power, beams)


@dataclass
class Search:
    """A search for some rows, (N,) of them in K slots each, of which the last goes on greedily.

    `state` and `given` are the network's, with a row for each slot; `tokens` (N * K, T) begin with the start mark.
    """

    row: Tensor
    state: State
    given: State
    tokens: Tensor
    log_probs: Tensor
    lengths: Tensor
    ended: Tensor

    @classmethod
    def begin(cls, begun: tuple[State, State], rows: int, beams: int) -> Self:
        slots, device = beams + 1, begun[0][0].device
        state, given = (tuple(part.repeat_interleave(slots, 0) for part in parts) for parts in begun)
        log_probs = torch.full((rows, slots), -torch.inf, device=device)
        log_probs[:, [0, -1]] = 0.0
        lengths = torch.zeros(rows, slots, dtype=torch.long, device=device)
        tokens = torch.full((rows * slots, 1), START, device=device)
        return cls(torch.arange(rows, device=device), state, given, tokens, log_probs, lengths, lengths > 0)

    def step(self, network: Stepper, length_power: float) -> None:
        """One token more for each slot that has not ended."""
        slots = self.ended.shape[1]
        features, state = network.advance(self.tokens[:, -1:], self.state, self.given)
        step = speakable(network.log_probs(features[:, 0]))
        steps, words = (part.unflatten(0, (-1, slots)) for part in step.topk(min(slots - 1, step.shape[1])))
        steps = steps.masked_fill(self.ended[..., None], -torch.inf)
        steps[..., 0] = torch.where(self.ended, 0.0, steps[..., 0])
        words = words.masked_fill(self.ended[..., None], PAD)
        grown, longer = self.log_probs[..., None] + steps, self.lengths + ~self.ended
        worth = grown / longer[..., None] ** length_power
        best = worth[:, :-1].flatten(1).topk(slots - 1, dim=1).indices
        most = words.shape[2]
        best = torch.cat([best, torch.full_like(best[:, :1], (slots - 1) * most)], dim=1)
        origin, word = best // most, words.flatten(1).gather(1, best)
        kept = (torch.arange(len(self.row), device=best.device)[:, None] * slots + origin).flatten()
        self.log_probs, self.lengths = grown.flatten(1).gather(1, best), longer.gather(1, origin)
        self.ended = self.ended.gather(1, origin) | (word == END)
        self.tokens = torch.cat([self.tokens[kept], word.flatten()[:, None]], dim=1)
        self.state = tuple(part[kept] for part in state)

    def take(self, some: Tensor) -> "Search":
        """The search for some of the rows."""
        slots = some[:, None].expand_as(self.ended).flatten()
        state, given = (tuple(part[slots] for part in parts) for parts in (self.state, self.given))
        rest = (self.log_probs[some], self.lengths[some], self.ended[some])
        return Search(self.row[some], state, given, self.tokens[slots], *rest)


def together(parts: list[Search], rows: int) -> Hypotheses:
    """What was found for all rows in their order, each sequence once."""
    slots, longest = parts[0].ended.shape[1], max(part.tokens.shape[1] for part in parts) - 1
    found = torch.full((rows, slots, longest), PAD, device=parts[0].row.device)
    for part in parts:
        found[part.row, :, : part.tokens.shape[1] - 1] = part.tokens[:, 1:].unflatten(0, (-1, slots))
    order = torch.cat([part.row for part in parts]).argsort()
    log_probs = torch.cat([part.log_probs for part in parts])[order]
    lengths = torch.cat([part.lengths for part in parts])[order]
    twice = (found[:, :-1] == found[:, -1:]).all(-1).any(1)
    log_probs[:, -1] = log_probs[:, -1].masked_fill(twice, -torch.inf)
    return Hypotheses(found, log_probs, lengths)


def speakable(log_probs: Tensor) -> Tensor:
    """Padding, the start mark and the unknown word, which names none, are never said; in place."""
    silent = torch.tensor([PAD, START, UNKNOWN], device=log_probs.device)
    return log_probs.index_fill_(1, silent, -torch.inf)
