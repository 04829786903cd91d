"""Build the command `vae` from the table of kinds, run it, and turn mistakes into one sentence and an exit code."""

import inspect
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import VaeworksError
from ..kinds import KINDS, kind_of
from . import general
from .wrapping import as_command

MISTAKE, INTERRUPTED = 2, 130
GENERAL: dict[str, Callable[..., dict]] = {"info": general.info, "datasets": general.datasets}
EPILOG = "Exit codes: 0 done, 2 a mistake that the message explains, 130 interrupted."


class KindsFirst(TyperGroup):
    """All verbs: those of the kinds, then those that need no kind."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(self.commands, key=lambda verb: verb in GENERAL)


class ByKind(TyperGroup):
    """A verb whose options depend on the kind of data, which its first argument names."""

    first = "kind of data"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            usage = f"vae {ctx.info_name} {self.example()} ... (see vae {ctx.info_name} --help)"
            raise VaeworksError(f"name the {self.first} first: {usage}")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args[0] not in self.commands:
            kinds = ", ".join(self.commands)
            raise VaeworksError(
                f"there is no kind of data {args[0]!r}: choose one of {kinds}, "
                f"as in vae {ctx.info_name} {self.example()} {args[0]}"
            )
        return super().resolve_command(ctx, args)

    def example(self) -> str:
        return next(iter(self.commands))


class ByModel(ByKind):
    """A verb whose options depend on the kind of the model that its first argument names."""

    first = "model"

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name = kind_of(Path(args[0])).name
        if name not in self.commands:
            able = ", ".join(self.commands)
            raise VaeworksError(f"a model of kind {name} cannot {ctx.info_name}: the kinds that can are {able}")
        return name, self.commands[name], args

    def example(self) -> str:
        return "MODEL"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help of every kind's command, since a model is needed to know which applies."""
        for name, command in self.commands.items():
            inner = command.make_context(ctx.info_name, [], parent=ctx.parent, resilient_parsing=True)
            if len(self.commands) > 1:
                typer.echo(f"For models of kind {name}:")
            typer.echo(command.get_help(inner))


def build() -> typer.Typer:
    """The whole command, without importing torch."""
    app = typer.Typer(
        name="vae",
        cls=KindsFirst,
        help="Variational autoencoders for text and more.",
        epilog=EPILOG,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    verbs = list(dict.fromkeys(verb for kind in KINDS.values() for verb in kind.verbs))
    for verb in verbs:
        able = [kind for kind in KINDS.values() if verb in kind.verbs]
        group = typer.Typer(cls=ByKind if verb == "fit" else ByModel, rich_markup_mode=None)
        group.callback()(lambda: None)
        for kind in able:
            group.command(kind.name)(as_command(getattr(kind.commands(), verb)))
        described = inspect.getdoc(getattr(able[0].commands(), verb))
        app.add_typer(group, name=verb, help=described, short_help=summary(described))
    for verb, function in GENERAL.items():
        app.command(verb, short_help=summary(inspect.getdoc(function)))(as_command(function))
    return app


def summary(described: str | None) -> str:
    return (described or "").split("\n\n")[0]


def entry() -> None:
    """Entry point of `vae`: `main`, then out at once.

    Libraries whose threads still run can abort a process that ends the usual way, after all its work was done.
    """
    try:
        main()
    except SystemExit as end:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)


def main() -> None:
    """Parse the words of the command line, run the command, and exit with its code."""
    try:
        run(sys.argv[1:] or ["--help"])
        code = 0
    except typer.Exit as end:
        code = end.exit_code
    except VaeworksError as error:
        code = said(error)
    except KeyboardInterrupt as error:
        code = said(str(error) or "interrupted", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more as it ends
        code = 0
    except OSError as error:
        code = said(f"the system refused: {error}")
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        code = said(error.format_message())
    sys.exit(code)


def run(words: list[str]) -> None:
    """Parse and call; typer's own `main` would hide Ctrl-C."""
    command = typer.main.get_command(build())
    with command.make_context("vae", words) as context:
        command.invoke(context)


def said(error: object, code: int = MISTAKE) -> int:
    typer.echo(f"vae: {error}", err=True)
    return code
