"""The models that ship with the package, one folder each, found by name."""

from pathlib import Path

HERE = Path(__file__).parent
CONFIG = "config.json"


def names() -> list[str]:
    return sorted(config.parent.name for config in HERE.glob(f"*/{CONFIG}"))


def located(model: Path | str) -> Path:
    """The folder of a model: one that was fitted, or else the one that ships under this name."""
    folder = Path(model)
    fitted = (folder / CONFIG).is_file()
    return HERE / str(model) if not fitted and str(model) in names() else folder


def ships(model: Path | str) -> bool:
    """Whether this names a model of the package, which is not to be written to."""
    return located(model).parent == HERE
