"""Local files and folders as data sets."""

import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from ...errors import VaeworksError
from ..dialects import form_of
from ..encodings import check_encoding
from ..listing import glimpse, mode, visible
from ..missing import ending_of, reading
from ..sets import DataSet
from .columns import check_kinds, choose_columns, listed
from .folders import ClassFolders
from .lines import JsonSource, TextSource
from .parquet import ParquetSource
from .rows import Rows
from .separated import SeparatedSource
from .survey import Survey, is_empty, plain, survey, type_of_labels

SPLITS = ("train", "validation", "test", "unlabelled")


class Source(Protocol):
    """A local file or folder of class folders; `typed` says whether its labels carry their type."""

    path: Path
    typed: bool

    def columns(self) -> dict[str, str]: ...

    def read(self, text: str, label: str | None) -> Iterator[pa.RecordBatch]: ...

    def place(self, row: int) -> str: ...


FORMATS: dict[str, Callable[[Path, str], Source]] = {
    ".csv": SeparatedSource,
    ".tsv": SeparatedSource,
    ".jsonl": JsonSource,
    ".ndjson": JsonSource,
    ".parquet": lambda path, encoding: ParquetSource(path),
    ".txt": TextSource,
}


def load_local(path: Path, text: str | None, label: str | None, encoding: str, drop_empty: bool) -> DataSet[Rows]:
    """Check a local source in one pass over each of its files, and offer its splits."""
    check_encoding(encoding)
    with reading(path, "text"):
        return checked(path.name or path.resolve().name, find_sources(path, encoding), text, label, drop_empty)


def checked(
    name: str, sources: dict[str, Source], text: str | None, label: str | None, drop_empty: bool
) -> DataSet[Rows]:
    """The data set, once every text is there and the labels of all splits together are classes."""
    columns = {split: source.columns() for split, source in sources.items()}
    first = next(iter(sources))
    text, label = choose_columns(sources[first].path.name, columns[first], text, label)
    # Only the first split must have labels: test files are often handed out without them.
    labels = {split: label if label in columns[split] else None for split in sources}
    found = {}
    for split, source in sources.items():
        check_kinds(source.path.name, columns[split], text, labels[split])
        found[split] = survey(source.read(text, labels[split]), source.typed)
        check_texts(source, found[split], drop_empty)
    kind = None
    if label is not None:
        typed = any(source.typed for split, source in sources.items() if labels[split])
        kind = type_of_labels(name, label, list(found.values()), typed)
    splits = {}
    for split, source in sources.items():
        read = partial(clean_batches, source, text, labels[split], kind)
        splits[split] = Rows(read, found[split].rows, labels[split] is not None)
    return DataSet(name, splits, label)


def clean_batches(source: Source, text: str, label: str | None, kind: pa.DataType | None) -> Iterator[pa.RecordBatch]:
    """The rows that have a text, with labels of one type."""
    for batch in source.read(text, label):
        batch = batch.filter(pc.invert(is_empty(batch["text"])))
        if label is not None:
            values = plain(batch["label"], source.typed).cast(kind)
            batch = pa.record_batch({"text": batch["text"], "label": values})
        yield batch


def check_texts(source: Source, found: Survey, drop_empty: bool) -> None:
    name = source.path.name
    if not found.rows and not found.empty:
        raise VaeworksError(f"{name} has the columns {listed(source.columns())} but no rows: add some")
    if not found.rows:
        raise VaeworksError(
            f"{name} holds no text: all its {found.empty:,} texts are empty. Name another column with --text"
        )
    if found.first_empty is not None and not drop_empty:
        texts = "1 empty text" if found.empty == 1 else f"{found.empty:,} empty texts, the first"
        raise VaeworksError(
            f"{name} has {texts} in {source.place(found.first_empty)}: drop such rows with --drop-empty"
        )


def find_sources(path: Path, encoding: str) -> dict[str, Source]:
    """The splits of a file or folder, and what each is read from."""
    path.stat()
    if not path.is_dir():
        return {"all": file_source(path, encoding)}
    return split_files(path, encoding) or {"all": class_folders(path, encoding)}


def file_source(path: Path, encoding: str) -> Source:
    if form_of(path) not in FORMATS:
        raise VaeworksError(f"{path.name} is a file {ending_of(path)}: files that can be read are {listed(FORMATS)}")
    if not stat.S_ISREG(mode(path)):
        raise VaeworksError(f"{path.name} is a pipe or a device, of which rows are read once only: write a file first")
    with path.open("rb") as file:
        if not file.read(1):
            raise VaeworksError(f"{path.name} is empty: it has no header and no rows")
    return FORMATS[form_of(path)](path, encoding)


def split_files(path: Path, encoding: str) -> dict[str, Source]:
    named = [entry for entry in visible(path) if plain_name(entry) in SPLITS and form_of(entry) in FORMATS]
    files = [entry for entry in named if stat.S_ISREG(mode(entry))]
    splits: dict[str, Source] = {}
    for split in SPLITS:
        of_split = [file for file in files if plain_name(file) == split]
        if len(of_split) > 1:
            raise VaeworksError(f"{path} has two {split} files: {listed(file.name for file in of_split)}. Keep one")
        if of_split:
            splits[split] = file_source(of_split[0], encoding)
    if splits and "train" not in splits:
        found = listed(source.path.name for source in splits.values())
        raise VaeworksError(f"{path} holds {found} but no train file: add one, or name a single file")
    return splits


def plain_name(path: Path) -> str:
    """Without its endings: train of train.csv.gz."""
    return path.name.partition(".")[0]


def class_folders(path: Path, encoding: str) -> Source:
    folders = ClassFolders(path, encoding)
    if not folders.files:
        raise VaeworksError(
            f"{path} holds no texts: it should hold class folders of .txt files (such as pos and neg) "
            f"or train.csv, test.csv and the like, but it holds {glimpse(path)}"
        )
    return folders
