"""What further training of a fitted model begins with."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..core.model import LatentModel
from ..errors import VaeworksError
from ..fitting.examples import Data
from ..fitting.plan import Plan, training_only
from ..storage.fitted import Fitted
from .reader import Reader


@dataclass
class Beginning:
    """A fitted model's reader and weights.

    Attributes
    ----------
    reader : Reader
    weights : dict of str to Tensor
    only : str or None
        The one part to train.
    """

    reader: Reader
    weights: dict[str, Tensor]
    only: str | None

    def further(self, X: Any, y: Any, estimator: Fitted, share: float) -> tuple[Reader, Data, Data | None]:
        """What the reader gives of further data; where another part alone is trained, the classes stay."""
        return self.reader.further(X, y, estimator, share, self.only in (None, "heads"))

    def into(self, model: LatentModel, plan: Plan, reader: Reader) -> Plan:
        """Copy the weights into a new model, and give the plan for it; the part to train may have other sizes.

        Those of labels are left out where the `reader` of the further data has other classes.

        Raises
        ------
        VaeworksError
            When other sizes differ, and when there is no such part, or nothing to train in it.
        """
        self._check_part(model)
        weights = self.weights if same_classes(self.reader, reader) else without_heads(self.weights)
        for name, own in model.state_dict().items():
            weight = weights.get(name)
            if weight is not None and weight.shape == own.shape:
                own.copy_(weight)
            elif not (name.startswith("heads.") or name.startswith(f"{self.only}.")):
                raise VaeworksError(
                    f"the model to go on from has other sizes (see {name}): leave its parameters as they were"
                )
        return plan if self.only is None else training_only(self.only, plan)

    def _check_part(self, model: LatentModel) -> None:
        if self.only is None:
            return
        parts = dict(model.named_children())
        if self.only not in parts:
            raise VaeworksError(f"the model has no part {self.only!r} to train: choose one of {', '.join(parts)}")
        if not any(parameter.numel() for parameter in parts[self.only].parameters()):
            raise VaeworksError(f"the model has nothing to train in its {self.only}: choose another, as prior='flow'")


def same_classes(one: Reader, other: Reader) -> bool:
    was, now = (getattr(getattr(reader, "classes", None), "names", None) for reader in (one, other))
    return bool(was == now)


def without_heads(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in weights.items() if not name.startswith("heads.")}
