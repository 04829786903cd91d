"""One door to all pairs of texts: a named data set, a local table, or files that are aligned line by line."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..dialects import form_of
from ..registry import NAMED_OF_KIND, check_no_copy, is_named, load_named

if TYPE_CHECKING:
    from ..sets import DataSet
    from .files import Read
    from .pairs import Pairs

SPLITS = ("train", "validation", "test")
OTHERWISE = {"validation": ("validation", "val", "valid", "dev")}
log = logging.getLogger(__name__)


def load_pairs(
    source: str | Path,
    *,
    source_column: str | None = None,
    target: str | None = None,
    encoding: str = "utf-8",
    drop_empty: bool = False,
    data: Path | None = None,
) -> "DataSet[Pairs]":
    """Load named pairs, a local table of pairs, or two files whose lines belong together.

    Parameters
    ----------
    source : str or Path
        The name of a data set; a .tsv, .csv, .jsonl, .ndjson or .parquet with two columns of texts; a file of one
        sentence a line; or a folder that holds train.SOURCE, train.TARGET, and perhaps those of validation and test.
    source_column, target : str, optional
        The columns of a table, otherwise those of the usual names, or the only two; of a file of lines, `target` is
        the file that is aligned with it; of a folder, both are the endings of its files.
    encoding : str
        How text files are encoded.
    drop_empty : bool
        Leave out pairs of which one side is empty, instead of refusing them.
    data : Path, optional
        A local copy of a named data set.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    if is_named(source):
        if source in NAMED_OF_KIND["seq2seq"] and (source_column is not None or target is not None):
            raise VaeworksError(f"{source} knows its own columns: leave out --source and --target")
        return load_named(str(source), "seq2seq", data)
    from ..encodings import check_encoding
    from ..missing import reading
    from ..sets import DataSet

    check_no_copy(source, data)
    check_encoding(encoding)
    path = Path(source)
    with reading(path, "seq2seq"):
        found = read(path, source_column, target, encoding)
        splits = {split: whole(part, drop_empty) for split, part in found.items()}
    return DataSet(path.name or path.resolve().name, splits, None)


def read(path: Path, source: str | None, target: str | None, encoding: str) -> "dict[str, Read]":
    from ..texts.plain import TABLES, columns_of
    from .files import aligned, choose_columns, table

    path.stat()
    if path.is_dir():
        return of_folder(path, source, target, encoding)
    if form_of(path) in TABLES:
        columns = choose_columns(path.name, columns_of(path, encoding), source, target)
        if source is None or target is None:
            log.warning("%s: the source is its column %r, and the target %r", path.name, *columns)
        return {"all": table(path, *columns, encoding)}
    if target is None:
        raise VaeworksError(
            f"{path.name} is no table ({', '.join(sorted(TABLES))}): if it holds a sentence a line, name the file of "
            "their translations with --target"
        )
    return {"all": aligned(path, other_file(path, target), encoding)}


def other_file(path: Path, target: str) -> Path:
    """The file that is aligned with this one: as named from here, or beside it."""
    named = Path(target)
    beside = path.parent / target
    return beside if not named.exists() and beside.exists() else named


def of_folder(path: Path, source: str | None, target: str | None, encoding: str) -> "dict[str, Read]":
    from .files import aligned

    if source is None or target is None:
        raise VaeworksError(f"{path} is a folder: name the endings of its files, as in --source en --target de")
    found = {}
    for split in SPLITS:
        for name in OTHERWISE.get(split, (split,)):
            files = path / f"{name}.{source}", path / f"{name}.{target}"
            if split not in found and files[0].exists():
                found[split] = aligned(*files, encoding)
    if "train" not in found:
        raise VaeworksError(f"{path} holds no train.{source}: name a file of pairs, or a folder with such a one")
    return found


def whole(found: "Read", drop_empty: bool) -> "Pairs":
    """The pairs of which both sides hold something; what is odd is refused, or said with its number."""
    from .pairs import Pairs

    if not found.sources:
        raise VaeworksError(f"{found.name} has no rows: add some")
    pairs = [
        (one, other) if one and other and not one.isspace() and not other.isspace() else None
        for one, other in zip(found.sources, found.targets, strict=True)
    ]
    empty = [row for row, pair in enumerate(pairs) if pair is None]
    if len(empty) == len(pairs):
        raise VaeworksError(f"{found.name} has no pair of which both sides hold something: name other columns")
    if empty and not drop_empty:
        raise VaeworksError(
            f"{found.name} has {len(empty):,} pairs of which one side is empty, the first in {found.place(empty[0])}: "
            "drop such pairs with --drop-empty"
        )
    if empty:
        log.warning("%s: %s of %s pairs are left out, since one side is empty", found.name, len(empty), len(pairs))
    kept = [pair for pair in pairs if pair is not None]
    alike = sum(one.strip() == other.strip() for one, other in kept)
    if alike == len(kept):
        raise VaeworksError(f"{found.name}: every target is its source: name another column with --target")
    if alike:
        log.warning("%s: in %s of %s pairs the target is the source itself", found.name, f"{alike:,}", f"{len(kept):,}")
    return Pairs([one for one, _ in kept], [other for _, other in kept])
