"""Tables that come with scikit-learn."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..sets import DataSet
from ..tables.tables import Table

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Bundled:
    """A table that is part of scikit-learn.

    Attributes
    ----------
    name, loader : str
        Ours, and that of `sklearn.datasets`.
    rows, licence : str
        In words.
    numbered : bool
        Whether classes are called by their numbers, since they have no names.
    """

    name: str
    loader: str
    rows: str
    licence: str
    numbered: bool = False

    @property
    def ABOUT(self) -> dict[str, Any]:  # as in the modules of the other sets
        return {
            "kind": "tabular",
            "rows": self.rows,
            "splits": "all",
            "licence": self.licence,
            "source": f"scikit-learn: sklearn.datasets.{self.loader}",
            "local": "not needed, as it comes with scikit-learn: leave out --data",
        }

    def is_cached(self) -> bool:
        return True

    def load(self, data: Path | None = None) -> DataSet[Table]:
        import sklearn.datasets

        if data is not None:
            raise VaeworksError(f"{self.name} comes with scikit-learn: leave out --data")
        found = getattr(sklearn.datasets, self.loader)()
        names = [str(name).replace(" (cm)", "") for name in found.feature_names]
        classes = [str(index if self.numbered else name) for index, name in enumerate(found.target_names)]
        part = Table(as_table(names, found.data), [classes[label] for label in found.target])
        return DataSet(self.name, {"all": part}, "class")


def as_table(names: list[str], numbers: "np.ndarray") -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.table({name: np.ascontiguousarray(numbers[:, index]) for index, name in enumerate(names)})


iris = Bundled("iris", "load_iris", "150 flowers of 3 kinds, 4 lengths each (Fisher 1936)", "CC BY 4.0 (UCI, Iris)")
wine = Bundled(
    "wine", "load_wine", "178 wines of 3 growers, 13 measurements each", "CC BY 4.0 (UCI, Wine)", numbered=True
)
breast_cancer = Bundled(
    "breast-cancer",
    "load_breast_cancer",
    "569 tumours, benign or malignant, 30 measurements each",
    "CC BY 4.0 (UCI, Breast Cancer Wisconsin (Diagnostic))",
)
digits = Bundled(
    "digits",
    "load_digits",
    "1,797 handwritten digits, 64 pixels of 17 greys each",
    "CC BY 4.0 (UCI, Optical Recognition of Handwritten Digits)",
)
