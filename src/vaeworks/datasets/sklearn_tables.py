"""Tables that come with scikit-learn, or that it downloads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaeworks.errors import VaeworksError

from .cache import cache_folder
from .tables import TableSet

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
    def ABOUT(self) -> dict[str, Any]:  # noqa: N802  # as in the modules of the other sets
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

    def load(self, data: Path | None = None) -> TableSet:
        import sklearn.datasets

        if data is not None:
            raise VaeworksError(f"{self.name} comes with scikit-learn: leave out --data.")
        found = getattr(sklearn.datasets, self.loader)()
        names = [str(name).replace(" (cm)", "") for name in found.feature_names]
        classes = [str(index if self.numbered else name) for index, name in enumerate(found.target_names)]
        return TableSet(self.name, as_table(names, found.data), [classes[label] for label in found.target], "class")


@dataclass(frozen=True)
class Downloaded:
    """A table that scikit-learn downloads, checks and caches.

    Attributes
    ----------
    name, loader : str
        Ours, and that of `sklearn.datasets`.
    about : dict
        Rows, licence and source in words.
    label_name : str or None
        What its classes are called; None where its target is a number, which is then a column.
    target_name : str
    arguments : dict
        For the loader.
    """

    name: str
    loader: str
    about: dict[str, str]
    label_name: str | None
    target_name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def ABOUT(self) -> dict[str, Any]:  # noqa: N802
        local = (
            f"--data PATH: a folder that sklearn.datasets.{self.loader}(data_home=PATH) filled on another machine; "
            "or fit the table itself as a file"
        )
        return {"kind": "tabular", "splits": "all", **self.about, "local": local}

    def is_cached(self) -> bool:
        return cache_folder(self.name).is_dir() and any(cache_folder(self.name).iterdir())

    def load(self, data: Path | None = None) -> TableSet:
        import numpy as np
        import sklearn.datasets

        home = data or cache_folder(self.name)
        try:
            found = (
                getattr(sklearn.datasets, self.loader)(
                    data_home=str(home), download_if_missing=data is None, **self.arguments
                )
                if self.loader != "fetch_openml"
                else sklearn.datasets.fetch_openml(data_home=str(home), **self.arguments)
            )
        except OSError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise VaeworksError(
                f"{self.name} is not here and could not be downloaded ({reason}). Pass a copy: {self.ABOUT['local']}."
            ) from error
        if hasattr(found.data, "columns"):
            return self._from_frame(found)
        names = list(found.feature_names)
        if self.label_name is None:
            numbers = np.column_stack([found.data, found.target])
            return TableSet(self.name, as_table([*names, self.target_name], numbers), None, None)
        return TableSet(self.name, as_table(names, found.data), [str(label) for label in found.target], self.label_name)

    def _from_frame(self, found: Any) -> TableSet:
        import pyarrow as pa

        table = pa.Table.from_pandas(found.data, preserve_index=False)
        return TableSet(self.name, table, [str(label) for label in found.target], self.label_name)


def as_table(names: list[str], numbers: np.ndarray) -> Any:
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
covtype = Downloaded(
    "covtype",
    "fetch_covtype",
    {
        "rows": "581,012 patches of forest of 7 covers, 54 measurements and marks each",
        "licence": "CC BY 4.0 (UCI, Covertype)",
        "source": "UCI, by way of scikit-learn",
    },
    "cover",
    "cover",
)
california = Downloaded(
    "california",
    "fetch_california_housing",
    {
        "rows": "20,640 districts of California, 8 numbers and the median house value",
        "licence": "not stated (Pace and Barry 1997, StatLib)",
        "source": "StatLib, by way of scikit-learn",
    },
    None,
    "MedHouseVal",
)
adult = Downloaded(
    "adult",
    "fetch_openml",
    {
        "rows": "48,842 people of the census of 1994, 14 numbers and words with holes, and if they earn over 50,000",
        "licence": "CC BY 4.0 (UCI, Adult)",
        "source": "OpenML 1590, by way of scikit-learn",
    },
    "income",
    "class",
    {"data_id": 1590, "as_frame": True},
)
