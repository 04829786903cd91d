"""A fit that ends as a folder: where it may write, how it goes on, what it leaves."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import VaeworksError
from ..files import hidden_names, remove, resolved, said_plainly
from ..fitting.interrupts import Interrupts
from ..fitting.monitors import Monitor
from ..fitting.training import Interrupted
from .artifact import read_json, refuse_foreign, write_json
from .fitted import Fitted
from .locks import only_one

STATE, SOURCE = "state.safetensors", "source.json"


@dataclass
class Session:
    """Where a fit keeps its state and its model, so that Ctrl-C or a kill loses at most the current epoch.

    While it runs, its state lies in `FOLDER.unfinished`, which one fit at a time has; an interrupted fit leaves it
    there, and the best model so far, where there is one, in `folder`. Files of others stay, there and in `folder`.

    Attributes
    ----------
    folder : path or None
        For the model, a link followed; with None nothing is written.
    resume : bool
        Go on from an interrupted fit with the same settings.
    overwrite : bool
        Replace the model at `folder`, and forget an interrupted fit.
    monitors : sequence of Monitor
        Told of each step and epoch, beside the progress bar of `verbose`.
    source : dict
        Where the data came from, kept in the metrics.
    """

    folder: Path | str | None = None
    resume: bool = False
    overwrite: bool = False
    monitors: Sequence[Monitor] = ()
    source: dict[str, Any] = field(default_factory=dict)
    interrupts: Interrupts = field(default_factory=Interrupts, init=False, repr=False)

    @property
    def watching(self) -> list[Monitor]:
        """All that is told of each step: Ctrl-C first."""
        return [self.interrupts, *self.monitors]

    @property
    def checkpoint(self) -> Path | None:
        """The file that keeps the state after each epoch."""
        return None if self.folder is None else self._unfinished() / STATE

    def _unfinished(self) -> Path:
        out = Path(str(self.folder))
        place = resolved(out)
        if not (out.name and place.name):
            raise VaeworksError(f"{str(out)!r} is no name for a new folder: choose one, such as models/mine")
        return place.with_name(place.name + ".unfinished")

    @contextmanager
    def running(self, estimator: Fitted) -> Iterator[None]:
        """Take the folder for the fit of an estimator within, and keep what it fitted.

        Raises
        ------
        VaeworksError
            When the folder exists or cannot be written, when another process is fitting it, and when there is nothing
            to resume, or something that was not asked for.
        KeyboardInterrupt
            At Ctrl-C, after saving; its message says how to go on.
        """
        with self.interrupts, self._looked_after(estimator):
            yield

    @contextmanager
    def _looked_after(self, estimator: Fitted) -> Iterator[None]:
        if self.folder is None or os.environ.get("RANK", "0") != "0":  # one process of a fit looks after its folder
            yield
            return
        out, unfinished = Path(self.folder), self._unfinished()
        if self.resume and not (unfinished / STATE).is_file():
            raise VaeworksError(f"there is no unfinished fit of {out} to resume: leave out --resume to start one")
        with only_one(unfinished, out, "fitting"):
            make_room(out, unfinished, self.resume, self.overwrite)
            agree(unfinished / SOURCE, self.source, self.resume)
            try:
                yield
            except Interrupted as error:
                keep(estimator, out, self.source, self.resume or self.overwrite)
                raise Interrupted(f"interrupted: the best model so far is in {out}; go on with --resume") from error
            except BaseException:
                if not (unfinished / STATE).is_file():
                    forget(unfinished)
                raise
            keep(estimator, out, self.source, self.resume or self.overwrite)
            forget(unfinished)


def session_of(given: Session | Path | str | None) -> Session:
    """A session, which may be given as its folder alone."""
    return given if isinstance(given, Session) else Session(given)


def evaluated(estimator: Fitted, said: dict[str, str], figures: dict[str, Any]) -> dict[str, Any]:
    """Let an estimator remember what was measured on which data, and give it."""
    measured = {**said, **figures}
    estimator.metrics_ = {**measured, **{name: estimator.metrics_[name] for name in ("fit", "history")}}
    return measured


def summary(estimator: Fitted, out: Path) -> dict[str, Any]:
    """What a fit shows at its end."""
    fitted = estimator.metrics_["fit"]
    left_out = ("seconds", "negative_importance_bound_nats", "importance_samples")
    shown = {
        name: value
        for name, value in fitted["held_out"].items()
        if name not in left_out and not isinstance(value, list)
    }
    return {"model": str(out), "epochs": fitted["epochs"], "training_seconds": fitted["seconds"], **shown}


def make_room(out: Path, unfinished: Path, resume: bool, overwrite: bool) -> None:
    """Refuse what would lose something, before any time is spent."""
    if (unfinished / STATE).is_file() and not resume and not overwrite:
        raise VaeworksError(f"an unfinished fit of {out} exists: go on with --resume, or start afresh with --overwrite")
    if out.exists() and not (resume or overwrite):
        raise VaeworksError(f"{out} exists already: choose another folder, or pass --overwrite")
    refuse_foreign(out)
    remove(unfinished, hidden_names(STATE))
    if not resume:
        forget(unfinished)


def forget(unfinished: Path) -> None:
    """Remove what a fit left behind, and nothing else."""
    remove(unfinished, STATE, SOURCE, hidden_names(STATE))


def agree(path: Path, source: dict[str, Any], resume: bool) -> None:
    """Write down where the data come from, or refuse to go on with other data."""
    if not resume:
        with said_plainly(path.parent):
            return write_json(path, source)
    was = read_json(path)
    changed = [f"{name} {was.get(name)!r} (now {now!r})" for name, now in source.items() if was.get(name) != now]
    if changed:
        raise VaeworksError(
            f"the fit to resume was started with other data: {', '.join(changed)}: "
            "give the same, or start again with --overwrite"
        )


def keep(estimator: Fitted, out: Path, source: dict[str, Any], replace: bool) -> None:
    """Save what was fitted, or say how to: the state of the fit still holds it."""
    estimator.metrics_["fit"]["source"] = source
    kept = f"nothing of the fit is lost: free {out} and go on with --resume"
    if out.exists() and not replace:
        raise VaeworksError(f"{out} appeared while this fit ran, so it is not replaced; {kept}")
    try:
        estimator.save(out, overwrite=replace)
    except VaeworksError as error:
        raise VaeworksError(f"{error}; {kept}") from error
