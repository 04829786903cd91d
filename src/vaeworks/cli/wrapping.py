"""From a kind's plain function to a shell command: load the model, set the machine up, print the result."""

import functools
import inspect
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ..wording import plain
from .render import show

MODEL = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="Folder of a fitted model, or the name of one that ships.", show_default=False
    ),
]
SHARED = {
    "seed": (Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Makes a run repeatable.")], 0),
    "device": (Annotated[str, typer.Option("--device", help="auto, cpu, cuda or mps.")], "auto"),
    "threads": (Annotated[int | None, typer.Option("--threads", min=1, help="CPU threads.")], None),
    "as_json": (Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")], False),
    "verbose": (Annotated[bool, typer.Option("--verbose", "-v", help="Say more while working.")], False),
}


class InTheShell(logging.Formatter):
    """A parameter that a message names is called as its option is."""

    def format(self, record: logging.LogRecord) -> str:
        text = plain(super().format(record))
        return re.sub("`([a-z_]+)`", lambda name: "--" + name[1].replace("_", "-"), text)


def as_command(function: Callable[..., dict]) -> Callable[..., None]:
    """A command with the function's parameters and the shared options; `model` becomes the folder of one."""
    parameters = inspect.signature(function, eval_str=False).parameters
    own = [adapted(parameter) for parameter in parameters.values()]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in SHARED.items()
        if name not in parameters
    ]

    @functools.wraps(function)
    def command(**arguments: Any) -> None:
        shared = {name: arguments.get(name, default) for name, (_, default) in SHARED.items()}
        with_machine(shared)
        given = {name: value for name, value in arguments.items() if name in parameters}
        folder = given.get("model")
        if folder is None:
            return show(function(**given), shared["as_json"])
        given["model"] = model = loaded(folder, shared)
        known = model.metrics_
        result = function(**given)
        show(result, shared["as_json"])
        if model.metrics_ is not known:
            remember(folder, model)

    command.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *added)}
    return command


def adapted(parameter: inspect.Parameter) -> inspect.Parameter:
    """As a keyword; the shared options keep their one description wherever a function takes them."""
    annotation = parameter.annotation
    if parameter.name == "model":
        annotation = MODEL
    elif parameter.name in SHARED:
        annotation = SHARED[parameter.name][0]
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def with_machine(shared: dict[str, Any]) -> None:
    """Logging to standard error, and the number of threads before torch is imported."""
    level = logging.INFO if shared["verbose"] else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(InTheShell("vae: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    if shared["threads"]:
        os.environ["OMP_NUM_THREADS"] = str(shared["threads"])
        os.environ["RAYON_NUM_THREADS"] = str(shared["threads"])


def loaded(folder: Path, shared: dict[str, Any]) -> Any:
    from ..fitting.devices import pick_device
    from ..kinds import load

    model = load(folder).to(pick_device(shared["device"]))
    return model.set_params(random_state=shared["seed"], verbose=sys.stderr.isatty())


def remember(folder: Path, model: Any) -> None:
    from ..pretrained import ships
    from ..storage.artifact import write_metrics

    if not ships(folder):
        write_metrics(folder, model.metrics_, model)
