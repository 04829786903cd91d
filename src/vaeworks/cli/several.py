"""Options that may be said more than once take several numbers at once, as in --sigma 15 25 50."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from typer.core import TyperCommand


class Several(TyperCommand):
    """A command whose repeatable options need not be repeated before each number."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        repeatable = {name for each in self.params if getattr(each, "multiple", False) for name in each.opts}
        return super().parse_args(ctx, list(repeated(args, repeatable)))


def repeated(args: list[str], names: Collection[str]) -> Iterator[str]:
    """The words with the name of such an option before each of the numbers that follow its first word."""
    name, first = "", False
    for word in args:
        if word in names:
            name, first = word, True
        elif first:
            first = False
        elif name and is_number(word):
            yield name
        else:
            name = ""
        yield word


def is_number(word: str) -> bool:
    with suppress(ValueError):
        float(word)
        return True
    return False
