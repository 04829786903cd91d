"""Tables that come with scikit-learn, or that it downloads."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import signature
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
    target : str
        What is to be predicted.
    classes : bool
        Whether that is the label; else it is a number, and a column like the others.
    arguments : dict
        For the loader.
    """

    name: str
    loader: str
    about: dict[str, str]
    target: str
    classes: bool = True
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
        found = self._fetched(data or cache_folder(self.name), download=data is None)
        if hasattr(found.data, "columns"):
            import pyarrow as pa

            table = pa.Table.from_pandas(found.data, preserve_index=False)
        else:
            table = as_table(list(found.feature_names), found.data)
        if not self.classes:
            return TableSet(self.name, table.append_column(self.target, [found.target]), None, None)
        return TableSet(self.name, table, [str(label) for label in found.target], self.target)

    def _fetched(self, home: Path, download: bool) -> Any:
        import sklearn.datasets

        load = getattr(sklearn.datasets, self.loader)
        arguments = {"data_home": str(home), "download_if_missing": download, **self.arguments}
        try:
            return load(**{name: value for name, value in arguments.items() if name in signature(load).parameters})
        except OSError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise VaeworksError(
                f"{self.name} is not here and could not be downloaded ({reason}). Pass a copy: {self.ABOUT['local']}."
            ) from error


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
)
california = Downloaded(
    "california",
    "fetch_california_housing",
    {
        "rows": "20,640 districts of California, 8 numbers and the median house value",
        "licence": "not stated (Pace and Barry 1997, StatLib)",
        "source": "StatLib, by way of scikit-learn",
    },
    "MedHouseVal",
    classes=False,
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
    arguments={"data_id": 1590, "as_frame": True},
)
