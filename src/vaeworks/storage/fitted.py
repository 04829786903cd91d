"""What the rooms below the estimators ask of one that is fitted."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from ..core.batch import Batch
    from ..core.model import LatentModel


class State(Protocol):
    """What was learned of the data before training."""

    def to_state(self) -> dict: ...


class Fitted(Protocol):
    """A fitted estimator, as it is kept, shown, and read with."""

    kind: ClassVar[str]
    title: ClassVar[str]
    caution: ClassVar[str]
    verbose: bool
    validation_fraction: float
    model_: "LatentModel"
    history_: list[dict]
    metrics_: dict
    save_id_: Any

    @property
    def reader_(self) -> State: ...

    def set_params(self, **params: Any) -> Any: ...

    def plain_params(self) -> dict: ...

    def get_feature_names_out(self) -> "np.ndarray": ...

    def batches(self, X: Any, y: Any = None) -> "Iterator[Batch]": ...

    def wholly(self, X: Any) -> "Iterator[Batch]": ...

    def body(self) -> str: ...

    def facts(self) -> list[str]: ...

    def card(self) -> str: ...

    def save(self, folder: Path | str, overwrite: bool = False, compact: bool = False) -> None: ...

    def check_parameters(self) -> None: ...

    def restore(self, state: dict) -> None: ...

    def further_weights(self) -> "dict[str, dict[str, Tensor]]": ...

    def restore_further(self, weights: "dict[str, dict[str, Tensor]]") -> None: ...
