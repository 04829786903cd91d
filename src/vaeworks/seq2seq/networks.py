"""The parts of a model of pairs of sequences.

source -> words -> states, which the decoder attends to; their summary -> p(z | source)
target -> words -> LSTMs both ways -> their summary beside the source's -> q(z | source, target)
[word before, z] -> LSTM -> attends to the states -> LSTM -> [output, what was attended to, z] -> softmax over the words

Those of a Transformer, which reads and writes in the place of the LSTMs, are in `transformer`.
"""

import math

import torch
from torch import Tensor, nn

from ..core.precision import at_least_float32
from ..tokens.autoregressive import Autoregressive
from ..tokens.networks import LockedDropout, WordDropout, both_ways, pooled
from ..tokens.stepper import State
from ..tokens.vocabulary import PAD

HEADS = 4
Condition = dict[str, Tensor]


class Words(nn.Embedding):
    """The vectors of words (V, E), which reading and writing share (Press & Wolf 2017)."""

    def __init__(self, words: int, embedding_dim: int) -> None:
        super().__init__(words, embedding_dim, padding_idx=PAD)
        nn.init.normal_(self.weight, std=embedding_dim**-0.5)

    def forward(self, tokens: Tensor) -> Tensor:
        return super().forward(tokens) * math.sqrt(self.embedding_dim)


class TiedSoftmax(nn.Module):
    """p(word | features) for features (N, E) by the vectors of words, of which it registers nothing."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = (words,)  # a tuple, so that it is not registered twice
        self.bias = nn.Parameter(torch.zeros(words.num_embeddings))

    def forward(self, features: Tensor) -> Tensor:
        """Logits (N, V)."""
        return at_least_float32(nn.functional.linear(features, self._words[0].weight, self.bias))


class BothWays(nn.Module):
    """Vectors (N, T, E), read by LSTMs both ways: states (N, T, 2 * units)."""

    def __init__(self, width: int, units: int) -> None:
        super().__init__()
        self.forwards, self.backwards = (nn.LSTM(width, units, batch_first=True) for _ in range(2))
        self.states = 2 * units

    def forward(self, vectors: Tensor, present: Tensor) -> Tensor:
        return both_ways(self.forwards, self.backwards, vectors, present)


class SourceReader(nn.Module):
    """The conditioner: source tokens (N, S) -> `states` (N, S, H), `present` (N, S), `summary` (N, F), and `prior`.

    Parameters
    ----------
    words : Words
        Those of the whole model.
    body : nn.Module
        Makes states of the vectors of words, and of where there is one; its `states` is H.
    features : int
        F.
    """

    def __init__(
        self, words: Words, body: nn.Module, features: int, latent_dim: int, dropout: float, word_dropout: float
    ) -> None:
        super().__init__()
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.words, self.body, self.states, self.features = words, body, int(body.states), features  # type: ignore[arg-type]
        self.summary = nn.Sequential(nn.Linear(2 * self.states, features), nn.Tanh())
        self.prior = nn.Linear(features, 2 * latent_dim)

    def forward(self, tokens: Tensor) -> Condition:
        present = tokens != PAD
        states = self.dropout(self.body(self.dropout(self.words(self.word_dropout(tokens))), present))
        summary = self.summary(pooled(states, present))
        return {
            "states": states,
            "present": present,
            "summary": summary,
            "prior": at_least_float32(self.prior(summary)),
        }


class TargetReader(nn.Module):
    """The encoder: target tokens (N, T) beside the source's summary -> features, and the parameters of the prior.

    It goes without nothing: a posterior that is unsure of its target makes a code that the decoder cannot rely on.
    """

    def __init__(self, source: SourceReader, units: int) -> None:
        super().__init__()
        self._words = (source.words,)
        self.body = BothWays(source.words.embedding_dim, units)
        self.features = 2 * self.body.states + source.features

    def forward(self, tokens: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        present = tokens != PAD
        read = pooled(self.body(self._words[0](tokens), present), present)
        return torch.cat([read, condition["summary"]], dim=-1), condition["prior"]


class Writer(nn.Module):
    """What every decoder here is: a `Stepper` with a softmax over the words of its source's reader.

    Called with z (N, D) and the condition it returns the likelihood, which drives the other methods.
    """

    def __init__(self, source: SourceReader, dropout: float, word_dropout: float, most_tokens: int) -> None:
        super().__init__()
        self._words, self.most_tokens = (source.words,), most_tokens
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.softmax = TiedSoftmax(source.words)

    def forward(self, z: Tensor, condition: Condition) -> Autoregressive:
        return Autoregressive(self, z, condition, self.most_tokens)  # type: ignore[arg-type]

    def vectors(self, tokens: Tensor) -> Tensor:
        return self.dropout(self._words[0](self.word_dropout(tokens)))

    def score(self, features: Tensor, targets: Tensor) -> Tensor:
        return -nn.functional.cross_entropy(self.softmax(features), targets, reduction="none")

    def log_probs(self, features: Tensor) -> Tensor:
        return self.softmax(features).log_softmax(-1)


class AttendingDecoder(Writer):
    """Two LSTMs, the second of which sees what the first attends to in the source; both see z at every step.

    So a whole target is scored at once: attention hangs on the first LSTM's outputs alone, and its history reaches the
    second.
    """

    def __init__(
        self, source: SourceReader, latent_dim: int, units: int, dropout: float, word_dropout: float, most_tokens: int
    ) -> None:
        super().__init__(source, dropout, word_dropout, most_tokens)
        width = source.words.embedding_dim
        self.first_state = nn.Linear(source.features + latent_dim, 4 * units)
        self.lower = nn.LSTM(width + latent_dim, units, batch_first=True)
        self.upper = nn.LSTM(2 * units, units, batch_first=True)
        self.query, self.key, self.value = (nn.Linear(size, units) for size in (units, source.states, source.states))
        self.output = nn.Linear(2 * units + latent_dim, width)

    def begin(self, z: Tensor, condition: Condition) -> tuple[State, State]:
        state = self.first_state(torch.cat([condition["summary"], z], dim=-1)).tanh().chunk(4, dim=-1)
        states = condition["states"]
        return state, (z, self.key(states), self.value(states), condition["present"])

    def advance(self, tokens: Tensor, state: State, given: State) -> tuple[Tensor, State]:
        z, keys, values, present = given
        seen = z[:, None].expand(-1, tokens.shape[1], -1)
        low, after = run(self.lower, torch.cat([self.vectors(tokens), seen], dim=-1), state[:2])
        low = self.dropout(low)
        found = attended(self.query(low), keys, values, present[:, None])
        high, then = run(self.upper, torch.cat([low, found], dim=-1), state[2:])
        features = self.output(torch.cat([self.dropout(high) + low, found, seen], dim=-1))
        return self.dropout(features.tanh()), (*after, *then)


def run(lstm: nn.LSTM, inputs: Tensor, state: State) -> tuple[Tensor, State]:
    hidden, cell = state
    outputs, (hidden, cell) = lstm(inputs, (hidden[None].contiguous(), cell[None].contiguous()))
    return outputs, (hidden[0], cell[0])


def attended(query: Tensor, keys: Tensor, values: Tensor, seen: Tensor) -> Tensor:
    """What queries (N, T, H) find in the values (N, S, H) of the keys that they may see, (N, T, H).

    `seen` (N or 1, T or 1, S) is bool (Vaswani et al. 2017, eq. 1).
    """
    q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (query, keys, values))
    found = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen[:, None])
    return found.transpose(1, 2).flatten(2)
