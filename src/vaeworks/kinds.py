"""The one table of the kinds of data, from which `load` and the command line find them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import VaeworksError
from .pretrained import located


@dataclass(frozen=True)
class Kind:
    """A kind of data.

    Attributes
    ----------
    word : str
        What the shell and saved models call it.
    folder : str
        Where it lies in the package.
    estimator : str
        Its public class.
    about : str
        What its models are of, in a word or two.
    """

    word: str
    folder: str
    estimator: str
    about: str

    def module(self, name: str) -> ModuleType:
        return import_module(f"vaeworks.{self.folder}.{name}")

    def estimator_class(self) -> Any:
        return getattr(self.module("estimator"), self.estimator)

    def commands(self) -> ModuleType:
        return self.module("commands")

    def parameters(self) -> type:
        """The dataclass of its parameters, which imports nothing heavy."""
        return getattr(self.module("parameters"), self.estimator.removesuffix("VAE") + "Parameters")

    def presets(self) -> Mapping[str, Any]:
        """Its named settings, where it has some."""
        return getattr(self.commands(), "PRESETS", {})

    def own_verbs(self) -> dict[str, Callable[..., dict]]:
        """The verbs that it alone has: the public functions of its `commands.py`."""
        module = self.commands()
        functions = inspect.getmembers(module, inspect.isfunction)
        named = {name: found for name, found in functions if found.__module__ == module.__name__}
        return {name: found for name, found in named.items() if not name.startswith("_")}


KINDS = {
    kind.word: kind
    for kind in (
        Kind("text", "text", "TextVAE", "texts"),
        Kind("image", "image", "ImageVAE", "images"),
        Kind("tabular", "tabular", "TabularVAE", "tables"),
        Kind("recommender", "recommender", "RecommenderVAE", "interactions"),
        Kind("denoiser", "denoiser", "ImageDenoiser", "noisy pictures"),
        Kind("codec", "codec", "ImageCodec", "picture files"),
        Kind("seq2seq", "seq2seq", "Seq2SeqVAE", "pairs of texts"),
        Kind("forecast", "forecast", "ForecastVAE", "series"),
    )
}


def kind_of(model: Path | str) -> Kind:
    """The kind of a saved model, without importing torch."""
    from .storage.artifact import read_config

    return kind_named(read_config(located(model))["kind"], model)


def kind_named(word: str, model: Path | str) -> Kind:
    """The kind of this word, which a model has."""
    if word not in KINDS:
        raise VaeworksError(
            f"{model} holds a model of kind {word!r}, which this version does not know: upgrade vaeworks"
        )
    return KINDS[word]


def load(model: Path | str, parts: dict[str, Any] | None = None) -> Any:
    """The fitted estimator in a folder that `save` or `vae fit` wrote, or that ships under a name, such as "imdb".

    While another process saves over the folder, it gives the earlier model or the new one, whole.

    Parameters
    ----------
    model : path or str
    parts : dict or None
        The parts of its maker's own, as the estimator was given them: a name in a file is never imported.

    Raises
    ------
    VaeworksError
        When the folder is no model, is damaged, was made by a newer version, or lacks parts of its maker's own.
    """
    from .storage import artifact

    found = artifact.load(located(model), lambda name: kind_named(name, model).estimator_class(), parts)
    found.origin_ = str(model)
    return found
