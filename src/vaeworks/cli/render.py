"""What a command prints: for people, or one JSON object for machines."""

import json
from typing import Any

import typer


def show(result: dict, as_json: bool) -> None:
    """Print a result on standard output."""
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=str))
        return
    for value in result.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            typer.echo("\n\n".join(block(row) for row in value))
        elif isinstance(value, list) and value and isinstance(value[0], str):
            typer.echo("\n".join(value))
    figures = {name.replace("_", " "): value for name, value in result.items() if not isinstance(value, list)}
    if figures:
        typer.echo(block(figures))


def block(entries: dict[str, Any]) -> str:
    """Names and values in two columns; a probability stands behind what it belongs to."""
    lines: list[list[str]] = []
    for name, value in entries.items():
        if name == "probability" and lines:
            lines[-1][1] += f" ({value:.2f})"
        elif isinstance(value, dict):
            lines += [[f"{name} {inner}", worded(part)] for inner, part in value.items()]
        else:
            lines.append([name, worded(value)])
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


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
