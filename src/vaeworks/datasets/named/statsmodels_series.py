"""co2 and elnino: two series that statsmodels ships, from its repository."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..published import Published, are_cached, local_words, verified
from ..sets import DataSet

if TYPE_CHECKING:
    from ..series.series import Series

FOLDER = "https://raw.githubusercontent.com/statsmodels/statsmodels/v0.14.4/statsmodels/datasets/"
TRAIN = 0.8


@dataclass(frozen=True)
class Measured:
    """One series.

    Attributes
    ----------
    name, rows, step : str
        What it is called and holds.
    sha256 : str
        Of its csv.
    """

    name: str
    rows: str
    sha256: str

    @property
    def file(self) -> Published:
        return Published(f"{self.name}.csv", f"{FOLDER}{self.name}/{self.name}.csv", self.sha256)

    @property
    def ABOUT(self) -> dict[str, Any]:
        return {
            "kind": "forecast",
            "rows": self.rows,
            "splits": "train and test: the first 80% and the last 20%",
            "licence": "public domain",
            "source": self.file.url,
            "local": local_words("series", [self.file]),
        }

    def is_cached(self) -> bool:
        return are_cached("series", [self.file])

    def load(self, data: Path | None = None) -> "DataSet[Series]":
        """The series, from `data`, VAEWORKS_DATA, the cache or its public source, in this order."""
        from dataclasses import replace

        from pyarrow import csv

        from ..series.loading import of_table

        [path] = verified("series", [self.file], data)
        table = csv.read_csv(io.BytesIO(path.read_bytes()))
        if self.name == "elnino":
            table = unfolded(table)
        whole = of_table(self.name, table, "date", None)
        cut = round(TRAIN * len(whole))
        return DataSet(self.name, {"train": whole.first(cut), "test": replace(whole, before=cut)}, None)


def unfolded(table: Any) -> Any:
    """Years in rows and months in columns as one row a month."""
    import pyarrow as pa

    months = table.column_names[1:]
    dates = [f"{year}-{month:02d}-01" for year in table["YEAR"].to_pylist() for month in range(1, len(months) + 1)]
    degrees = [row[month] for row in table.to_pylist() for month in months]
    return pa.table({"date": dates, "temperature": degrees})


co2 = Measured(
    "co2",
    "2,284 weekly means of carbon dioxide in the air of Mauna Loa in parts per million, 1958 to 2001, 59 missing",
    "16695fa2786e53414e5a6b54767a3fdf5de99cfbc68617f69d1362d92776a92f",
)
elnino = Measured(
    "elnino",
    "732 monthly means of the sea's temperature off Peru in degrees Celsius, 1950 to 2010",
    "b647be00e0fd264be9764e317e6b963f35030014ecca2b21b204521716e463ad",
)
