"""Parameters of `ImageDenoiser` that were measured together."""

from ..estimator.presets import Preset

PRESETS: dict[str, Preset] = {}
