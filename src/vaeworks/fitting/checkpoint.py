"""The whole state of a fit in one file, so that it can go on exactly where it was."""

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ..errors import VaeworksError
from ..files import written_whole
from ..finite import dumps, first_not_finite, loads


@dataclass
class Position:
    """Where a fit stands; everything about it that is no tensor.

    Attributes
    ----------
    epoch, step : int
        How many are done.
    log_kl_weight : float
        State of the rate control.
    best_loss, best_epoch : float, int
        The best validation loss of this phase, and when it was.
    history : list of dict
        One record an epoch; None where a mean was not finite.
    settings : dict
        What the fit was started with; a fit with others does not go on from here.
    """

    epoch: int = 0
    step: int = 0
    log_kl_weight: float = 0.0
    best_loss: float | None = None
    best_epoch: int = -1
    history: list[dict] = field(default_factory=list)
    settings: dict = field(default_factory=dict)


def write_checkpoint(
    path: Path, position: Position, weights: dict[str, dict[str, Tensor]], optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint atomically: safetensors, with the position as JSON in its header."""
    tensors = {f"{group}/{name}": t for group, states in weights.items() for name, t in states.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{name}": value for name, value in state.items()}
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    said = dumps(asdict(position))
    content = save(tensors, metadata={"position": said, "digest": digest_of(said, tensors)})
    with written_whole(path) as temporary:
        temporary.write_bytes(content)  # safetensors' own writer leaves a file of a name of its own when it is killed


def digest_of(position: str, tensors: dict[str, Tensor]) -> str:
    """The SHA-256 of all that a checkpoint says."""
    found = hashlib.sha256(position.encode())
    for name in sorted(tensors):
        found.update(name.encode())
        found.update(tensors[name].reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def read_checkpoint(
    path: Path, settings: dict
) -> tuple[Position, dict[str, dict[str, Tensor]], dict[int, dict[str, Tensor]]]:
    """The position, the weights by group, and the optimiser's state by parameter index.

    Raises
    ------
    VaeworksError
        When there is no checkpoint, when it is damaged or holds numbers that are not finite, or when it was made with
        other settings.
    """
    if not path.exists():
        raise VaeworksError(f"there is no unfinished fit at {path.parent}: leave out --resume to start one")
    try:
        with safe_open(path, framework="pt") as file:
            metadata, tensors = file.metadata(), {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        position = Position(**loads(metadata["position"]))
        if metadata.get("digest", "") != digest_of(metadata["position"], tensors):
            raise ValueError("it is not what was written")
        weights, optimizer = grouped(tensors)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise VaeworksError(f"{path} is damaged ({error}): delete {path.parent} and start again") from error
    broken = first_not_finite((f"{group} {name}", t) for group, states in weights.items() for name, t in states.items())
    if broken:
        raise VaeworksError(
            f"{path} holds a fit that broke ({broken} is not finite): delete {path.parent}, start again"
        )
    settings = loads(dumps(settings))
    names = sorted(settings | position.settings)
    changed = [name for name in names if not same(settings.get(name), position.settings.get(name))]
    if changed:
        was = ", ".join(f"{key} {position.settings.get(key)!r} (now {settings.get(key)!r})" for key in changed[:3])
        raise VaeworksError(
            f"the fit to resume was started with other settings: {was}: "
            "give the same ones, or start again with --overwrite"
        )
    return position, weights, optimizer


def grouped(tensors: dict[str, Tensor]) -> tuple[dict[str, dict[str, Tensor]], dict[int, dict[str, Tensor]]]:
    """The weights by group, and the optimiser's state by parameter index."""
    weights: dict[str, dict[str, Tensor]] = {}
    optimizer: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        group, name = key.split("/", 1)
        if group == "optimizer":
            index, entry = name.split("/")
            optimizer.setdefault(int(index), {})[entry] = tensor
        else:
            weights.setdefault(group, {})[name] = tensor
    return weights, optimizer


def same(one: Any, other: Any) -> bool:
    """Equal, or both NaN."""
    return one == other or (one != one and other != other)


def restore_optimizer(optimizer: torch.optim.Optimizer, state: dict[int, dict[str, Tensor]]) -> None:
    """Put saved moments back into a new optimiser over the same parameters.

    Each lies in memory as its parameter does: the fused step goes through both in that order.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    moments = {
        index: {name: laid_out_as(parameters[index], tensor) for name, tensor in saved.items()}
        for index, saved in state.items()
    }
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})


def laid_out_as(like: Tensor, tensor: Tensor) -> Tensor:
    """A copy in the memory format of a tensor of the same shape; one of another shape, such as a step, as it is."""
    return torch.empty_like(like, requires_grad=False).copy_(tensor) if tensor.shape == like.shape else tensor
