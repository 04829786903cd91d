"""The one table of the kinds of data, from which `load` and the command line find them."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import VaeworksError
from .pretrained import located


@dataclass(frozen=True)
class Kind:
    """A kind of data: its folder in the package, its public class, and its shell verbs in `commands.py`."""

    name: str
    estimator: str
    verbs: tuple[str, ...]

    def estimator_class(self) -> Any:
        return getattr(import_module(f"vaeworks.{self.name}.estimator"), self.estimator)

    def commands(self) -> ModuleType:
        return import_module(f"vaeworks.{self.name}.commands")


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "text",
            "TextVAE",
            ("fit", "evaluate", "reconstruct", "predict", "encode", "sample", "interpolate", "report"),
        ),
        Kind(
            "image",
            "ImageVAE",
            (
                "fit",
                "evaluate",
                "reconstruct",
                "predict",
                "encode",
                "sample",
                "interpolate",
                "traverse",
                "manifold",
                "report",
            ),
        ),
        Kind(
            "tabular",
            "TabularVAE",
            ("fit", "evaluate", "predict", "encode", "decode", "impute", "anomalies", "sample", "map", "report"),
        ),
    )
}


def kind_of(model: Path | str) -> Kind:
    """The kind of a saved model, without importing torch."""
    from .storage.artifact import read_config

    return kind_named(read_config(located(model))["kind"], model)


def kind_named(name: str, model: Path | str) -> Kind:
    """The kind of this name, which a model has."""
    if name not in KINDS:
        raise VaeworksError(
            f"{model} holds a model of kind {name!r}, which this version does not know: upgrade vaeworks"
        )
    return KINDS[name]


def load(model: Path | str) -> Any:
    """The fitted estimator in a folder that `save` or `vae fit` wrote, or that ships under a name, such as "imdb".

    While another process saves over the folder, it gives the earlier model or the new one, whole.

    Raises
    ------
    VaeworksError
        When the folder is no model, is damaged, or was made by a newer version.
    """
    from .storage import artifact

    return artifact.load(located(model), lambda name: kind_named(name, model).estimator_class())
