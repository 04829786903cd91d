"""What is not finite (NaN and the infinities): it is no result, and JSON has no word for it."""

import json
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

TAG = "not finite"


def first_not_finite(tensors: Iterable[tuple[str, "Tensor"]]) -> str | None:
    """The name of the first tensor of reals that holds NaN or an infinity."""
    return next((name for name, tensor in tensors if tensor.is_floating_point() and not tensor.isfinite().all()), None)


def broken_weight(model: "nn.Module") -> str | None:
    """The name of a parameter or buffer that is not finite; those that no file keeps, such as scales, count too."""
    return first_not_finite([*model.named_parameters(), *model.named_buffers()])


def is_finite(value: Any) -> bool:
    """Whether every real number within JSON's types is finite."""
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def nulled(value: Any) -> Any:
    """A copy in which None stands for what is not finite: of figures, where it says that there is none."""
    return replaced(value, lambda number: None)


def dumps(value: Any, indent: int | None = None) -> str:
    """JSON that any reader takes, and that `loads` gives back with its NaN and infinities, as parameters may be."""
    tagged = replaced(value, lambda number: {TAG: str(number)})
    return json.dumps(tagged, indent=indent, ensure_ascii=False, allow_nan=False)


def loads(text: str) -> Any:
    """The inverse of `dumps`; the bare NaN and Infinity that older files hold are read too."""
    try:
        return json.loads(text, object_hook=lambda found: float(found[TAG]) if found.keys() == {TAG} else found)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def replaced(value: Any, by: Callable[[float], Any]) -> Any:
    if isinstance(value, dict):
        return {name: replaced(part, by) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(part, by) for part in value]
    return value if is_finite(value) else by(value)
