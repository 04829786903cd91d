"""How a value is shown to people: alike in the shell, the report and the card."""

from typing import Any


def worded(value: Any) -> str:
    """Four digits of a number, commas in a whole one, a dash where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(worded(part) for part in value)
    return "-" if value is None else str(value)


def spaced(name: str) -> str:
    return name.replace("_", " ")
