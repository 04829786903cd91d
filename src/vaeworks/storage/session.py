"""A fit that ends as a folder: where it may write, how it goes on, what it leaves."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from ..errors import VaeworksError
from ..files import said_plainly
from ..fitting.training import Interrupted
from .artifact import read_json, write_json

STATE, SOURCE = "state.safetensors", "source.json"


def fit_into_folder(
    estimator: Any,
    data: dict[str, Any],
    out: Path,
    source: dict[str, Any],
    resume: bool = False,
    overwrite: bool = False,
    monitors: tuple[Any, ...] = (),
) -> Any:
    """Fit an estimator and save it, so that Ctrl-C or a kill loses at most the current epoch.

    While it runs, the state of the fit lies in `OUT.unfinished`; an interrupted fit leaves it there, and the best
    model so far, where there is one, in `out`.

    Parameters
    ----------
    estimator : LatentEstimator
    data : dict
        Arguments of its `fit`.
    out : Path
        The folder for the model.
    source : dict
        Where the data came from, kept in the metrics.
    resume : bool
        Go on from an interrupted fit with the same settings.
    overwrite : bool
        Replace what is at `out`, and forget an interrupted fit.

    Raises
    ------
    VaeworksError
        When `out` exists or cannot be written, when there is nothing to resume, or something that was not asked for.
    KeyboardInterrupt
        At Ctrl-C, after saving; its message says how to go on.
    """
    if not out.name:
        raise VaeworksError(f"{str(out)!r} is no name for a new folder: choose one, such as models/mine")
    unfinished = out.with_name(out.name + ".unfinished")
    make_room(out, unfinished, resume, overwrite)
    agree(unfinished / SOURCE, source, resume)
    first_process = os.environ.get("RANK", "0") == "0"
    try:
        estimator.fit(**data, checkpoint=unfinished / STATE, resume=resume, monitors=monitors)
    except Interrupted as error:
        if first_process:
            keep(estimator, out, source)
        raise Interrupted(f"interrupted: the best model so far is in {out}; go on with --resume") from error
    except BaseException:
        if not (unfinished / STATE).is_file():
            shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if first_process:
        keep(estimator, out, source)
        shutil.rmtree(unfinished)
    return estimator


def assignments(words: list[str], estimator: Any) -> dict[str, Any]:
    """NAME=VALUE of further parameters of an estimator; a value is read as JSON where it is some."""
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in estimator.get_params():
            known = ", ".join(estimator.get_params())
            raise VaeworksError(f"--set takes NAME=VALUE of a parameter, not {word!r}: the parameters are {known}")
        try:
            given[name] = json.loads(value)
        except ValueError:
            given[name] = value
    return given


def evaluated(estimator: Any, said: dict[str, str], figures: dict[str, Any]) -> dict[str, Any]:
    """Let an estimator remember what was measured on which data, and give it."""
    measured = {**said, **figures}
    estimator.metrics_ = {**measured, **{name: estimator.metrics_[name] for name in ("fit", "history")}}
    return measured


def summary(estimator: Any, out: Path) -> dict[str, Any]:
    """What a fit shows at its end."""
    fitted = estimator.metrics_["fit"]
    left_out = ("seconds", "importance_bound_nats", "importance_samples")
    shown = {
        name: value
        for name, value in fitted["held_out"].items()
        if name not in left_out and not isinstance(value, list)
    }
    return {"model": str(out), "epochs": fitted["epochs"], "training_seconds": fitted["seconds"], **shown}


def make_room(out: Path, unfinished: Path, resume: bool, overwrite: bool) -> None:
    """Refuse what would lose something, before any time is spent."""
    started = (unfinished / STATE).is_file()
    if resume and not started:
        raise VaeworksError(f"there is no unfinished fit of {out} to resume: leave out --resume to start one")
    if started and not resume and not overwrite:
        raise VaeworksError(f"an unfinished fit of {out} exists: go on with --resume, or start afresh with --overwrite")
    if out.exists() and not (resume or overwrite):
        raise VaeworksError(f"{out} exists already: choose another folder, or pass --overwrite")
    if out.exists() and not (out / "config.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise VaeworksError(f"{out} exists and is not a model, so it is not replaced: choose another folder")
    with said_plainly(out):
        if started and not resume:
            shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, exist_ok=True)


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


def keep(estimator: Any, out: Path, source: dict[str, Any]) -> None:
    estimator.metrics_["fit"]["source"] = source
    estimator.save(out, overwrite=True)
