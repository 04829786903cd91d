"""adult: 48,842 people of the census of 1994, and whether they earn over 50,000 dollars (Kohavi 1996)."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..published import Published, are_cached, local_words, verified
from ..sets import DataSet
from ..tables.tables import Table, labelled

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "https://archive.ics.uci.edu/ml/machine-learning-databases/adult/"
FILES = (
    Published(
        "adult.data",
        FOLDER + "adult.data",
        "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
    ),
    Published(
        "adult.test",
        FOLDER + "adult.test",
        "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
    ),
)
LABEL = "income"
COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    LABEL,
)
HOLE = "?"
ABOUT: dict[str, Any] = {
    "kind": "tabular",
    "rows": "48,842 people of the census of 1994, 14 numbers and words with holes, and if they earn over 50,000",
    "splits": "train (the official 32,561) and test (16,281)",
    "licence": "CC BY 4.0 (UCI, Adult)",
    "source": f"UCI: {FOLDER}",
    "local": local_words("adult", FILES),
}


def is_cached() -> bool:
    return are_cached("adult", FILES)


def load(data: Path | None = None, files: tuple[Published, ...] = FILES) -> DataSet[Table]:
    """The people of adult.data to train on, those of adult.test to test; the label is the income, "<=50K" or ">50K"."""
    train, test = (people(path.read_bytes()) for path in verified("adult", files, data))
    return labelled("adult", {"train": train, "test": test}, LABEL)


def people(content: bytes) -> "pa.Table":
    """The rows of a file: a space follows each comma; adult.test begins with a remark, and its rows end with a dot."""
    from pyarrow import csv

    lines = [line.removesuffix(b".") for line in content.replace(b", ", b",").splitlines() if not line.startswith(b"|")]
    return csv.read_csv(
        BytesIO(b"\n".join(lines)),
        read_options=csv.ReadOptions(column_names=COLUMNS),
        convert_options=csv.ConvertOptions(null_values=[HOLE], strings_can_be_null=True),
    )
