"""The decoder of a text VAE; its encoder is in `tokens`, its linear head in the core."""

from typing import Any

import torch
from torch import Tensor, nn

from ..tokens.autoregressive import Autoregressive
from ..tokens.networks import LockedDropout, WordDropout, gather
from ..tokens.stepper import State
from ..tokens.vocabulary import PAD


class RecurrentDecoder(nn.Module):
    """An LSTM that reads the words so far and sees z at every step, beside the word and beside its own output.

        z -> first state
        [word before, z] -> LSTM -> + linear(z) -> adaptive softmax (Grave et al. 2017), an exact likelihood

    With `places`, a network that says of z (N, D) what concerns each place, (N, places, `width`), a step sees that
    instead of z. Called with z (N, D) it returns the likelihood; the other methods are the `Stepper` that this
    likelihood drives.
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
        places: Any = None,
    ) -> None:
        super().__init__()
        self.most_tokens, self.places = most_tokens, places
        width = latent_dim if places is None else places.width
        self.word_dropout, self.dropout = WordDropout(word_dropout), LockedDropout(dropout)
        self.words = nn.Embedding(words, embedding_dim, padding_idx=PAD)
        nn.init.normal_(self.words.weight, std=0.1)
        self.first_state = nn.Linear(latent_dim, 2 * units)
        self.lstm = nn.LSTM(embedding_dim + width, units, batch_first=True)
        self.shortcut = nn.Linear(width, units)
        cutoffs = [cutoff for cutoff in (500, 2000, 10_000) if cutoff < words // 2] or [words // 2]
        self.softmax = nn.AdaptiveLogSoftmaxWithLoss(units, words, cutoffs, div_value=2.0)

    def forward(self, z: Tensor, condition: object = None) -> Autoregressive:
        return Autoregressive(self, z, condition, self.most_tokens)

    def begin(self, z: Tensor, condition: object = None) -> tuple[State, State]:
        hidden, cell = self.first_state(z).tanh().chunk(2, dim=-1)
        seen = z[:, None] if self.places is None else self.places(z)
        return (hidden, cell, z.new_zeros(len(z), dtype=torch.long)), (seen,)

    def advance(self, tokens: Tensor, state: State, given: State) -> tuple[Tensor, State]:
        (hidden, cell, place), (seen,) = state, given
        words = self.dropout(self.words(self.word_dropout(tokens)))
        steps = torch.arange(tokens.shape[1], device=tokens.device)
        seen = gather(seen, (place[:, None] + steps).clamp(max=seen.shape[1] - 1))
        inputs = torch.cat([words, seen], dim=-1)
        outputs, (hidden, cell) = self.lstm(inputs, (hidden[None].contiguous(), cell[None].contiguous()))
        return self.dropout(outputs) + self.shortcut(seen), (hidden[0], cell[0], place + len(steps))

    def score(self, features: Tensor, targets: Tensor) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            return self.softmax(features.float(), targets).output

    def log_probs(self, features: Tensor) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            return self.softmax.log_prob(features.float())
