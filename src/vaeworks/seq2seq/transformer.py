"""A Transformer in the place of the LSTMs: what reads the source, and what writes the target (Vaswani et al. 2017).

Layers normalise before they compute (Xiong et al. 2020), so that they train without a warm-up.
"""

import torch
from torch import Tensor, nn

from ..tokens.stepper import State
from .networks import Condition, SourceReader, Writer, attended


class Attention(nn.Module):
    """Queries made of one sequence (N, T, E), keys and values of one (N, S, E)."""

    def __init__(self, width: int, source: int) -> None:
        super().__init__()
        self.query, self.both, self.mixed = (
            nn.Linear(width, width),
            nn.Linear(source, 2 * width),
            nn.Linear(width, width),
        )

    def offered(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (N, S, E)."""
        keys, values = self.both(source).chunk(2, dim=-1)
        return keys, values

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, seen: Tensor) -> Tensor:
        return self.mixed(attended(self.query(x), keys, values, seen))


class Dense(nn.Sequential):
    """Two layers, for each place by itself."""

    def __init__(self, width: int, units: int) -> None:
        super().__init__(nn.LayerNorm(width), nn.Linear(width, units), nn.ReLU(), nn.Linear(units, width))


class ReadingLayer(nn.Module):
    """Attention to all of the sequence, and a dense part; what each finds is added."""

    def __init__(self, width: int, units: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.own, self.dense = nn.LayerNorm(width), Attention(width, width), Dense(width, units)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        normal = self.norm(x)
        x = x + self.dropout(self.own(normal, *self.own.offered(normal), present[:, None]))
        return x + self.dropout(self.dense(x))


class WritingLayer(nn.Module):
    """Attention to what was written and to the source, and a dense part; what each finds is added."""

    def __init__(self, width: int, units: int, source: int, dropout: float) -> None:
        super().__init__()
        self.norm, self.own, self.dense = nn.LayerNorm(width), Attention(width, width), Dense(width, units)
        self.source_norm, self.source = nn.LayerNorm(width), Attention(width, source)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, past: State, given: State) -> tuple[Tensor, State]:
        """x (N, T, E), the keys and values of what stands before it, and those of the source with where it is."""
        normal = self.norm(x)
        keys, values = (torch.cat(pair, dim=1) for pair in zip(past, self.own.offered(normal), strict=True))
        steps, before = x.shape[1], keys.shape[1] - x.shape[1]
        seen = torch.ones(1, steps, before + steps, dtype=torch.bool, device=x.device).tril(before)
        x = x + self.dropout(self.own(normal, keys, values, seen))
        x = x + self.dropout(self.source(self.source_norm(x), given[0], given[1], given[2][:, None]))
        return x + self.dropout(self.dense(x)), (keys, values)


class Places(nn.Module):
    """A learned vector for each place in a sequence."""

    def __init__(self, most: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(most, width)
        nn.init.normal_(self.table.weight, std=0.02)

    def forward(self, vectors: Tensor, first: int = 0) -> Tensor:
        return vectors + self.table(torch.arange(first, first + vectors.shape[1], device=vectors.device))


class TransformerBody(nn.Module):
    """Vectors (N, S, E) -> states (N, S, E), each of which knows the whole source."""

    def __init__(self, width: int, units: int, layers: int, dropout: float, most: int) -> None:
        super().__init__()
        self.places, self.norm, self.states = Places(most, width), nn.LayerNorm(width), width
        self.layers = nn.ModuleList([ReadingLayer(width, units, dropout) for _ in range(layers)])

    def forward(self, vectors: Tensor, present: Tensor) -> Tensor:
        x = self.places(vectors)
        for layer in self.layers:
            x = layer(x, present)
        return self.norm(x)


class TransformerDecoder(Writer):
    """Layers that attend to what was written and to the source; z is added at every step, first and last."""

    def __init__(
        self,
        source: SourceReader,
        latent_dim: int,
        units: int,
        layers: int,
        dropout: float,
        word_dropout: float,
        most_tokens: int,
    ) -> None:
        super().__init__(source, dropout, word_dropout, most_tokens)
        width = source.words.embedding_dim
        self.places, self.norm = Places(most_tokens, width), nn.LayerNorm(width)
        self.first, self.last = (nn.Linear(latent_dim, width) for _ in range(2))
        self.layers = nn.ModuleList([WritingLayer(width, units, source.states, dropout) for _ in range(layers)])

    def begin(self, z: Tensor, condition: Condition) -> tuple[State, State]:
        """The state is the keys and values of what was written, by layer; given are z and those of the source."""
        nothing = z.new_zeros(len(z), 0, self._words[0].embedding_dim)
        offered = [part for layer in self.layers for part in layer.source.offered(condition["states"])]  # type: ignore[union-attr,operator]
        return (nothing,) * (2 * len(self.layers)), (z, condition["present"], *offered)

    def advance(self, tokens: Tensor, state: State, given: State) -> tuple[Tensor, State]:
        z, present, *offered = given
        x = self.places(self.vectors(tokens), state[0].shape[1]) + self.first(z)[:, None]
        after: list[Tensor] = []
        for number, layer in enumerate(self.layers):
            pair = slice(2 * number, 2 * number + 2)
            x, kept = layer(x, state[pair], (*offered[pair], present))
            after += kept
        return self.dropout(self.norm(x) + self.last(z)[:, None]), tuple(after)
