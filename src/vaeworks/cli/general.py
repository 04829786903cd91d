"""The verbs that need no kind of data."""

from pathlib import Path
from typing import Annotated

import typer


def info(
    name: Annotated[
        str, typer.Argument(metavar="MODEL", help="Folder of a fitted model, or the name of one that ships.")
    ],
) -> dict:
    """Show what a model is, how it was made, and every figure that was measured.

    Where a data set has the name too, it is shown beside the model that ships, or alone.

    Examples:

      vae info models/rotten --json

      vae info imdb
    """
    from ..datasets import describe, is_named
    from ..pretrained import located

    folder, named = located(name), is_named(name)
    model = about(folder) if folder.exists() or not named else {}
    return {**model, **({"data set": describe(name)} if named else {})}


def about(folder: Path) -> dict:
    from ..storage.artifact import CARD, CONFIG, measured, read_config, read_metrics
    from ..storage.digests import id_of
    from ..storage.folders import read_at_once

    config, metrics = read_at_once(folder / CONFIG, lambda: (read_config(folder), read_metrics(folder)))
    return {
        "kind": config["kind"],
        "id": id_of(config) or "none: it was saved before models had digests",
        "made by": ", ".join(f"{name} {value}" for name, value in config["made_by"].items()),
        "fitted on": (metrics["fit"].get("source") or {}).get("source"),
        "epochs": len(metrics["history"]),
        "card": str(folder / CARD),
        "parameters": config["parameters"],
        "figures": measured(metrics),
    }


def datasets(name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None) -> dict:
    """List the named data sets, or describe one.

    Examples:

      vae datasets

      vae datasets imdb
    """
    from ..datasets import NAMED, describe

    return describe(name) if name else {"rows": [describe(known) for known in NAMED]}
