"""The parts of a model of pairs of sequences that are LSTMs.

source -> words -> LSTMs both ways -> states, which the decoder attends to; their summary -> p(z | source)
target -> words -> LSTMs both ways -> their summary beside the source's -> q(z | source, target)
[word before, z] -> LSTM -> attends to the states -> LSTM -> [output, what was attended to, z] -> softmax over the words
"""

import torch
from torch import Tensor, nn

from ..core.precision import at_least_float32
from ..tokens.autoregressive import Autoregressive, State
from ..tokens.networks import LockedDropout, WordDropout, both_ways, pooled
from ..tokens.vocabulary import PAD

HEADS = 4
Condition = dict[str, Tensor]


class SourceReader(nn.Module):
    """The conditioner: source tokens (N, S) -> `states` (N, S, H), `present` (N, S), `summary` (N, H / 2), and `prior`.

    Its table of word vectors is that of the whole model.
    """

    def __init__(
        self, words: int, embedding_dim: int, units: int, latent_dim: int, dropout: float, word_dropout: float
    ) -> None:
        super().__init__()
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.words = nn.Embedding(words, embedding_dim, padding_idx=PAD)
        nn.init.normal_(self.words.weight, std=embedding_dim**-0.5)
        self.forwards = nn.LSTM(embedding_dim, units, batch_first=True)
        self.backwards = nn.LSTM(embedding_dim, units, batch_first=True)
        self.states, self.summary = 2 * units, units
        self.summarise = nn.Sequential(nn.Linear(4 * units, units), nn.Tanh())
        self.prior = nn.Linear(units, 2 * latent_dim)

    def forward(self, tokens: Tensor) -> Condition:
        present = tokens != PAD
        vectors = self.dropout(self.words(self.word_dropout(tokens)))
        states = self.dropout(both_ways(self.forwards, self.backwards, vectors, present))
        summary = self.summarise(pooled(states, present))
        return {
            "states": states,
            "present": present,
            "summary": summary,
            "prior": at_least_float32(self.prior(summary)),
        }


class TargetReader(nn.Module):
    """The encoder: target tokens (N, T) beside the source's summary -> features, and the parameters of the prior."""

    def __init__(self, source: SourceReader, units: int, dropout: float, word_dropout: float) -> None:
        super().__init__()
        self._words = (source.words,)  # a tuple, so that it is not registered twice
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.forwards = nn.LSTM(source.words.embedding_dim, units, batch_first=True)
        self.backwards = nn.LSTM(source.words.embedding_dim, units, batch_first=True)
        self.features = 4 * units + source.summary

    def forward(self, tokens: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        present = tokens != PAD
        vectors = self.dropout(self._words[0](self.word_dropout(tokens)))
        read = pooled(both_ways(self.forwards, self.backwards, vectors, present), present)
        return torch.cat([read, condition["summary"]], dim=-1), condition["prior"]


class AttendingDecoder(nn.Module):
    """Two LSTMs, the second of which sees what the first attends to in the source; both see z at every step.

    So a whole target is scored at once: attention hangs on the first LSTM's outputs alone, and its history reaches the
    second. Called with z (N, D) and the condition it returns the likelihood; the other methods are the `Stepper` that
    this likelihood drives.
    """

    def __init__(
        self, source: SourceReader, latent_dim: int, units: int, dropout: float, word_dropout: float, most_tokens: int
    ) -> None:
        super().__init__()
        self._words, self.most_tokens = (source.words,), most_tokens
        width = source.words.embedding_dim
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.first_state = nn.Linear(source.summary + latent_dim, 4 * units)
        self.lower = nn.LSTM(width + latent_dim, units, batch_first=True)
        self.upper = nn.LSTM(2 * units, units, batch_first=True)
        self.query, self.key, self.value = (nn.Linear(size, units) for size in (units, source.states, source.states))
        self.output = nn.Linear(2 * units + latent_dim, width)
        self.bias = nn.Parameter(torch.zeros(source.words.num_embeddings))

    def forward(self, z: Tensor, condition: Condition) -> Autoregressive:
        return Autoregressive(self, z, condition, self.most_tokens)

    def begin(self, z: Tensor, condition: Condition) -> tuple[State, State]:
        state = self.first_state(torch.cat([condition["summary"], z], dim=-1)).tanh().chunk(4, dim=-1)
        states = condition["states"]
        return state, (z, self.key(states), self.value(states), condition["present"])

    def advance(self, tokens: Tensor, state: State, given: State) -> tuple[Tensor, State]:
        z, keys, values, present = given
        seen = z[:, None].expand(-1, tokens.shape[1], -1)
        words = self.dropout(self._words[0](self.word_dropout(tokens)))
        low, after = run(self.lower, torch.cat([words, seen], dim=-1), state[:2])
        low = self.dropout(low)
        found = attended(self.query(low), keys, values, present)
        high, then = run(self.upper, torch.cat([low, found], dim=-1), state[2:])
        features = self.output(torch.cat([self.dropout(high) + low, found, seen], dim=-1))
        return self.dropout(features.tanh()), (*after, *then)

    def score(self, features: Tensor, targets: Tensor) -> Tensor:
        return -nn.functional.cross_entropy(self._logits(features), targets, reduction="none")

    def log_probs(self, features: Tensor) -> Tensor:
        return self._logits(features).log_softmax(-1)

    def _logits(self, features: Tensor) -> Tensor:
        return at_least_float32(nn.functional.linear(features, self._words[0].weight, self.bias))


def run(lstm: nn.LSTM, inputs: Tensor, state: State) -> tuple[Tensor, State]:
    hidden, cell = state
    outputs, (hidden, cell) = lstm(inputs, (hidden[None].contiguous(), cell[None].contiguous()))
    return outputs, (hidden[0], cell[0])


def attended(query: Tensor, keys: Tensor, values: Tensor, present: Tensor) -> Tensor:
    """What queries (N, T, H) find in the values (N, S, H) of present keys, (N, T, H) (Vaswani et al. 2017, eq. 1)."""
    q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (query, keys, values))
    found = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=present[:, None, None])
    return found.transpose(1, 2).flatten(2)
