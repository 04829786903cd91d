"""The data that a model was fitted on, and further data that are read alike."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ..errors import MissingColumnError, VaeworksError
from .fitted import Fitted

if TYPE_CHECKING:
    from ..datasets import DataSet, Part


class Source(Protocol):
    """How files of a kind are read: a dataclass of options."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def load(self, source: str, model: Any = None) -> "DataSet": ...


def judged_by(model: Fitted, name: str | None, source: Source) -> tuple["Part", dict[str, str]]:
    """Rows to judge a model by: those given, or the part of its own data that it was not trained on."""
    found = read_own(model, source) if name is None else read_alike(model, name, source)
    part, split = found.unseen(model.validation_fraction if name is None else None)
    own = (model.metrics_["fit"].get("source") or {}).get("source")
    if name is not None and name == own and split in ("train", "all"):
        split += ", on which the model was fitted"
    return part, {"dataset": found.name, "split": split}


def read_own(model: Fitted, source: Source) -> "DataSet":
    """The data that the model was fitted on, read as they were.

    Raises
    ------
    VaeworksError
        When it does not say what they were.
    """
    own = model.metrics_["fit"].get("source") or {}
    if "source" not in own:  # a session in Python may say nothing, or other things
        raise VaeworksError("this model does not say what it was fitted on: name the data to use")
    return inherited(source, own, {field.name for field in fields(source)}).load(own["source"], model)


def read_alike(model: Fitted, name: str, source: Source) -> "DataSet":
    """Further data, by the columns that the model was fitted on, where they have them and no others are named."""
    own = model.metrics_["fit"].get("source")
    if own is not None:
        with suppress(MissingColumnError):
            return inherited(source, own, {field.name for field in fields(source)} - {"data"}).load(name, model)
    return source.load(name, model)


def inherited(source: Source, own: dict[str, Any], names: set[str]) -> Source:
    """A way to read data that is the model's own where it says nothing else."""
    usual = type(source)()
    unsaid = [name for name in names if getattr(source, name) == getattr(usual, name) and own.get(name) is not None]
    return replace(source, **{name: Path(own[name]) if name == "data" else own[name] for name in unsaid})


def ids_in(source: str, parts: Sequence["Part"], columns: Sequence[str], encoding: str) -> dict[str, list]:
    """What the rows of a source are called: by itself, as files of pictures and users are, and by columns of a file.

    Raises
    ------
    VaeworksError
        Where the source is no file, lacks a column, or has other rows than were read of it.
    """
    from ..datasets.headers import no_column
    from ..datasets.tables.files import read_as_written

    own = {name: [each for part in parts for each in part.ids[name]] for name in parts[0].ids}
    if not columns:
        return own
    if not Path(source).is_file():
        raise VaeworksError(f"{source} is no file with columns: leave out --id")
    table = read_as_written(Path(source), encoding)
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise no_column(source, missing, table.column_names, "Name another with --id")
    rows = sum(len(part) for part in parts)
    if rows != table.num_rows:
        raise VaeworksError(f"{source} has {table.num_rows} rows, of which {rows} are read: leave out --id")
    return {**own, **{name: table.column(name).to_pylist() for name in columns}}
