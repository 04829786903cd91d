"""What a network that writes from left to right does, a step at a time or many at once."""

from typing import Any, Protocol

from torch import Tensor

State = tuple[Tensor, ...]  # each with N rows


class Stepper(Protocol):
    """A network that reads tokens from left to right; N rows, T tokens, H features, V words."""

    def begin(self, z: Tensor, condition: Any) -> tuple[State, State]:
        """The state before the first token, and what is given to every step, which no step changes."""

    def advance(self, tokens: Tensor, state: State, given: State) -> tuple[Tensor, State]:
        """Read tokens (N, T): features (N, T, H) that predict the next token each, and the state after the last."""

    def score(self, features: Tensor, targets: Tensor) -> Tensor:
        """log p(target) for features (M, H) and targets (M,), in nats, (M,)."""

    def log_probs(self, features: Tensor) -> Tensor:
        """log p of every word for features (M, H), in nats, (M, V)."""
