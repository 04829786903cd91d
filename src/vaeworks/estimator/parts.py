"""Parts of a model that are the user's own: modules, or what makes them, handed over in Python and by nothing else."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from torch import nn

from ..core.model import LatentModel
from ..errors import VaeworksError
from ..storage.fitted import Fitted


def with_parts(model: LatentModel, parts: Mapping[str, Any] | None, estimator: Fitted) -> LatentModel:
    """The model with these in the place of its own parts.

    Raises
    ------
    VaeworksError
        For what is no module and makes none.
    """
    for name, part in (parts or {}).items():
        module = deepcopy(part) if isinstance(part, nn.Module) else part(estimator)
        if not isinstance(module, nn.Module):
            raise VaeworksError(
                f"parts: {name!r} must be an nn.Module, or a class or function that makes one of the estimator, not "
                f"{type(module).__name__}"
            )
        setattr(model, name, module)
    return model
