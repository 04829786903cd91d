"""california: the 20,640 districts of the census of 1990 (Pace and Barry 1997), as scikit-learn gives them."""

import tarfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..published import Published, are_cached, local_words, verified
from ..sets import DataSet
from ..tables.tables import Table, labelled

if TYPE_CHECKING:
    import pyarrow as pa

ARCHIVE = Published(  # as scikit-learn has it
    "cal_housing.tgz",
    "https://ndownloader.figshare.com/files/5976036",
    "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681",
)
MEMBER = "CaliforniaHousing/cal_housing.data"
PUBLISHED = ("longitude", "latitude", "age", "rooms", "bedrooms", "population", "households", "income", "value")
ABOUT: dict[str, Any] = {
    "kind": "tabular",
    "rows": "20,640 districts of California, 8 numbers and the median house value",
    "splits": "all",
    "licence": "not stated (Pace and Barry 1997, StatLib)",
    "source": f"StatLib, in the copy that scikit-learn uses: {ARCHIVE.url}",
    "local": local_words("california", [ARCHIVE]),
}


def is_cached() -> bool:
    return are_cached("california", [ARCHIVE])


def load(data: Path | None = None, archive: Published = ARCHIVE) -> DataSet[Table]:
    """The districts, without labels; averages are per household, and the value in units of 100,000 dollars."""
    import pyarrow as pa

    (path,) = verified("california", [archive], data)
    # float64, since the derived columns must be those of scikit-learn to the last bit.
    found = {name: column.to_numpy() for name, column in zip(PUBLISHED, read_archive(path).columns, strict=True)}
    households = found["households"]
    columns = {
        "MedInc": found["income"],
        "HouseAge": found["age"],
        "AveRooms": found["rooms"] / households,
        "AveBedrms": found["bedrooms"] / households,
        "Population": found["population"],
        "AveOccup": found["population"] / households,
        "Latitude": found["latitude"],
        "Longitude": found["longitude"],
        "MedHouseVal": found["value"] / 100_000,
    }
    return labelled("california", {"all": pa.table(columns)}, None)


def read_archive(path: Path) -> "pa.Table":
    """The published columns; nothing is unpacked to disk."""
    import pyarrow as pa
    from pyarrow import csv

    with tarfile.open(path, "r:gz") as tar:
        member = tar.extractfile(MEMBER)
        content = b"" if member is None else member.read()
    return csv.read_csv(
        BytesIO(content),
        read_options=csv.ReadOptions(column_names=PUBLISHED),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(PUBLISHED, pa.float64())),
    )
