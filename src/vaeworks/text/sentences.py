"""The parts of a model of texts with two levels: a code of each sentence under the code of the text.

text -> each sentence's words both ways -> sentences both ways -> q(z | text) -> z -> label
z, codes of the sentences before -> p(z_s | ...), and whether the text ends here
sentence, z -> q(z_s | sentence, z) -> z_s; [z, z_s] -> an LSTM that writes the sentence

The code of a sentence is a row of codes of its phrases, of four words each: what a word is need not be told from what
stands far from it, which an LSTM learns slowly.
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
State = tuple[Tensor, Tensor]
Take = Callable[[Normal, int, int], Tensor]  # of which sentence, and of which phrase in it
ROWS_TOGETHER = 64  # sentences
LENGTH_POWER = 0.4  # of its length, by which a hypothesis is judged: a code says more of where a sentence ends than z
PHRASE, PHRASE_FEATURES = 4, 256  # words, and features of them


class SentencesEncoder(nn.Module):
    """Tokens (N, S, T) -> features of the text, `top`, and of its `phrases` (N, S, P, F); what is `there` (N, S).

    A sentence is read by itself, and its phrases are what was read of their words. The text is the mean and the maximum
    of what LSTMs both ways read of its sentences, beside those of the sentences themselves.
    """

    def __init__(self, words: BidirectionalEncoder, units: int, dropout: float, phrases: int) -> None:
        super().__init__()
        self.words, self.dropout, self.count = words, LockedDropout(dropout), phrases
        self.phrases = nn.Sequential(nn.Linear(PHRASE * (words.width + 2 * units), PHRASE_FEATURES), nn.SiLU())
        self.forwards, self.backwards = (nn.LSTM(words.features, units, batch_first=True) for _ in range(2))
        self.features = 2 * words.features + 4 * units

    def forward(self, tokens: Tensor) -> Features:
        there = (tokens != PAD).any(-1)
        rows = tokens[there]
        read = by_length(rows != PAD, lambda some, longest: self.read(rows[some, :longest]))
        read = read.new_zeros(*there.shape, read.shape[-1]).masked_scatter(there[..., None], read)
        sentences, phrases = read.split([self.words.features, self.count * PHRASE_FEATURES], dim=-1)
        sentences = self.dropout(sentences)
        states = self.dropout(both_ways(self.forwards, self.backwards, sentences, there))
        return {
            "top": torch.cat([pooled(sentences, there), pooled(states, there)], dim=-1),
            "phrases": phrases.unflatten(-1, (self.count, PHRASE_FEATURES)),
            "there": there,
        }

    def phrases_of(self, tokens: Tensor) -> Tensor:
        """Features of the phrases of sentences (M, T), each read by itself, (M, P, F)."""
        read = by_length(tokens != PAD, lambda some, longest: self.read(tokens[some, :longest]))
        return read[:, self.words.features :].unflatten(1, (self.count, PHRASE_FEATURES))

    def read(self, tokens: Tensor) -> Tensor:
        """Features of sentences (M, T) and after them those of their phrases, zero where there is no word."""
        present, (vectors, states) = tokens != PAD, self.words.read(tokens)
        each = torch.cat([vectors, states], dim=-1) * present[..., None]
        missing = self.count * PHRASE - tokens.shape[1]
        each, words = nn.functional.pad(each, (0, 0, 0, missing)), nn.functional.pad(present, (0, missing))
        phrases = self.phrases(each.unflatten(1, (self.count, PHRASE)).flatten(2))
        phrases = phrases * words.unflatten(1, (self.count, PHRASE)).any(-1)[..., None]
        return torch.cat([pooled(states, present), phrases.flatten(1)], dim=1)


class TextPosterior(NormalPosterior):
    """q(z | text), from the features of the whole text."""

    def forward(self, features: Features) -> Independent:  # type: ignore[override]
        return super().forward(features["top"])


class CodesInTurn(nn.Module):
    """p(z_s | z, codes before), and whether the text ends after a sentence.

    An LSTM over codes of sentences (N, S, C) tells one over the phrases of a code, (P, D), what came before. Each
    phrase is normal, given those before it.
    """

    def __init__(self, latent_dim: int, phrases: int, phrase_dim: int, units: int) -> None:
        super().__init__()
        self.phrases, self.phrase_dim, self.size = phrases, phrase_dim, phrases * phrase_dim
        self.first_state = nn.Linear(latent_dim, 2 * units)
        self.lstm = nn.LSTM(self.size + latent_dim, units, batch_first=True)
        self.told = nn.Linear(units + latent_dim, units)
        self.places = nn.Parameter(torch.zeros(phrases, units))
        self.within = nn.LSTM(phrase_dim + units, units, batch_first=True)
        self.phrase = nn.Linear(units, 2 * phrase_dim)
        self.end = nn.Linear(units + latent_dim + self.size, 1)

    def begin(self, z: Tensor) -> State:
        hidden, cell = self.first_state(z).tanh().chunk(2, dim=-1)
        return hidden[None].contiguous(), cell[None].contiguous()

    def states(self, z: Tensor, codes: Tensor) -> Tensor:
        """What is known before each code, (N, S, units)."""
        before = nn.functional.pad(codes[:, :-1], (0, 0, 1, 0))
        return self.lstm(torch.cat([before, repeated(z, codes.shape[1])], dim=-1), self.begin(z))[0]

    def given(self, z: Tensor, states: Tensor, codes: Tensor) -> Independent:
        """Each code's own distribution given what is known before it, and of its phrases those before, (N, S, C)."""
        rows, sentences = codes.shape[:2]
        phrases = codes.reshape(rows * sentences, self.phrases, self.phrase_dim)
        before = nn.functional.pad(phrases[:, :-1], (0, 0, 1, 0))
        told = self._told(z, states).flatten(0, 1)[:, None] + self.places
        means, log_variances = self._normal(self.within(torch.cat([before, told], dim=-1))[0])
        parts = [part.reshape(rows, sentences, self.size) for part in (means, log_variances)]
        return Independent(diagonal_normal(*parts).base_dist, 2)

    def in_turn(self, z: Tensor, sentences: int, take: Take) -> Tensor:
        """Codes (N, S, C) as `take(distribution, sentence, phrase)` chooses each phrase (N, D) after the others."""
        state, code, codes = self.begin(z), z.new_zeros(len(z), self.size), []
        for sentence in range(sentences):
            told, _, state = self.after(z, code, state)
            code = self.code(told, sentence, take)
            codes.append(code)
        return torch.stack(codes, dim=1)

    def after(self, z: Tensor, code: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """What the next code is told, (N, units), and what is known, (N, 1, units), after a code (N, C)."""
        known, state = self.lstm(torch.cat([code, z], dim=-1)[:, None], state)
        return self._told(z, known)[:, 0], known, state

    def code(self, told: Tensor, sentence: int, take: Take) -> Tensor:
        """The code (N, C) of a sentence as `take` chooses each phrase after the others."""
        state, last, phrases = None, told.new_zeros(len(told), self.phrase_dim), []
        for phrase in range(self.phrases):
            inputs = torch.cat([last, told + self.places[phrase]], dim=-1)[:, None]
            read, state = self.within(inputs, state)
            means, log_variances = self._normal(read[:, 0])
            last = take(Normal(means, (0.5 * log_variances).exp(), validate_args=False), sentence, phrase)
            phrases.append(last)
        return torch.cat(phrases, dim=-1)

    def _told(self, z: Tensor, states: Tensor) -> Tensor:
        return self.told(torch.cat([states, repeated(z, states.shape[1])], dim=-1))

    def _normal(self, read: Tensor) -> tuple[Tensor, Tensor]:
        means, log_variances = at_least_float32(self.phrase(read)).chunk(2, dim=-1)
        return means, log_variances

    def ends(self, z: Tensor, states: Tensor, codes: Tensor) -> Tensor:
        """Logits (N, S) of the text to end after each sentence."""
        parts = [states, codes, repeated(z, codes.shape[1])]
        return at_least_float32(self.end(torch.cat(parts, dim=-1))[..., 0])


def repeated(z: Tensor, times: int) -> Tensor:
    return z[:, None].expand(-1, times, -1)


class SequencePrior(Distribution):
    """p(z_1, ..., z_S | z) of the codes of sentences (N, S, C), each given those before it."""

    def __init__(self, network: CodesInTurn, z: Tensor, sentences: int) -> None:
        self.network, self.z = network, z
        super().__init__(z.shape[:1], torch.Size((sentences, network.size)), validate_args=False)

    def given(self, codes: Tensor) -> Independent:
        """Each code's own distribution given those before it, as one of (N, S, C)."""
        return self.network.given(self.z, self.network.states(self.z, codes), codes)

    def log_prob(self, value: Tensor) -> Tensor:
        return self.given(value).log_prob(value)

    @property
    def mean(self) -> Tensor:
        """The mean of each phrase given the means before it."""
        return self.network.in_turn(self.z, self.event_shape[0], lambda prior, *at: prior.mean)

    @torch.no_grad()
    def sample(self, sample_shape: torch.Size | list[int] | tuple[int, ...] = ()) -> Tensor:
        return self.network.in_turn(self.z, self.event_shape[0], lambda prior, *at: prior.sample())


class SentenceBlock(nn.Module):
    """The lower level: codes of all sentences given z; where nothing is read, of as many as a text can have."""

    def __init__(self, network: CodesInTurn, latent_dim: int, most: int) -> None:
        super().__init__()
        self.network, self.most = network, most
        self.posterior = nn.Linear(PHRASE_FEATURES + latent_dim, 2 * network.phrase_dim)
        self.places = nn.Parameter(torch.zeros(network.phrases, 2 * network.phrase_dim))

    def forward(
        self, z: Tensor, features: Features | None, condition: Any, choose: Choose
    ) -> tuple[Level, dict[str, Tensor]]:
        posterior = None if features is None else self.read(z, features)
        prior = SequencePrior(self.network, z, self.most if features is None else features["there"].shape[1])
        codes = choose(prior, posterior)
        states = self.network.states(z, codes)
        each, ends = self.network.given(z, states, codes), self.network.ends(z, states, codes)
        if features is None or posterior is None:
            return Level(codes, each, posterior), {"z": z, "codes": codes, "ends": ends}
        there = features["there"]
        codes = codes * there[..., None]
        level = Level(codes, masked(each, there[..., None]), masked(posterior, there[..., None]))
        return level, {"z": z, "codes": codes, "ends": ends, "there": there}

    def read(self, z: Tensor, features: Features) -> Independent:
        phrases = features["phrases"]
        both = torch.cat([phrases, z[:, None, None].expand(*phrases.shape[:3], -1)], dim=-1)
        means, log_variances = (self.posterior(both) + self.places).chunk(2, dim=-1)
        return Independent(diagonal_normal(means.flatten(2), log_variances.flatten(2)).base_dist, 2)


def masked(codes: Independent, there: Tensor) -> Independent:
    """The same where there is a sentence, and a standard normal elsewhere, so that nothing is paid there."""
    normal = codes.base_dist
    return Independent(
        Normal(torch.where(there, normal.loc, 0.0), torch.where(there, normal.scale, 1.0), validate_args=False), 2
    )


class PhrasePlaces(nn.Module):
    """[z, z_s] (N, D) -> what the code of its phrase, and z, say of each place of a sentence, (N, places, width)."""

    def __init__(self, latent_dim: int, phrases: int, phrase_dim: int, width: int) -> None:
        super().__init__()
        self.latent_dim, self.phrases, self.width = latent_dim, phrases, width
        inner = [nn.Linear(latent_dim + phrase_dim, PHRASE_FEATURES), nn.SiLU()]
        self.said = nn.Sequential(*inner, nn.Linear(PHRASE_FEATURES, PHRASE * width))

    def forward(self, codes: Tensor) -> Tensor:
        z, phrases = codes[:, : self.latent_dim], codes[:, self.latent_dim :].unflatten(1, (self.phrases, -1))
        said = self.said(torch.cat([repeated(z, self.phrases), phrases], dim=-1))
        return said.unflatten(2, (PHRASE, self.width)).flatten(1, 2)


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

    def mode(self, beams: int = 6) -> Tensor:
        """Each sentence as a beam search finds it: those that were read, or until an end is more probable than not."""
        return self.written(lambda words: words.mode(beams, LENGTH_POWER))

    def written(self, write: Callable[[Autoregressive], Tensor]) -> Tensor:
        """Sentences as `write` makes tokens (M, T) of a likelihood over all of them, of as many as `mode` gives."""
        return self._texts(self.state["ends"] > 0, write)

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
