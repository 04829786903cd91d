"""covtype: 581,012 patches of forest and what covers them (Blackard and Dean 1999)."""

from pathlib import Path
from typing import Any

from ..published import Published, are_cached, local_words, verified
from ..sets import DataSet
from ..tables.tables import Table, labelled

ARCHIVE = Published(  # as scikit-learn has it
    "covtype.data.gz",
    "https://ndownloader.figshare.com/files/5976039",
    "614360d0257557dd1792834a85a1cdebfadc3c4f30b011d56afee7ffb5b15771",
)
MEASUREMENTS = (
    "Elevation",
    "Aspect",
    "Slope",
    "Horizontal_Distance_To_Hydrology",
    "Vertical_Distance_To_Hydrology",
    "Horizontal_Distance_To_Roadways",
    "Hillshade_9am",
    "Hillshade_Noon",
    "Hillshade_3pm",
    "Horizontal_Distance_To_Fire_Points",
)
MARKS = (*(f"Wilderness_Area_{area}" for area in range(4)), *(f"Soil_Type_{soil}" for soil in range(40)))
LABEL = "cover"
ABOUT: dict[str, Any] = {
    "kind": "tabular",
    "rows": "581,012 patches of forest of 7 covers, 54 measurements and marks each",
    "splits": "all",
    "licence": "CC BY 4.0 (UCI, Covertype)",
    "source": f"UCI, in the copy that scikit-learn uses: {ARCHIVE.url}",
    "local": local_words("covtype", [ARCHIVE]),
}


def is_cached() -> bool:
    return are_cached("covtype", [ARCHIVE])


def load(data: Path | None = None, archive: Published = ARCHIVE) -> DataSet[Table]:
    """The patches with scikit-learn's names of columns and its float64; the label is the cover, "1" to "7"."""
    import pyarrow as pa
    from pyarrow import csv

    (path,) = verified("covtype", [archive], data)
    types = {**dict.fromkeys((*MEASUREMENTS, *MARKS), pa.float64()), LABEL: pa.string()}
    with pa.input_stream(str(path), compression="gzip") as content:
        table = csv.read_csv(
            content,
            read_options=csv.ReadOptions(column_names=list(types)),
            convert_options=csv.ConvertOptions(column_types=types),
        )
    return labelled("covtype", {"all": table}, LABEL)
