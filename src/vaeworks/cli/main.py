"""Build the command `vae` from the table of kinds, run it, and turn mistakes into one sentence and an exit code."""

import inspect
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..errors import VaeworksError
from ..kinds import KINDS, Kind, kind_of
from ..wording import plain
from . import archives, general
from .help import HELP, by_kind, examples_of
from .several import Several
from .verbs import SHARED, SHORT, shared_verb
from .wrapping import as_command

MISTAKE, INTERRUPTED = 2, 130
COMPLETING = "_VAE_COMPLETE"  # what the installed completion sets
GENERAL: dict[str, Callable[..., dict]] = {
    "info": general.info,
    "datasets": general.datasets,
    "decompress": archives.decompress,
    "codec-info": archives.codec_info,
}
EPILOG = "Exit codes: 0 done, 2 a mistake that the message explains, 130 interrupted."


class Grouped(TyperGroup):
    """All verbs in groups: those of every kind, those of some, and those that need no kind."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        rows = {verb: command.get_short_help_str(formatter.width) for verb, command in self.commands.items()}
        shared, general = [verb for verb in rows if is_shared(verb)], list(GENERAL)
        groups = {"For every kind": shared}
        for kind in KINDS.values():
            groups[f"For {kind.about}"] = [verb for verb in kind.own_verbs() if verb in rows and verb not in shared]
        groups["For anything"] = [*general, *(verb for verb in rows if verb.startswith("-"))]
        for title, verbs in groups.items():
            if not verbs:
                continue  # a kind may have shared ones only
            with formatter.section(title):
                formatter.write_dl([(verb, rows[verb]) for verb in verbs])


def is_shared(verb: str) -> bool:
    return verb in SHARED or all(verb in kind.own_verbs() for kind in KINDS.values())


class ByKind(TyperGroup):
    """A verb whose options depend on the kind of data, which its first argument names."""

    first = "kind of data"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        unnamed = not args or (args[0].startswith("-") and args[0] not in HELP)
        if unnamed and not ctx.resilient_parsing:
            usage = f"vae {ctx.info_name} {self.example()} ... (see vae {ctx.info_name} --help)"
            raise VaeworksError(f"name the {self.first} first: {usage}")
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args[0] not in self.commands and not ctx.resilient_parsing:
            kinds = ", ".join(self.commands)
            raise VaeworksError(
                f"there is no kind of data {args[0]!r}: choose one of {kinds}, "
                f"as in vae {ctx.info_name} {self.example()} {args[0]}"
            )
        return super().resolve_command(ctx, args)

    def example(self) -> str:
        return next(iter(self.commands))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Examples"):
            for command in self.commands.values():
                formatter.write(f"{'':{formatter.current_indent}}{examples_of(command)[0]}\n")


class ByModel(ByKind):
    """A verb whose options depend on the kind of the model that its first argument names."""

    first = "model"

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        try:
            return self._of_its_kind(ctx, args)
        except VaeworksError:
            if ctx.resilient_parsing:  # a word is being completed
                return None, None, []
            raise

    def _of_its_kind(self, ctx: Any, args: list[str]) -> tuple[str, Any, list[str]]:
        name = kind_of(Path(args[0])).word
        if name not in self.commands:
            able = ", ".join(self.commands)
            raise VaeworksError(f"a model of kind {name} cannot {ctx.info_name}: the kinds that can are {able}")
        return name, self.commands[name], args

    def example(self) -> str:
        return "MODEL"

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Options; in the place of a model none of the kinds, so that the shell offers files."""
        return super().shell_complete(ctx, incomplete) if incomplete.startswith("-") else []

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """What all kinds share once, and then what each has of its own: a model is needed to know which applies."""
        by_kind(self, ctx, formatter)


def build(only: str | None = None) -> typer.Typer:
    """The whole command, or one verb of it with the names of the others, without importing torch."""
    app = typer.Typer(
        name="vae",
        cls=Grouped,
        help=f"Variational autoencoders of {listed([kind.about for kind in KINDS.values()])}: fit one, and use it.",
        epilog=EPILOG,
        context_settings={"help_option_names": list(HELP)},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(versioned)
    for verb, able in verbs().items():
        group = typer.Typer(cls=ByKind if verb == "fit" else ByModel, rich_markup_mode=None)
        group.callback()(lambda: None)
        for word in able if only in (None, verb) else ():
            group.command(word, cls=Several)(as_command(verb_of(KINDS[word], verb)))
        described = SHORT.get(verb) or summary(inspect.getdoc(KINDS[able[0]].own_verbs()[verb]))
        app.add_typer(group, name=verb, help=described, short_help=described)
    for verb, function in GENERAL.items():
        app.command(verb, short_help=summary(inspect.getdoc(function)))(as_command(function))
    return app


def versioned(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.", is_eager=True)] = False,
) -> None:
    if version:
        from .. import __version__

        typer.echo(f"vaeworks {__version__}")
        raise typer.Exit


def verbs() -> dict[str, list[str]]:
    """Every verb, and the kinds that have it; shared ones first."""
    found = {verb: [word for word, kind in KINDS.items() if verb in kind.commands().EXAMPLES] for verb in SHARED}
    for word, kind in KINDS.items():
        for verb in kind.own_verbs():
            found.setdefault(verb, []).append(word)
    return dict(sorted(found.items(), key=lambda item: not is_shared(item[0])))


def verb_of(kind: Kind, verb: str) -> Callable[..., dict]:
    return shared_verb(kind, verb) if verb in SHARED else kind.own_verbs()[verb]


def listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


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
    """Parse and call; typer's own `main` would hide Ctrl-C, and only answers a shell that completes a word."""
    if COMPLETING in os.environ:
        typer.main.get_command(build())(prog_name="vae")
    command = typer.main.get_command(build(words[0]))
    with command.make_context("vae", words) as context:
        command.invoke(context)


def said(error: object, code: int = MISTAKE) -> int:
    typer.echo(f"vae: {plain(str(error))}", err=True)
    return code
