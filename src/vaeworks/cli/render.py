"""What a command prints: for people, or one JSON object for machines."""

import json
import os
from typing import Any

import typer


def show(result: dict, as_json: bool) -> None:
    """Print a result on standard output, once where `torchrun` started several processes."""
    if os.environ.get("RANK", "0") != "0":
        return
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=str))
        return
    for value in result.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            typer.echo("\n\n".join(block(row) for row in value))
        elif isinstance(value, list) and value and isinstance(value[0], str):
            typer.echo("\n".join(value))
    figures = {name: value for name, value in result.items() if not isinstance(value, list | dict)}
    if figures:
        typer.echo(block({spaced(name): value for name, value in figures.items()}))
    for name, value in result.items():
        if isinstance(value, dict) and value:
            typer.echo(f"\n{spaced(name)}\n{block(value, indent=2)}")


def spaced(name: str) -> str:
    return name.replace("_", " ")


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


def worded(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(worded(part) for part in value)
    return "-" if value is None else str(value)
