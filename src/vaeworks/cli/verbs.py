"""The verbs that kinds share, written once: fit, evaluate, encode, report.

A kind's `commands.py` gives `Source`, a dataclass whose fields are options that say how data are read, `DATA`, what its
data may be, `FIT`, what its fit makes, `EXAMPLES` of those of these verbs that it has, and, where models are judged in
several ways, `Judging`, likewise options; its public functions are the verbs that it alone has.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import VaeworksError
from ..options import ending, pairs
from .options import chosen, keyword, parameter_options, source_options

if TYPE_CHECKING:
    from ..kinds import Kind

Found = Annotated[str, typer.Argument(metavar="DATA")]
Samples = Annotated[int, typer.Option("--samples", min=0, help="Draws of z for the importance-weighted bound.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Use the first examples only.")]
Renamed = Annotated[
    list[str] | None,
    typer.Option("--class", metavar="WORD=CLASS", help="What a label of these data means, as in --class 0=negative."),
]
Page = Annotated[Path, typer.Option("--out", help="The HTML page to write.")]
Level = Annotated[int, typer.Option("--level", min=1, help="Of several levels of codes; 1 is the top.")]
Codes = Annotated[
    Path,
    typer.Option("--out", help="A parquet, csv or npz to write.", callback=ending(".parquet", ".csv", ".npz")),
]
Ids = Annotated[
    list[str] | None,
    typer.Option("--id", metavar="COLUMN", help="Write this column of a file before the codes, as often as needed."),
]
Folder = Annotated[Path, typer.Option("--out", help="Folder for the model.")]
Begun = Annotated[
    str | None, typer.Option("--from", metavar="MODEL", help="Go on from this model, a folder or one that ships.")
]
Only = Annotated[
    str | None,
    typer.Option("--only", metavar="PART", help="Train only this part of it, as in --only prior --prior flow."),
]
Board = Annotated[Path | None, typer.Option("--tensorboard", help="Folder for TensorBoard's files.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted fit, same settings.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the model that is there.")]


SHORT = {
    "fit": "Fit a VAE to texts, images, tables, interactions, pictures, pairs of texts or series.",
    "evaluate": "Measure a model: bounds in nats, units, and what its kind adds.",
    "encode": "Write the latent code of every example.",
    "report": "Write one self-contained HTML page about a model.",
}
SHARED = tuple(SHORT)
SHORT |= {
    "predict": "Predict labels, translations of texts, or what comes next in a series.",
    "sample": "Draw new examples.",
    "reconstruct": "Encode an example and decode it again.",
    "interpolate": "Walk in a straight line from one example's code to another's.",
}


def shared_verb(kind: "Kind", verb: str) -> Callable[..., dict]:
    """The verb of a kind that is written here, with the kind's own options."""
    makers = {"fit": fit_of, "evaluate": evaluate_of, "encode": encode_of, "report": report_of}
    return makers[verb](kind)


def fit_of(kind: "Kind") -> Callable[..., dict]:
    commands, parameters = kind.commands(), kind.parameters()

    def fit(
        *,
        source: Found,
        out: Folder,
        start: Begun = None,
        only: Only = None,
        tensorboard: Board = None,
        resume: Resume = False,
        overwrite: Overwrite = False,
        seed: int = 0,
        device: str = "auto",
        **words: Any,
    ) -> dict:
        from ..estimator.presets import preset_for
        from ..fitting.monitors import Monitor, ProgressBar, TensorBoard
        from ..kinds import load
        from ..storage.session import Session, summary

        said, reading = chosen(parameters, words), taken(commands.Source, words)
        settings = preset_for(kind.presets(), source, words["preset"], start is not None)
        if only is not None and start is None:
            raise VaeworksError(f"--only {only} trains one part of a fitted model: name that model with --from")
        begun = None if start is None else load(start)
        estimator = kind.estimator_class()() if begun is None else begun
        if type(estimator) is not kind.estimator_class():
            raise VaeworksError(f"{start} is a model of kind {estimator.kind}: go on with vae fit {estimator.kind}")
        found = reading.load(source, begun)
        always = {"random_state": seed, "device": device, "verbose": False}  # the bar is a monitor
        if "label_name" in estimator.get_params():
            always["label_name"] = found.label_name or "label"
        estimator.set_params(**{**settings.parameters, **always, **said})
        part = found.training(settings.unlabelled)
        validation = found.splits.get("validation")
        monitors: list[Monitor] = [ProgressBar(), *([TensorBoard(tensorboard)] if tensorboard else [])]
        origin = {"source": source, **plain(reading), "rows": len(part), "start": start, "only": only}
        session = Session(out, resume, overwrite, monitors, origin)
        judged = None if validation is None else (validation.X, validation.y)
        if begun is None:
            estimator.fit(part.X, part.y, validation=judged, session=session)
        else:
            estimator.go_on(part.X, part.y, only=only, validation=judged, session=session)
        return summary(estimator, out)

    named = ", ".join({"default": None, **kind.presets()})
    described = Annotated[str | None, typer.Option("--preset", help=f"Settings to begin with: {named}.")]
    options = [keyword("preset", described, None), *source_options(commands.Source), *parameter_options(parameters)]
    text = f"Fit {commands.FIT}.\n\nWhat no option says is as the preset has it, or else as in brackets."
    return finished(fit, kind, options, text)


