"""What watches a fit: a progress bar with a time estimate, and TensorBoard."""

import math
from pathlib import Path
from typing import Protocol

from ..errors import VaeworksError
from ..progress import bar


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
