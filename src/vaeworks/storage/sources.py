"""The data that a model was fitted on, and further data that are read alike."""

import logging
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingColumnError, VaeworksError

if TYPE_CHECKING:
    from ..datasets import DataSet, Part

log = logging.getLogger(__name__)


def judged_by(model: Any, name: str | None, source: Any) -> tuple["Part", dict[str, str]]:
    """Rows to judge a model by: those given, or the part of its own data that it was not trained on."""
    found = read_own(model, source) if name is None else read_alike(model, name, source)
    own = (model.metrics_["fit"].get("source") or {}).get("source")
    if name is not None and name == own:
        log.warning(
            "%s is what the model was fitted on: all of it is measured, what it was trained on too; leave out the name "
            "for the part that it has not seen",
            name,
        )
    part, split = found.unseen(model.validation_fraction if name is None else None)
    return part, {"dataset": found.name, "split": split}


def read_own(model: Any, source: Any) -> "DataSet":
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


def read_alike(model: Any, name: str, source: Any) -> "DataSet":
    """Further data, by the columns that the model was fitted on, where they have them and no others are named."""
    own = model.metrics_["fit"].get("source")
    if own is not None:
        with suppress(MissingColumnError):
            return inherited(source, own, {field.name for field in fields(source)} - {"data"}).load(name, model)
    return source.load(name, model)


def inherited(source: Any, own: dict[str, Any], names: set[str]) -> Any:
    """A way to read data that is the model's own where it says nothing else."""
    usual = type(source)()
    unsaid = [name for name in names if getattr(source, name) == getattr(usual, name) and own.get(name) is not None]
    return replace(source, **{name: Path(own[name]) if name == "data" else own[name] for name in unsaid})
