"""From a kind's plain function to a shell command: load the model, set the machine up, print the result."""

import functools
import inspect
import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import VaeworksError
from ..formulas import formulas_as_words
from ..memory import at_most
from ..wording import plain
from .options import keyword
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
    "most_memory": (
        Annotated[
            str | None,
            typer.Option("--most-memory", metavar="SIZE", help="Memory that a file may ask for: 8G. [3/4 of all]"),
        ],
        None,
    ),
    "formulas_as_words": (
        Annotated[
            bool,
            typer.Option(
                "--formulas-as-words", help="In a csv, write ' before words that a spreadsheet takes for formulas."
            ),
        ],
        False,
    ),
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
        keyword(name, annotation, default)
        for name, (annotation, default) in SHARED.items()
        if name not in parameters and (name != "formulas_as_words" or may_be_csv(parameters.get("out")))
    ]

    @functools.wraps(function)
    def command(**arguments: Any) -> None:
        shared = {name: arguments.get(name, default) for name, (_, default) in SHARED.items()}
        with_machine(shared)
        given = {name: value for name, value in arguments.items() if name in parameters}
        with at_most(shared["most_memory"]), formulas_as_words(shared["formulas_as_words"]):
            called(function, given, shared)

    command.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *added)}
    return command


def called(function: Callable[..., dict], given: dict[str, Any], shared: dict[str, Any]) -> None:
    """Call it, with the model in the place of its folder, and show what it gives."""
    folder = given.get("model")
    if folder is None:
        return show(function(**given), shared["as_json"])
    given["model"] = model = loaded(folder, shared)
    known = model.metrics_
    show(function(**given), shared["as_json"])
    if model.metrics_ is not known:
        remember(folder, model)


def may_be_csv(out: inspect.Parameter | None) -> bool:
    """Whether that is the option of a file to write which can be a csv."""
    if out is None:
        return False
    [option] = out.annotation.__metadata__
    with suppress(VaeworksError):
        return option.callback is not None and option.callback(Path("a.csv")) is not None
    return False


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
