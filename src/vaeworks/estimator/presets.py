"""Parameters that were measured together, by name; what a preset leaves out keeps its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import VaeworksError


@dataclass(frozen=True)
class Preset:
    """Settings for `vae fit`.

    Attributes
    ----------
    parameters : dict
        Of the estimator.
    unlabelled : int or None
        How many examples without a label are trained on too, where a data set has a part of such; None for all.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    unlabelled: int | None = None


def preset_for(presets: Mapping[str, Preset], source: str, name: str | None, further: bool) -> Preset:
    """The preset of that name; by default the source's own, or the one for going on from another model."""
    if name is None:
        name = "from" if further else source if source in presets else "default"
    if name in ("default", "from"):
        return presets.get(name, Preset())
    if name not in presets:
        raise VaeworksError(f"there is no preset {name!r}: choose one of {', '.join({'default': None, **presets})}")
    return presets[name]
