"""What watches a fit: a progress bar with a time estimate, and TensorBoard."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..core.batch import Batch
from ..errors import VaeworksError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

T = TypeVar("T")


class Monitor(Protocol):
    """Told what happens; it changes nothing."""

    def start(self, steps: int) -> None:
        """Training begins, or goes on, with this many steps to go."""

    def step(self, record: dict[str, float]) -> None:
        """A step is done; the record holds its terms in nats and its weights."""

    def epoch(self, record: dict) -> None:
        """An epoch is done; the record is what `history_` keeps."""

    def stop(self) -> None:
        """Training is over, however it ended."""


class ProgressBar:
    """A bar on standard error with the time left; off a terminal, as in a notebook, a line for each epoch."""

    def start(self, steps: int) -> None:
        self.progress = bar()
        self.progress.start()
        self.task = self.progress.add_task("epoch 1", total=steps)
        self.said, self.smooth = "", dict[str, float]()

    def step(self, record: dict[str, float]) -> None:
        if math.isfinite(record["objective"]):
            for term in ("reconstruction", "kl"):
                self.smooth[term] = 0.95 * self.smooth.get(term, record[term]) + 0.05 * record[term]
        terms = ""
        if self.smooth:
            terms = f"  bound {-self.smooth['reconstruction'] - self.smooth['kl']:.1f}  KL {self.smooth['kl']:.1f}"
        text = f"epoch {record['epoch'] + 1:.0f}{terms}"
        self.progress.update(self.task, advance=1, description=text + self.said)

    def epoch(self, record: dict) -> None:
        cost = (record["validation"] or {}).get("negative_elbo")
        self.said = "" if cost is None else f"  held out {-cost:.1f} nats"
        if not self.progress.console.is_terminal:
            left = f"{self.progress.tasks[0].time_remaining or 0:.0f} s left"
            line = f"epoch {record['epoch'] + 1} took {record['seconds']:.0f} s, {left}{self.said}"
            self.progress.console.print(line, highlight=False)

    def stop(self) -> None:
        self.progress.stop()


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


def watched(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The same batches, with a bar that counts the examples."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} examples"), TimeElapsedColumn())
    there = console()
    with Progress(*columns, console=there, transient=True, disable=not there.is_terminal) as progress:
        task = progress.add_task("", total=None)
        for batch in batches:
            yield batch
            progress.update(task, advance=len(batch))


class TensorBoard:
    """Scalars for TensorBoard in `folder`."""

    def __init__(self, folder: Path | str) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise VaeworksError("TensorBoard is not installed: pip install 'vaeworks[tensorboard]'") from error
        self.folder, self.make_writer = folder, SummaryWriter

    def start(self, steps: int) -> None:
        self.writer = self.make_writer(str(self.folder))

    def step(self, record: dict[str, float]) -> None:
        for name, value in record.items():
            self.writer.add_scalar(f"step/{name}", value, int(record["step"]))

    def epoch(self, record: dict) -> None:
        for split in ("train", "validation"):
            known = {name: value for name, value in (record.get(split) or {}).items() if value is not None}
            for name, value in known.items():
                self.writer.add_scalar(f"{split}/{name}", value, record["step"])

    def stop(self) -> None:
        self.writer.flush()
