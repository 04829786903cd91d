"""The three parts of a text VAE: bidirectional encoder, autoregressive decoder, and (in the core) the linear head."""

import torch
from torch import Tensor, nn

from ..tokens.autoregressive import Autoregressive, State
from ..tokens.vocabulary import PAD, UNKNOWN


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
        self.features = 4 * units

    def forward(self, tokens: Tensor) -> Tensor:
        present = tokens != PAD
        read = self.word_dropout(tokens)
        vectors = self.words(read)
        if self.bigrams is not None:
            vectors = torch.cat([vectors, self.bigrams(read)], dim=-1)
        vectors, turn = self.dropout(vectors), reversal(present)
        states = torch.cat([self.forwards(vectors)[0], gather(self.backwards(gather(vectors, turn))[0], turn)], dim=-1)
        states = self.dropout(states)
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


class RecurrentDecoder(nn.Module):
    """An LSTM that reads the words so far and sees z at every step, beside the word and beside its own output.

        z -> first state
        [word before, z] -> LSTM -> + linear(z) -> adaptive softmax (Grave et al. 2017), an exact likelihood

    Called with z (N, D) it returns the likelihood; the other methods are the `Stepper` that this likelihood drives.
    """

    def __init__(
        self,
        words: int,
        latent_dim: int,
        embedding_dim: int,
        units: int,
        dropout: float,
        word_dropout: float,
        most_tokens: int,
    ) -> None:
        super().__init__()
        self.most_tokens = most_tokens
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.words = nn.Embedding(words, embedding_dim, padding_idx=PAD)
        nn.init.normal_(self.words.weight, std=0.1)
        self.first_state = nn.Linear(latent_dim, 2 * units)
        self.lstm = nn.LSTM(embedding_dim + latent_dim, units, batch_first=True)
        self.shortcut = nn.Linear(latent_dim, units)
        cutoffs = [cutoff for cutoff in (500, 2000, 10_000) if cutoff < words // 2] or [words // 2]
        self.softmax = nn.AdaptiveLogSoftmaxWithLoss(units, words, cutoffs, div_value=2.0)

    def forward(self, z: Tensor, condition: object = None) -> Autoregressive:
        return Autoregressive(self, z, condition, self.most_tokens)

    def begin(self, z: Tensor, condition: object = None) -> tuple[State, State]:
        hidden, cell = self.first_state(z).tanh().chunk(2, dim=-1)
        return (hidden, cell), (z,)

    def advance(self, tokens: Tensor, state: State, given: State) -> tuple[Tensor, State]:
        (hidden, cell), (z,) = state, given
        words = self.dropout(self.words(self.word_dropout(tokens)))
        inputs = torch.cat([words, z[:, None].expand(-1, tokens.shape[1], -1)], dim=-1)
        outputs, (hidden, cell) = self.lstm(inputs, (hidden[None].contiguous(), cell[None].contiguous()))
        return self.dropout(outputs) + self.shortcut(z)[:, None], (hidden[0], cell[0])

    def score(self, features: Tensor, targets: Tensor) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            return self.softmax(features.float(), targets).output

    def log_probs(self, features: Tensor) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            return self.softmax.log_prob(features.float())
