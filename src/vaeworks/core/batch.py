"""What is read, what is scored and what is given."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Batch:
    """One batch of B examples, as every model of the package takes it.

    Attributes
    ----------
    input : Tensor (B, ...) or None
        What the encoder reads. None when there is nothing to read, as in generation.
    target : Tensor (B, ...) or None
        What the likelihood scores; the input itself where it is not given.
    observed : Tensor of bool, shaped as the target, or None
        Which entries of the target were observed; None for all. An unobserved entry may be NaN: it is neither
        scored nor fed back.
    condition : Tensor (B, ...) or None
        What is given: read by conditioner, encoder, prior and decoder, never scored.
    labels : dict of str to Tensor (B,), or shares of the classes (B, classes)
        Further observations of z. A missing one is -1 (classes) or NaN (numbers) and counts 0.
    """

    input: Tensor | None
    target: Tensor | None = None
    observed: Tensor | None = None
    condition: Tensor | None = None
    labels: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.target is None:
            self.target = self.input

    def __len__(self) -> int:
        """How many examples; a batch with nothing in it is one example of which nothing is known."""
        for tensor in (self.input, self.target, self.condition):
            if tensor is not None:
                return len(tensor)
        return 1

    def rows(self, which: slice | Tensor) -> "Batch":
        """Some of the examples, as a batch."""
        return self._map(lambda tensor: tensor[which])

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device."""
        return self._map(lambda tensor: tensor.to(device, non_blocking=True))

    def _map(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        def changed(part: Tensor | None) -> Tensor | None:
            return None if part is None else change(part)

        return Batch(
            input=changed(self.input),
            target=changed(self.target),
            observed=changed(self.observed),
            condition=changed(self.condition),
            labels={name: change(label) for name, label in self.labels.items()},
        )


def repeat_rows(value: object, samples: int) -> object:
    """Repeat the rows of every tensor in `value` `samples` times, sample-major: row s * B + b is example b."""
    if samples == 1 or value is None:
        return value
    if isinstance(value, Tensor):
        return value.repeat(samples, *[1] * (value.dim() - 1))
    if isinstance(value, tuple):
        return tuple(repeat_rows(part, samples) for part in value)
    if isinstance(value, dict):
        return {key: repeat_rows(part, samples) for key, part in value.items()}
    raise TypeError(f"features must be tensors, tuples or dicts of tensors, not {type(value).__name__}")
