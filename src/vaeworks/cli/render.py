"""What a command prints: for people, or one JSON object for machines."""

import json
import os
import sys
from typing import Any

import typer

from ..finite import nulled
from ..storage.old_names import current
from ..wording import plain, spaced, worded


def show(result: dict, as_json: bool) -> None:
    """Print a result on standard output, once where `torchrun` started several processes."""
    if os.environ.get("RANK", "0") != "0":
        return
    if as_json:
        printed(json.dumps(nulled(result), ensure_ascii=not prints_unicode(), default=str, allow_nan=False))
        return
    result = current(result)
    for value in result.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            told("\n\n".join(block(row) for row in value))
        elif isinstance(value, list) and value and isinstance(value[0], str):
            told("\n".join(value))
    figures = {name: value for name, value in result.items() if not isinstance(value, list | dict)}
    if figures:
        told(block(named(figures)))
    for name, value in result.items():
        if isinstance(value, dict) and value:
            own = named(value) if name == "figures" else value  # others have names of the user's, as columns are
            told(f"\n{spaced(name)}\n{block(own, indent=2)}")


def named(figures: dict[str, Any]) -> dict[str, Any]:
    return {spaced(name): value for name, value in figures.items()}


def told(text: str) -> None:
    """Print for people, on whose terminal what a file holds gives no orders."""
    printed(plain(text))


def printed(text: str) -> None:
    """Print on standard output, and escape what its encoding lacks: that of a pipe on Windows has few characters."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding))


def prints_unicode() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().startswith("utf")


def block(entries: dict[str, Any], indent: int = 0) -> str:
    """Names and values in two columns; a probability stands behind what it belongs to."""
    lines: list[list[str]] = []
    for name, value in entries.items():
        if name == "probability" and lines:
            lines[-1][1] += f" ({value:.2f})"
        else:
            lines.append([name, worded(value)])
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{'':<{indent}}{name:<{width}}  {value}" for name, value in lines)
