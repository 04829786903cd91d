"""The parts of a model of texts with two levels: a code of each sentence under the code of the text.

text -> each sentence's words both ways -> sentences both ways -> q(z | text) -> z -> label
z, codes of the sentences before -> p(z_s | ...), and whether the text ends here
sentence, z -> q(z_s | sentence, z) -> z_s; [z, z_s] -> an LSTM that writes the sentence
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from ..core.choosing import Choose
from ..core.evidence import Level
from ..core.posteriors import NormalPosterior, diagonal_normal
from ..core.precision import at_least_float32
from ..tokens.autoregressive import Autoregressive
from ..tokens.networks import BidirectionalEncoder, LockedDropout, both_ways, pooled
from ..tokens.vocabulary import END, PAD

Features = dict[str, Tensor]
ROWS_TOGETHER = 64  # sentences


class SentencesEncoder(nn.Module):
    """Tokens (N, S, T) -> features of the text, `top`; of its `sentences` (N, S, F); and which are `there` (N, S).

    A sentence is read by itself. The text is the mean and the maximum of what LSTMs both ways read of its sentences,
    beside those of the sentences themselves.
    """

    def __init__(self, words: BidirectionalEncoder, units: int, dropout: float) -> None:
        super().__init__()
        self.words, self.dropout = words, LockedDropout(dropout)
        self.forwards, self.backwards = (nn.LSTM(words.features, units, batch_first=True) for _ in range(2))
        self.features = 2 * words.features + 4 * units

    def forward(self, tokens: Tensor) -> Features:
        there = (tokens != PAD).any(-1)
        rows = tokens[there]
        read = by_length(rows != PAD, lambda some, longest: self.words(rows[some, :longest]))
        sentences = read.new_zeros(*there.shape, read.shape[-1]).masked_scatter(there[..., None], read)
        states = self.dropout(both_ways(self.forwards, self.backwards, sentences, there))
        return {
            "top": torch.cat([pooled(sentences, there), pooled(states, there)], dim=-1),
            "sentences": sentences,
            "there": there,
        }


class TextPosterior(NormalPosterior):
    """q(z | text), from the features of the whole text."""

    def forward(self, features: Features) -> Independent:  # type: ignore[override]
        return super().forward(features["top"])


class CodesInTurn(nn.Module):
    """p(z_s | z, codes before), normal, and whether the text ends after a sentence: an LSTM over codes (N, S, C)."""

    def __init__(self, latent_dim: int, sentence_dim: int, units: int) -> None:
        super().__init__()
        self.sentence_dim = sentence_dim
        self.first_state = nn.Linear(latent_dim, 2 * units)
        self.lstm = nn.LSTM(sentence_dim + latent_dim, units, batch_first=True)
        self.code = nn.Linear(units + latent_dim, 2 * sentence_dim)
        self.end = nn.Linear(units + latent_dim + sentence_dim, 1)

    def begin(self, z: Tensor) -> tuple[Tensor, Tensor]:
        hidden, cell = self.first_state(z).tanh().chunk(2, dim=-1)
        return hidden[None].contiguous(), cell[None].contiguous()

    def step(self, z: Tensor, before: Tensor, state: tuple) -> tuple[Independent, tuple]:
        """p of the code after the one `before`, (N, 1, C), and the state."""
        states, state = self.lstm(torch.cat([before, z[:, None]], dim=-1), state)
        return self.codes(z, states), state

    def codes(self, z: Tensor, states: Tensor) -> Independent:
        read = torch.cat([states, z[:, None].expand(-1, states.shape[1], -1)], dim=-1)
        mean, log_variance = at_least_float32(self.code(read)).chunk(2, dim=-1)
        return Independent(diagonal_normal(mean, log_variance).base_dist, 2)

    def states(self, z: Tensor, codes: Tensor) -> Tensor:
        """What is known before each code, (N, S, units)."""
        before = nn.functional.pad(codes[:, :-1], (0, 0, 1, 0))
        return self.lstm(torch.cat([before, z[:, None].expand(-1, codes.shape[1], -1)], dim=-1), self.begin(z))[0]

    def ends(self, z: Tensor, states: Tensor, codes: Tensor) -> Tensor:
        """Logits (N, S) of the text to end after each sentence."""
        parts = [states, codes, z[:, None].expand(-1, codes.shape[1], -1)]
        return at_least_float32(self.end(torch.cat(parts, dim=-1))[..., 0])


class SequencePrior(Distribution):
    """p(z_1, ..., z_S | z) of the codes of sentences (N, S, C), each given those before it."""

    def __init__(self, network: CodesInTurn, z: Tensor, sentences: int) -> None:
        self.network, self.z = network, z
        super().__init__(z.shape[:1], torch.Size((sentences, network.sentence_dim)), validate_args=False)

    def given(self, codes: Tensor) -> Independent:
        """Each code's own distribution given those before it, as one of (N, S, C)."""
        return self.network.codes(self.z, self.network.states(self.z, codes))

    def log_prob(self, value: Tensor) -> Tensor:
        return self.given(value).log_prob(value)

    @property
    def mean(self) -> Tensor:
        """The mean of each code given the means before it."""
        return self._in_turn(lambda prior: prior.mean)

    @torch.no_grad()
    def sample(self, sample_shape: torch.Size | list[int] | tuple[int, ...] = ()) -> Tensor:
        return self._in_turn(lambda prior: prior.sample())

    def _in_turn(self, take: Callable[[Independent], Tensor]) -> Tensor:
        state, code, codes = self.network.begin(self.z), self.z.new_zeros(len(self.z), 1, self.event_shape[1]), []
        for _ in range(self.event_shape[0]):
            prior, state = self.network.step(self.z, code, state)
            code = take(prior)
            codes.append(code)
        return torch.cat(codes, dim=1)


