"""What a command prints: for people, or one JSON object for machines."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any

import typer

from ..finite import nulled
from ..storage.old_names import current
from ..wording import plain, spaced, worded

IN_MEMORY, AT_ONCE = 2**26, 2**20  # bytes; characters


def show(result: dict, as_json: bool) -> None:
    """Print a result on standard output, once where `torchrun` started several processes.

    Rows may be an iterator, whose length takes no memory. Nothing is printed before all of them are known.
    """
    if os.environ.get("RANK", "0") != "0":
        return
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline="") as whole:
        for part in as_object(result) if as_json else map(plain, as_words(current(result))):
            whole.write(part)
        whole.seek(0)
        while part := whole.read(AT_ONCE):
            printed(part)


def as_object(result: dict) -> Iterator[str]:
    """One JSON object in a line, in parts."""
    opening = "{"
    for name, value in result.items():
        yield f"{opening}{as_json(name)}: "
        opening = ", "
        if isinstance(value, Iterator):
            yield "["
            yield from joined(map(as_json, value), ", ")
            yield "]"
        else:
            yield as_json(value)
    yield "{}\n" if opening == "{" else "}\n"


def as_words(result: dict) -> Iterator[str]:
    """For people, on whose terminal what a file holds gives no orders: rows or texts, figures, what has a name."""
    for value in result.values():
        if isinstance(value, Iterator | list):
            yield from listed(iter(value))
    figures = {name: value for name, value in result.items() if not isinstance(value, list | dict | Iterator)}
    if figures:
        yield block(named(figures)) + "\n"
    for name, value in result.items():
        if isinstance(value, dict) and value:
            own = named(value) if name == "figures" else value  # others have names of the user's, as columns are
            yield f"\n{spaced(name)}\n{block(own, indent=2)}\n"


def listed(rows: Iterator) -> Iterator[str]:
    """Rows with empty lines between them, or texts."""
    first = next(rows, None)
    if isinstance(first, dict):
        yield from joined(map(block, chain([first], rows)), "\n\n")
        yield "\n"
    elif isinstance(first, str):
        yield from joined(chain([first], rows), "\n")
        yield "\n"


def joined(parts: Iterable[str], between: str) -> Iterator[str]:
    for place, part in enumerate(parts):
        yield between + part if place else part


def as_json(value: Any) -> str:
    return json.dumps(nulled(value), ensure_ascii=not prints_unicode(), default=str, allow_nan=False)


def named(figures: dict[str, Any]) -> dict[str, Any]:
    return {spaced(name): value for name, value in figures.items()}


def printed(text: str) -> None:
    """Print on standard output, and escape what its encoding lacks: that of a pipe on Windows has few characters."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)


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
