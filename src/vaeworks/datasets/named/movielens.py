"""ml-100k, ml-1m and ml-20m: who rated which film, as GroupLens published it (Harper & Konstan 2015).

ml-100k lies in the one wheel of recbole 1.2.1, which pip fetches; the others come from GroupLens, whose own md5 sums
name the same archives as the sha256 here.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..cache import cache_folder, filling, local_copy
from ..published import Published, are_cached, verified
from ..wheels import Wheel, fetched, pip_download, unpacked

if TYPE_CHECKING:
    import pyarrow as pa

TERMS = "GroupLens: research with acknowledgement, no commercial use, no redistribution without permission"
FOLDER = "https://files.grouplens.org/datasets/movielens/"


INTERACTIONS, FILMS = "recbole/dataset_example/ml-100k/ml-100k.inter", "recbole/dataset_example/ml-100k/ml-100k.item"
RECBOLE = Wheel(
    requirement="recbole==1.2.1",
    file="recbole-1.2.1-py3-none-any.whl",
    sha256="9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407",
    members={
        INTERACTIONS: "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
        FILMS: "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
    },
)


@dataclass(frozen=True)
class Films:
    """One set of ratings of films.

    Attributes
    ----------
    name : str
    ABOUT : dict
        What the listing of sets says.
    keep : float or None
        The lowest rating that is kept unless another is said.
    tables : tuple of str
        The parquet files of a copy that was converted: interactions and items.
    archive : Published or None
        The public archive; None for the set in a wheel.
    """

    name: str
    ABOUT: dict[str, Any]
    keep: float
    tables: tuple[str, str]
    archive: Published | None

    def is_cached(self) -> bool:
        if self.archive is not None:
            return are_cached(self.name, [self.archive])
        return all((cache_folder(self.name) / file).is_file() for file in self.tables)

    def load(
        self,
        data: Path | None = None,
        wheel: Wheel = RECBOLE,
        download: Callable[[str, Path], None] | None = None,
    ) -> "tuple[pa.Table, pa.Table, float | None]":
        """The ratings (user, item, and as far as they are known rating and time), the films, and what is kept.

        They come from `data`, VAEWORKS_DATA, the cache or their public source, in this order. A copy in parquet is
        checked for its columns, an archive or a wheel for its checksum.
        """
        published = (self.archive.file if self.archive else wheel.file,)
        copies = [self.tables, tuple(f"movielens/{file}" for file in self.tables), published]
        copy = local_copy(self.name, copies, data)
        if copy is not None and len(copy) == 2:
            return self._of_tables(copy)
        if self.archive is not None:
            [path] = verified(self.name, [self.archive], data if copy else None)
            return *of_archive(path), self.keep
        kept = tuple(cache_folder(self.name) / file for file in self.tables)
        if copy is not None or not all(path.is_file() for path in kept):
            with filling(cache_folder(self.name)) as folder:
                self._keep(
                    copy[0] if copy else fetched(self.name, wheel, folder, download or pip_download), wheel, folder
                )
        return self._of_tables(kept)

    def _of_tables(self, paths: tuple[Path, ...]) -> "tuple[pa.Table, pa.Table, float | None]":
        from ..tables.files import read_table

        ratings, films = (read_table(path) for path in paths)
        ratings = renamed(ratings, {"timestamp": "time"})
        films = renamed(films, {"genres": "genre"})
        for table, path, needed in ((ratings, paths[0], ("user", "item")), (films, paths[1], ("item", "title"))):
            if missing := [name for name in needed if name not in table.column_names]:
                raise VaeworksError(f"{path} has no column {missing[0]!r}: bring a copy of {self.name}")
        return ratings, films, self.keep if "rating" in ratings.column_names else None

    def _keep(self, path: Path, wheel: Wheel, folder: Path) -> None:
        """Check a wheel and write its films and ratings as parquet into a folder."""
        from ..tables.files import write_table

        ratings, films = (of_recbole(file.read_bytes()) for file in unpacked(path, wheel, folder))
        for table, file_name in zip((ratings, with_years(films)), self.tables, strict=True):
            write_table(table, folder / file_name)


def renamed(table: "pa.Table", names: dict[str, str]) -> "pa.Table":
    return table.rename_columns([names.get(name, name) for name in table.column_names])


def of_recbole(content: bytes) -> "pa.Table":
    """A table between tabs whose names carry their types, as user_id:token."""
    from pyarrow import csv

    parse = csv.ParseOptions(delimiter="\t", quote_char=False)
    table = csv.read_csv(io.BytesIO(content), parse_options=parse)
    names = {"user_id": "user", "item_id": "item", "timestamp": "time", "movie_title": "title", "class": "genre"}
    plain = [name.partition(":")[0] for name in table.column_names]
    return table.rename_columns([names.get(name, name) for name in plain])


def with_years(films: "pa.Table") -> "pa.Table":
    """Titles with the year behind them, as GroupLens has them, and genres between bars."""
    import pyarrow as pa

    rows = films.to_pylist()
    titles = [f"{row['title']} ({row['release_year']})" if dated(row["release_year"]) else row["title"] for row in rows]
    genres = ["|".join((row["genre"] or "").split()) for row in rows]
    return pa.table({"item": films["item"], "title": titles, "genre": genres})


def dated(year: Any) -> bool:
    return str(year).isdigit()


def of_archive(path: Path) -> "tuple[pa.Table, pa.Table]":
    """Ratings and films of an archive of GroupLens: csv files, or .dat files with two colons between cells."""
    names = {"userId": "user", "movieId": "item", "timestamp": "time", "genres": "genre"}
    with zipfile.ZipFile(path) as archive:
        found = {Path(member).name: member for member in archive.namelist()}
        if "ratings.csv" in found:
            from pyarrow import csv

            tables = [csv.read_csv(io.BytesIO(archive.read(found[name]))) for name in ("ratings.csv", "movies.csv")]
            return renamed(tables[0], names), renamed(tables[1], names)
        ratings = of_colons(archive.read(found["ratings.dat"]), ("user", "item", "rating", "time"), numbers=4)
        return ratings, of_colons(archive.read(found["movies.dat"]), ("item", "title", "genre"), numbers=1)


def of_colons(content: bytes, names: tuple[str, ...], numbers: int) -> "pa.Table":
    """The cells of a .dat file in Latin-1, the first of them whole numbers."""
    import pyarrow as pa

    rows = [line.split("::") for line in content.decode("latin-1").splitlines()]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    kept = {
        name: [int(cell) for cell in cells] if place < numbers else list(cells)
        for place, (name, cells) in enumerate(columns.items())
    }
    return pa.table(kept)


def local_words(name: str, tables: tuple[str, str], file: str) -> str:
    return f"--data PATH or VAEWORKS_DATA: a folder that holds {name}/{file}, or {tables[0]} and {tables[1]}"


def films(name: str, rows: str, source: str, keep: float, tables: tuple[str, str], archive: Published | None) -> Films:
    about = {
        "kind": "recommender",
        "rows": rows,
        "splits": "train, validation and test: about 80, 10 and 10% of the users",
        "licence": TERMS,
        "source": source,
        "local": local_words(name, tables, archive.file if archive else RECBOLE.file),
    }
    return Films(name, about, keep, tables, archive)


ML_1M = Published("ml-1m.zip", FOLDER + "ml-1m.zip", "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20")
ML_20M = Published(
    "ml-20m.zip", FOLDER + "ml-20m.zip", "96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3"
)
ml_100k = films(
    "ml-100k",
    "100,000 ratings of 1,682 films by 943 users; those of 4 and 5 are kept",
    f"recbole 1.2.1 on PyPI: {INTERACTIONS}",
    4.0,
    ("ml-100k_ratings.parquet", "ml-100k_items.parquet"),
    None,
)
ml_1m = films(
    "ml-1m",
    "1,000,209 ratings of 3,706 films by 6,040 users; those of 4 and 5 are kept, and of a copy without ratings all",
    ML_1M.url,
    4.0,
    ("ml-1m_interactions.parquet", "ml-1m_items.parquet"),
    ML_1M,
)
ml_20m = films(
    "ml-20m",
    "20,000,263 ratings of 26,744 films by 138,493 users; those of 4 and above are kept",
    ML_20M.url,
    4.0,
    ("ml-20m_ratings.parquet", "ml-20m_items.parquet"),
    ML_20M,
)
