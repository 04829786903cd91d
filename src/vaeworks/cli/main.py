"""Build the command `vae` from the table of kinds, run it, and turn mistakes into one sentence and an exit code."""

import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import VaeworksError
from ..kinds import KINDS, kind_of
from . import general
from .wrapping import as_command

MISTAKE, INTERRUPTED = 2, 130
EPILOG = "Exit codes: 0 done, 2 a mistake that the message explains, 130 interrupted."


class ByModel(TyperGroup):
    """A verb whose options depend on the kind of the model that its first argument names."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args[0].startswith("-"):
            raise VaeworksError(f"name the model first: vae {ctx.info_name} MODEL ... (see vae {ctx.info_name} --help)")
        name = kind_of(Path(args[0])).name
        if name not in self.commands:
            able = ", ".join(self.commands)
            raise VaeworksError(f"a model of kind {name} cannot {ctx.info_name}: the kinds that can are {able}")
        return name, self.commands[name], args

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
        help="Variational autoencoders for text and more.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    verbs = list(dict.fromkeys(verb for kind in KINDS.values() for verb in kind.verbs))
    for verb in verbs:
        able = [kind for kind in KINDS.values() if verb in kind.verbs]
        group = typer.Typer(cls=None if verb == "fit" else ByModel, rich_markup_mode=None, no_args_is_help=True)
        group.callback()(lambda: None)
        for kind in able:
            group.command(kind.name)(as_command(getattr(kind.commands(), verb)))
        first = getattr(able[0].commands(), verb)
        app.add_typer(group, name=verb, help=(first.__doc__ or "").split("\n\n")[0])
    for function in (general.info, general.datasets):
        app.command()(as_command(function))
    return app


def main() -> None:
    """Entry point of `vae`."""
    try:
        code = build()(standalone_mode=False)
    except VaeworksError as error:
        code = said(error)
    except KeyboardInterrupt:
        typer.echo("vae: interrupted", err=True)
        code = INTERRUPTED
    except typer.Abort:
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        code = said(error.format_message())
    sys.exit(code if isinstance(code, int) else 0)


def said(error: object) -> int:
    typer.echo(f"vae: {error}", err=True)
    return MISTAKE
