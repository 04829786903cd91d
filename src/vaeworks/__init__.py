"""Variational autoencoders as real, usable software.

>>> from vaeworks import TextVAE, load
"""

from importlib import import_module
from typing import Any

from .errors import VaeworksError, VaeworksWarning, warn_of_what_is_logged
from .kinds import KINDS, load

__version__ = "0.1.0"
_KIND_OF = {kind.estimator: kind for kind in KINDS.values()}
_FURTHER = {"Session": "storage.session", "TabularImputer": "tabular.imputer"}
__all__ = ["Session", "TabularImputer", "VaeworksError", "VaeworksWarning", "load", *_KIND_OF]

warn_of_what_is_logged()


def __getattr__(name: str) -> Any:
    """Import an estimator, or what stands beside it, and torch with it, only when it is asked for."""
    if name in _KIND_OF:
        return _KIND_OF[name].estimator_class()
    if name in _FURTHER:
        return getattr(import_module(f"vaeworks.{_FURTHER[name]}"), name)
    raise AttributeError(f"module 'vaeworks' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
