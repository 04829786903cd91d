"""The help of a verb of several kinds: what they share once, then what each has of its own."""

from typing import Any

HELP = ("--help", "-h")


def by_kind(group: Any, ctx: Any, formatter: Any) -> None:
    """Write the help page of a group whose commands are one verb's, by kind."""
    commands = group.commands
    pages = {word: parts_of(command, ctx) for word, command in commands.items()}
    shared = [row for row in next(iter(pages.values())) if all(row in rows for rows in pages.values())]
    formatter.write_usage(f"vae {ctx.info_name}", "MODEL ... [OPTIONS]")
    with formatter.indentation():
        formatter.write_paragraph()
        formatter.write_text(group.help or "")
    with formatter.section("For every kind that can"):
        formatter.write_dl(shared)
    for word, rows in pages.items():
        own = [row for row in rows if row not in shared]
        if own:
            with formatter.section(f"For a model of kind {word}"):
                formatter.write_dl(own)
    with formatter.section("Examples"):
        for command in commands.values():
            for line in examples_of(command):
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def parts_of(command: Any, ctx: Any) -> list[tuple[str, str]]:
    """Its arguments and options as two columns."""
    inner = command.make_context(ctx.info_name, [], parent=ctx.parent, resilient_parsing=True)
    rows = [parameter.get_help_record(inner) for parameter in command.get_params(inner)]
    return [row for row in rows if row is not None]


def examples_of(command: Any) -> list[str]:
    _, _, examples = (command.help or "").partition("Examples:")
    return [line.strip() for line in examples.splitlines() if line.strip()]
