"""What is read, what is scored and what is given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import torch
from torch import Tensor, nn

Part = Any  # a tensor, or a tuple or dict of parts; each kind knows its own


@dataclass
class Batch:
    """One batch of B examples, as every model of the package takes it; a part is a tensor, or a tuple or dict of them.

    Attributes
    ----------
    input : part (B, ...)
        What the encoder reads. None when there is nothing to read, as in generation.
    target : part (B, ...)
        What the likelihood scores; the input itself where it is not given.
    observed : part of bool, shaped as the target
        Which entries of the target were observed; None for all. An unobserved entry may be NaN: it is neither
        scored nor fed back.
    condition : part (B, ...)
        What is given: read by conditioner, encoder, prior and decoder, never scored.
    labels : dict of str to Tensor (B,), or shares of the classes (B, classes)
        Further observations of z. A missing one is -1 (classes) or NaN (numbers) and counts 0.
    extra : dict of str to Tensor (B, ...)
        What only the model's `aside` reads, in training.
    """

    input: Part
    target: Part = None
    observed: Part = None
    condition: Part = None
    labels: dict[str, Tensor] = field(default_factory=dict)
    extra: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.target is None:
            self.target = self.input

    def __len__(self) -> int:
        """How many examples; a batch with nothing in it is one example of which nothing is known."""
        first = next(tensors_in((self.input, self.target, self.condition)), None)
        return 1 if first is None else len(first)

    def rows(self, which: slice | Tensor) -> "Batch":
        """Some of the examples, as a batch."""
        return self._mapped(lambda tensor: tensor[which])

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device."""
        return self._mapped(lambda tensor: tensor.to(device, non_blocking=True))

    def _mapped(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        return replace(self, **{part.name: mapped(change, getattr(self, part.name)) for part in fields(self)})


def mapped(change: Callable[[Tensor], Tensor], part: Any) -> Any:
    """The part with every tensor in it changed.

    Raises
    ------
    TypeError
        For a part that holds something else.
    """
    if part is None:
        return None
    if isinstance(part, Tensor):
        return change(part)
    if isinstance(part, tuple):
        return tuple(mapped(change, each) for each in part)
    if isinstance(part, dict):
        return {name: mapped(change, each) for name, each in part.items()}
    raise TypeError(f"a part of a batch must be a tensor, or a tuple or dict of tensors, not {type(part).__name__}")


def tensors_in(part: Any) -> Iterator[Tensor]:
    """Every tensor of a part."""
    if isinstance(part, Tensor):
        yield part
    elif isinstance(part, tuple | dict):
        for each in part.values() if isinstance(part, dict) else part:
            yield from tensors_in(each)


def repeat_rows(part: Any, samples: int) -> Any:
    """Repeat the rows of every tensor `samples` times, sample-major: row s * B + b is example b."""
    if samples == 1:
        return part
    return mapped(lambda tensor: tensor.repeat(samples, *[1] * (tensor.dim() - 1)), part)


def call(network: nn.Module, value: Any, condition: Any) -> Any:
    """`network(value)`, or `network(value, condition)` where there is a condition."""
    return network(value) if condition is None else network(value, condition)
