"""How far something is, on standard error: on a terminal alone."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

T = TypeVar("T")
B = TypeVar("B", bound=Sized)


def console() -> "Console":
    """Standard error, so that results alone stand on standard output; a notebook shows both, and no widgets."""
    from rich.console import Console

    return Console(stderr="ipykernel" not in sys.modules, force_jupyter=False)


def bar(transient: bool = False) -> "Progress":
    """How far something is, and the time left; nothing off a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    there, whole = console(), Column(no_wrap=True, min_width=7)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=10),
        TimeRemainingColumn(table_column=whole),
        TextColumn("left", table_column=Column(no_wrap=True, min_width=4)),
    )
    return Progress(*columns, console=there, refresh_per_second=2, transient=transient, disable=not there.is_terminal)


def counted(things: Sequence[T], what: str) -> Iterator[T]:
    """The same things one by one, with a bar; `what` they are called."""
    return counted_by(things, len(things), what, lambda thing: 1)


def counted_by(things: Iterable[T], total: int, what: str, count: Callable[[T], int]) -> Iterator[T]:
    """The same for things that count for several; all together for `total`."""
    with bar(transient=True) as progress:
        task, done = progress.add_task(what, total=total), 0
        for thing in things:
            yield thing
            done += count(thing)
            progress.update(task, completed=done, description=f"{done:,} of {total:,} {what}")


def watched(batches: Iterable[B]) -> Iterator[B]:
    """The same batches, with a count of the examples, and the time."""
    with clock("{task.completed:,.0f} examples") as progress:
        task = progress.add_task("", total=None)
        for batch in batches:
            yield batch
            progress.update(task, advance=len(batch))


@contextmanager
def under_way(what: str) -> Iterator[None]:
    """Says what is under way, and for how long, where nobody knows how long it takes."""
    with clock("{task.description}") as progress:
        progress.add_task(what, total=None)
        yield


def clock(text: str) -> "Progress":
    """A text that is there as long as it is true, and the time since; nothing off a terminal."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    there = console()
    columns = (SpinnerColumn(), TextColumn(text), TimeElapsedColumn())
    return Progress(*columns, console=there, transient=True, disable=not there.is_terminal)


class DownloadBar:
    """What pooch wants of a bar that shows a download; it sets `total` first."""

    total = 0

    def __init__(self, name: str) -> None:
        self.name, self.done, self.progress = name, 0, bar(transient=True)
        self.task = self.progress.add_task(name, total=None)
        self.progress.start()

    def update(self, count: int) -> None:
        self.done += count
        shown = f"{self.name}: {self.done / 1e6:,.0f} of {self.total / 1e6:,.0f} MB"
        self.progress.update(self.task, completed=self.done, total=self.total or None, description=shown)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.progress.stop()
