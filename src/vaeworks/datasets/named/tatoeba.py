"""tatoeba-en-fr: short English sentences and French translations of them, from tatoeba.org."""

import zipfile
from pathlib import Path
from typing import Any

from ..cache import local_copy
from ..pairs.pairs import Pairs
from ..published import Published, are_cached, verified
from ..sets import DataSet

MEMBER, CONVERTED = "fra-eng/fra.txt", "fra-eng.tsv.gz"
FILE = Published(
    "fra-eng.zip",
    "https://raw.githubusercontent.com/modelexlab/data/gh-pages/fra-eng.zip",
    "161c93f18da3a7e6df611ed961426613260de8af06ccf8c79c977afe5135ac44",
)
ABOUT: dict[str, Any] = {
    "kind": "seq2seq",
    "rows": "167,130 pairs of 116,830 English sentences, in the export of 2019-04-07",
    "splits": "train, validation and test of about 96, 2 and 2% of the English sentences, each in one of them",
    "licence": "CC BY 2.0: manythings.org/anki and tatoeba.org",
    "source": FILE.url,
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds tatoeba/{FILE.file}, or {CONVERTED} (English, tab, "
    "French)",
}


def is_cached() -> bool:
    return are_cached("tatoeba", [FILE])


def load(data: Path | None = None) -> DataSet[Pairs]:
    """The pairs, dealt by their English sentence; a converted copy is not checked for its checksum."""
    import gzip

    copy = local_copy("tatoeba", [(CONVERTED,), (FILE.file,)], data)
    if copy is not None and copy[0].name == CONVERTED:
        return dealt(gzip.decompress(copy[0].read_bytes()).decode())
    [path] = verified("tatoeba", [FILE], data if copy else None)
    with zipfile.ZipFile(path) as archive:
        return dealt(archive.read(MEMBER).decode())


def dealt(content: str) -> DataSet[Pairs]:
    import numpy as np

    from ...held_out import parted_alike

    rows = [line.split("\t")[:2] for line in content.rstrip("\n").split("\n")]
    pairs = Pairs([english for english, _ in rows], [french for _, french in rows])
    _, judged = parted_alike(pairs.X, 0.04)
    _, test = parted_alike(pairs.X, 0.02)
    parts = {
        "train": np.setdiff1d(np.arange(len(rows)), judged),
        "validation": np.setdiff1d(judged, test),
        "test": test,
    }
    return DataSet("tatoeba-en-fr", {split: pairs.take(part) for split, part in parts.items()}, None)