class SentenceBlock(nn.Module):
    """The lower level: codes of all sentences given z; where nothing is read, of as many as a text can have."""

    def __init__(self, network: CodesInTurn, features: int, latent_dim: int, most: int) -> None:
        super().__init__()
        self.network, self.most = network, most
        self.posterior = nn.Linear(features + latent_dim, 2 * network.sentence_dim)

    def forward(
        self, z: Tensor, features: Features | None, condition: Any, choose: Choose
    ) -> tuple[Level, dict[str, Tensor]]:
        posterior = None if features is None else self.read(z, features)
        prior = SequencePrior(self.network, z, self.most if features is None else features["there"].shape[1])
        codes = choose(prior, posterior)
        states = self.network.states(z, codes)
        each, ends = self.network.codes(z, states), self.network.ends(z, states, codes)
        if features is None or posterior is None:
            return Level(codes, each, posterior), {"z": z, "codes": codes, "ends": ends}
        there = features["there"]
        codes = codes * there[..., None]
        level = Level(codes, masked(each, there[..., None]), masked(posterior, there[..., None]))
        return level, {"z": z, "codes": codes, "ends": ends, "there": there}

    def read(self, z: Tensor, features: Features) -> Independent:
        sentences = features["sentences"]
        both = torch.cat([sentences, z[:, None].expand(-1, sentences.shape[1], -1)], dim=-1)
        mean, log_variance = self.posterior(both).chunk(2, dim=-1)
        return Independent(diagonal_normal(mean, log_variance).base_dist, 2)


def masked(codes: Independent, there: Tensor) -> Independent:
    """The same where there is a sentence, and a standard normal elsewhere, so that nothing is paid there."""
    normal = codes.base_dist
    return Independent(
        Normal(torch.where(there, normal.loc, 0.0), torch.where(there, normal.scale, 1.0), validate_args=False), 2
    )


class SentencesDecoder(nn.Module):
    """State of both levels -> the likelihood of the sentences, each of which is written from z and its own code."""

    def __init__(self, writer: nn.Module, most: int) -> None:
        super().__init__()
        self.writer, self.most = writer, most

    def forward(self, state: dict[str, Tensor], condition: object = None) -> "WrittenSentences":
        return WrittenSentences(self.writer, state, self.most)


@dataclass
class WrittenSentences:
    """p(sentences, their number | codes): tokens (N, S, T), padded as are sentences that are not there.

    A text whose last sentence has no end mark goes on, and one of as many sentences as can be may: neither has an end.
    """

    writer: nn.Module
    state: dict[str, Tensor]
    most: int

    def log_prob(self, target: Tensor, observed: Tensor) -> Tensor:
        """log p in nats, (N,)."""
        there = observed.any(-1)
        rows, known, codes = target[there], observed[there], self.codes(there)

        def score(some: Tensor, longest: int) -> Tensor:
            return self.writer(codes[some]).log_prob(rows[some, :longest], known[some, :longest])

        scores = by_length(known, score)
        return torch.zeros_like(there, dtype=scores.dtype).masked_scatter(there, scores).sum(1) + self.log_ends(
            there, ((target == END) & observed).any(-1)
        )

    def log_ends(self, there: Tensor, ended: Tensor) -> Tensor:
        """log p of ending where the text ends and not before, (N,), given which sentences (N, S) have an end mark."""
        count = there.sum(1, keepdim=True)
        last = torch.arange(there.shape[1], device=there.device) == count - 1
        logits = self.state["ends"][:, : there.shape[1]]
        each = torch.where(last, nn.functional.logsigmoid(logits), nn.functional.logsigmoid(-logits))
        counted = there & ~(last & (~ended | (count == self.most)))
        return (each * counted).sum(1)

    def codes(self, there: Tensor) -> Tensor:
        """What the sentences that are there are written from, a row each."""
        count = there.shape[1]
        z = self.state["z"][:, None].expand(-1, count, -1)
        return torch.cat([z, self.state["codes"][:, :count]], dim=-1)[there]

    def guesses(self, target: Tensor, observed: Tensor) -> Tensor:
        """The most probable token at each observed position given the true ones before it, (observed.sum(),)."""
        there = observed.any(-1)
        return self.writer(self.codes(there)).guesses(target[there], observed[there])

    def mode(self, beams: int = 4) -> Tensor:
        """Each sentence as a beam search finds it: those that were read, or until an end is more probable than not."""
        return self._texts(self.state["ends"] > 0, lambda words: words.mode(beams))

    def sample(self, temperature: float = 1.0) -> Tensor:
        """Sentences drawn word by word: those that were read, or until a draw says that the text ends."""
        ends = self.state["ends"] > 0 if temperature == 0 else self.state["ends"].sigmoid().bernoulli() > 0
        return self._texts(ends, lambda words: words.sample(temperature))

    def _texts(self, ends: Tensor, write: Callable[[Autoregressive], Tensor]) -> Tensor:
        there = self.state.get("there", ends.long().cumsum(1) - ends.long() == 0)
        written = write(self.writer(self.codes(there)))
        return written.new_full((*there.shape, written.shape[1]), PAD).masked_scatter(there[..., None], written)


def by_length(there: Tensor, compute: Callable[[Tensor, int], Tensor]) -> Tensor:
    """What is computed of some rows and their longest length, (M, ...): rows of like length together, to pad less.

    Parameters
    ----------
    there : Tensor (M, T) of bool
        Where a row has a token; nowhere behind one where it has none.
    """
    lengths = there.sum(1)
    order = lengths.argsort()
    parts = [compute(some, int(lengths[some[-1]])) for some in order.split(ROWS_TOGETHER)]
    return torch.cat(parts)[order.argsort()]
