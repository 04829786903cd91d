"""penguins: 344 penguins of three species, with holes (Horst, Hill and Gorman 2020)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...errors import VaeworksError
from ..sets import DataSet
from ..tables.files import read_table
from ..tables.tables import Table, labelled

PACKAGE, KEPT = "palmerpenguins", "data/penguins.csv"
ABOUT: dict[str, Any] = {
    "kind": "tabular",
    "rows": "344 penguins of 3 species: island, sex, year and 4 measurements, 11 of them with holes",
    "splits": "all",
    "licence": "CC0",
    "source": "the package palmerpenguins: pip install palmerpenguins",
    "local": "--data PATH: its penguins.csv",
}


def is_cached() -> bool:
    return False  # nothing is ever downloaded


def load(data: Path | None = None) -> DataSet[Table]:
    """The penguins; the label is the species."""
    if data is None:
        found = find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise VaeworksError("penguins come with a package: pip install palmerpenguins, or name a copy with --data")
        data = Path(found.origin).parent / KEPT
    table = read_table(data / "penguins.csv" if data.is_dir() else data)
    return labelled("penguins", {"all": table}, "species")
