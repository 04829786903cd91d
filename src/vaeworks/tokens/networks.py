"""What reads tokens: words in both directions by LSTMs, and the dropout of words and features."""

import torch
from torch import Tensor, nn

from .vocabulary import PAD, UNKNOWN


class WordDropout(nn.Module):
    """Replace a share of the words by the unknown one while training (Bowman et al. 2016, section 3.1)."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, tokens: Tensor) -> Tensor:
        if not self.training or self.share == 0:
            return tokens
        dropped = (torch.rand(tokens.shape, device=tokens.device) < self.share) & (tokens != PAD)
        return tokens.masked_fill(dropped, UNKNOWN)


class LockedDropout(nn.Module):
    """Drop the same features at every step of a sequence (N, T, H) (Gal & Ghahramani 2016)."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, sequence: Tensor) -> Tensor:
        if not self.training or self.share == 0:
            return sequence
        return sequence * nn.functional.dropout(torch.ones_like(sequence[:, :1]), self.share)


class Bigrams(nn.Module):
    """A vector for each pair of neighbouring words, by hashing: zero at first, so that only useful pairs speak."""

    MULTIPLIER = 1_000_003

    def __init__(self, buckets: int, size: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.table = nn.Embedding(buckets, size)
        nn.init.zeros_(self.table.weight)
        self.dropout = dropout

    def forward(self, tokens: Tensor) -> Tensor:
        before = nn.functional.pad(tokens[:, :-1], (1, 0), value=PAD)
        hashed = (before * self.MULTIPLIER + tokens) % self.table.num_embeddings
        vectors = self.table(hashed)
        if not self.training:
            return vectors
        kept = torch.rand(tokens.shape, device=tokens.device) >= self.dropout
        return vectors * kept[..., None] / (1 - self.dropout)


class BidirectionalEncoder(nn.Module):
    """Words read in both directions by LSTMs; the mean and the maximum over both directions' concatenated states.

        tokens (N, T) -> words, bigrams -> forward LSTM  -+- concatenated (N, T, 2 * units) -> mean, max (N, 4 * units)
                                        -> backward LSTM -+

    The backward LSTM reads each row reversed within its own length, so padding is never read before a word and a
    row's features do not depend on the batch that it stands in.
    """

    def __init__(
        self, words: int, embedding_dim: int, units: int, dropout: float, word_dropout: float, bigrams: int
    ) -> None:
        super().__init__()
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.words = nn.Embedding(words, embedding_dim, padding_idx=PAD)
        nn.init.normal_(self.words.weight, std=0.1)
        self.bigrams = Bigrams(bigrams, 16) if bigrams else None
        width = embedding_dim + (16 if bigrams else 0)
        self.forwards = nn.LSTM(width, units, batch_first=True)
        self.backwards = nn.LSTM(width, units, batch_first=True)
        self.width, self.features = width, 4 * units

    def forward(self, tokens: Tensor) -> Tensor:
        return pooled(self.read(tokens)[1], tokens != PAD)

    def read(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Each word's vector (N, T, V), and the states of both directions at it (N, T, 2 * units)."""
        read = self.word_dropout(tokens)
        vectors = self.words(read)
        if self.bigrams is not None:
            vectors = torch.cat([vectors, self.bigrams(read)], dim=-1)
        vectors = self.dropout(vectors)
        return vectors, self.dropout(both_ways(self.forwards, self.backwards, vectors, tokens != PAD))


def both_ways(forwards: nn.LSTM, backwards: nn.LSTM, vectors: Tensor, present: Tensor) -> Tensor:
    """The states of both LSTMs side by side, (N, T, 2 * units), the second of which reads each row from its end."""
    turn = reversal(present)
    return torch.cat([forwards(vectors)[0], gather(backwards(gather(vectors, turn))[0], turn)], dim=-1)


def pooled(states: Tensor, present: Tensor) -> Tensor:
    """Mean and maximum of states (N, T, H) where there is a token, (N, 2 * H)."""
    mean = (states * present[..., None]).sum(1) / present.sum(1, keepdim=True).clamp(min=1)
    highest = states.masked_fill(~present[..., None], -torch.inf).amax(1)
    return torch.cat([mean, highest], dim=-1)


def reversal(present: Tensor) -> Tensor:
    """Positions (N, T) that turn each row round within its length; padding stays where it is."""
    positions = torch.arange(present.shape[1], device=present.device).expand_as(present)
    turned = present.sum(1, keepdim=True) - 1 - positions
    return torch.where(present, turned, positions)


def gather(sequence: Tensor, positions: Tensor) -> Tensor:
    return sequence.gather(1, positions[..., None].expand(-1, -1, sequence.shape[-1]))