@dataclass(frozen=True)
class Judging:
    """How a model of most kinds is judged: as its `evaluate` does by itself."""


def evaluate_of(kind: "Kind") -> Callable[..., dict]:
    commands = kind.commands()
    judging = getattr(commands, "Judging", Judging)
    labelled = "label" in {field.name for field in fields(commands.Source)}

    def evaluate(
        *, model: Any, source: Found | None = None, samples: Samples = 10, limit: Limit = None, **words: Any
    ) -> dict:
        from ..storage.session import evaluated
        from ..storage.sources import judged_by

        if words.get("classes"):
            model.require_labels()
            also = model.reader_.classes.also(pairs(words["classes"], "--class"))
            model.reader_ = replace(model.reader_, classes=also)
        part, said = judged_by(model, source, taken(commands.Source, words))
        part = part.head(limit)
        return evaluated(model, said, model.evaluate(part.X, part.y, samples=samples, **asdict(taken(judging, words))))

    text = "Measure a model: bounds in nats, units, and what its kind adds. The figures go into its metrics.json."
    options = [*source_options(commands.Source), *source_options(judging)]
    return finished(evaluate, kind, [*options, *([keyword("classes", Renamed, None)] if labelled else [])], text)


def encode_of(kind: "Kind") -> Callable[..., dict]:
    commands = kind.commands()

    def encode(*, model: Any, source: Found, out: Codes, level: Level = 1, ids: Ids = None, **words: Any) -> dict:
        from ..storage.codes import write_codes
        from ..storage.sources import ids_in, read_alike

        reading = taken(commands.Source, {**words, "label": ""})  # labels that the model does not know are no obstacle
        splits = read_alike(model, source, reading).splits
        called = ids_in(source, list(splits.values()), ids or [], words.get("encoding", "utf-8"))
        rows, units = write_codes(model, [part.X for part in splits.values()], out, level, called)
        return {"rows_written": rows, "latent_units": units, "out": str(out), "splits": ", ".join(splits)}

    text = "Write the latent code (posterior mean) of every example, one row each, in the order given."
    options = [option for option in source_options(commands.Source) if option.name != "label"]
    return finished(encode, kind, options, text)


def report_of(kind: "Kind") -> Callable[..., dict]:
    commands = kind.commands()

    def report(*, model: Any, out: Page, source: Found | None = None, **words: Any) -> dict:
        from ..report import write_report
        from ..storage.sources import judged_by

        part, said = judged_by(model, source, taken(commands.Source, words))
        write_report(f"{type(model).__name__} on {said['dataset']}", model.panels(part.X, part.y), out)
        return {"report": str(out), **said}

    text = "Write one self-contained HTML page: figures, curves, latent space, and what its kind adds."
    return finished(report, kind, source_options(commands.Source), text)


def finished(verb: Any, kind: "Kind", options: Sequence[inspect.Parameter], described: str) -> Callable[..., dict]:
    """The verb with the kind's options in the place of its `words`, and its help."""
    commands = kind.commands()
    own = [parameter for parameter in inspect.signature(verb).parameters.values() if parameter.name != "words"]
    for place, parameter in enumerate(own):
        if parameter.name == "source":
            optional = parameter.default is None
            own[place] = keyword("source", data_argument(commands.DATA, optional), parameter.default)
    verb.__signature__ = inspect.Signature([*own, *options])
    examples = "\n\n".join(f"  {example}" for example in commands.EXAMPLES[verb.__name__])
    verb.__doc__ = f"{described}\n\nExamples:\n\n{examples}"
    return verb


def data_argument(what: str, optional: bool) -> Any:
    if not optional:
        return Annotated[str, typer.Argument(metavar="DATA", help=what)]
    usual = "As for fit; by default what the model was fitted on, its unseen part."
    return Annotated[str | None, typer.Argument(metavar="[DATA]", help=usual)]


def taken(source: type, words: dict[str, Any]) -> Any:
    """The kind's way to read data, as the words say."""
    return source(**{field.name: words[field.name] for field in fields(source) if field.name in words})


def plain(source: Any) -> dict[str, Any]:
    """Its fields as JSON holds them."""
    return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(source).items()}
