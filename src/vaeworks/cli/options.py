"""From the fields of parameters and sources to shell options, and from the words of these to values."""

import dataclasses
import inspect
import json
from contextlib import suppress
from typing import Annotated, Any, get_type_hints

import typer

from ..estimator.parameters import Field, OneOf, Pairs, fields_of
from ..options import pairs

ELSEWHERE = ("random_state", "device", "verbose", "parts")  # options of every verb, and what Python alone can give


def parameter_options(parameters: type) -> list[inspect.Parameter]:
    """An option for each field of a class of parameters; None where it was not said."""
    return [keyword(field.name, annotated(field), None) for field in shown(parameters)]


def shown(parameters: type) -> list[Field]:
    return [field for field in fields_of(parameters) if field.name not in ELSEWHERE]


def annotated(field: Field) -> Any:
    described = f"{field.help} [{'none' if field.default is None else field.default}]"
    if field.kind is bool:
        name = written(field)
        return Annotated[bool | None, typer.Option(f"{name}/--no-{name.removeprefix('--')}", help=described)]
    if isinstance(field.limit, Pairs):
        return Annotated[list[str] | None, typer.Option(written(field), metavar=field.limit.metavar, help=field.help)]
    metavar = {int: "N", float: "X"}.get(field.kind, "WORD")
    if isinstance(field.limit, OneOf):
        metavar = "|".join(field.limit.words)
    return Annotated[str | None, typer.Option(written(field), metavar=metavar, help=described)]


def written(field: Field) -> str:
    """The name of its option."""
    if isinstance(field.limit, Pairs):
        return f"--{field.limit.option}"
    return "--" + field.name.replace("_", "-")


def chosen(parameters: type, words: dict[str, Any]) -> dict[str, Any]:
    """The values of the parameters that were said.

    Raises
    ------
    VaeworksError
        For a word that its field does not allow.
    """
    said = [(field, words[field.name]) for field in shown(parameters) if words.get(field.name) is not None]
    return {field.name: value_of(field, word) for field, word in said}


def value_of(field: Field, word: Any) -> Any:
    value = word
    if isinstance(field.limit, Pairs):
        value = pairs(word, written(field))
    elif field.optional and str(word).lower() == "none":
        value = None
    elif field.kind in (int, float):
        with suppress(ValueError):
            value = field.kind(word)
    elif field.kind is object:
        with suppress(ValueError):
            value = json.loads(word)
    field.check(value, written(field))
    return value


def source_options(source: type) -> list[inspect.Parameter]:
    """The options of a kind's way to read data: the fields of its dataclass, annotated for typer."""
    hints = get_type_hints(source, include_extras=True)
    return [keyword(field.name, hints[field.name], field.default) for field in dataclasses.fields(source)]


def keyword(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
