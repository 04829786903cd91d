"""The public archive of imdb: how it is downloaded, checked, and written as three parquet files."""

import logging
import re
import tarfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..downloads import check_digest, fetch

LABELS = {"neg": 0, "pos": 1}
REVIEW = re.compile(r"aclImdb/(train|test)/(neg|pos|unsup)/(\d+)_(\d+)\.txt")
FILMS = re.compile(r"aclImdb/(train|test)/urls_(neg|pos|unsup)\.txt")
FILM = re.compile(rb"tt\d+")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Archive:
    """A public archive and its checksum."""

    url: str
    md5: str

    @property
    def file(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def host(self) -> str:
        return str(urlsplit(self.url).hostname)


ACL_IMDB = Archive(
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    md5="7c2ac02c03563afcf9b574c7e56c153a",
)


def download(archive: Archive, folder: Path) -> Path:
    """Get the archive into a subfolder of `folder`; a damaged one is removed."""
    log.info("imdb: downloading %s (84 MB) from %s", archive.file, archive.host)
    place = folder / "download"
    place.mkdir()
    path = place / archive.file
    fetch("imdb", archive.url, path)
    return path


def keep(path: Path, archive: Archive, folder: Path) -> None:
    """Check an archive and write its reviews into a folder as train, test and unsup.parquet.

    The archive is read once, front to back, and none of its files is unpacked. Its reviews are in no
    order, so they lie in memory (500 MB at the most) until all are read.
    """
    check_digest(path, "md5", archive.md5)
    reviews: dict[tuple[str, str], dict[int, tuple[int, str]]] = defaultdict(dict)
    films: dict[tuple[str, str], list[str]] = {}
    with tarfile.open(path, "r|gz") as tar:
        for member in tar:
            if found := REVIEW.fullmatch(member.name):
                split, kind, number, rating = found.groups()
                reviews[split, kind][int(number)] = int(rating), content(tar, member).decode()
            elif found := FILMS.fullmatch(member.name):
                urls = content(tar, member).splitlines()
                films[found[1], found[2]] = [film[0].decode() for url in urls if (film := FILM.search(url))]
    for file, split, kinds in (
        ("train.parquet", "train", ["neg", "pos"]),
        ("test.parquet", "test", ["neg", "pos"]),
        ("unsup.parquet", "train", ["unsup"]),
    ):
        rows = [
            row(kind, number, *reviews[split, kind][number], films[split, kind][number])
            for kind in kinds
            for number in sorted(reviews[split, kind])
        ]
        write(folder / file, rows)


def content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return b"" if file is None else file.read()


def row(kind: str, number: int, rating: int, text: str, film: str) -> dict[str, Any]:
    if kind not in LABELS:
        return {"text": text, "id": number, "movie": film}
    return {"text": text, "label": LABELS[kind], "rating": rating, "id": number, "movie": film}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(),
        "label": pa.int8(),
        "rating": pa.int8(),
        "id": pa.int32(),
        "movie": pa.string(),
    }
    schema = pa.schema([(column, kinds[column]) for column in rows[0]])
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd")
