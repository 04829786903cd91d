"""The shell verbs of tables. They import torch only when they run, so that help is quick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MissingColumnError, VaeworksError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ..datasets import TableSet
    from .estimator import TabularVAE

Source = Annotated[str, typer.Argument(metavar="DATA", help="A named set, or a csv, tsv, jsonl, parquet, npy or npz.")]
OptionalSource = Annotated[
    str | None,
    typer.Argument(metavar="[DATA]", help="As for fit; by default what it was fitted on, the unseen part."),
]
Label = Annotated[
    str | None, typer.Option("--label", help='Column of the label; by default label or class. "" for none.')
]
Local = Annotated[Path | None, typer.Option("--data", help="Local copy of a named set.")]


def ending(*allowed: str) -> Any:
    """Refuse another ending of a file to write before any time is spent."""

    def check(out: Path) -> Path:
        if out.suffix.lower() not in allowed:
            raise VaeworksError(f"{out} must end in {' or '.join(allowed)}")
        return out

    return check


Out = Annotated[Path, typer.Option("--out", help="A csv or parquet to write.", callback=ending(".csv", ".parquet"))]
Filled = Annotated[
    Path,
    typer.Option("--out", help="A csv, tsv or parquet to write.", callback=ending(".csv", ".tsv", ".parquet")),
]


def fit(
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    label: Label = None,
    drop: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="Leave out this column.")] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="COLUMN=KIND", help="real, positive, count, binary, categorical or ordinal."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="MODEL", help="Go on from this model.")] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PART", help="Train only this part of it, as in --only prior --prior flow.")
    ] = None,
    latent_dim: Annotated[int | None, typer.Option(min=1, help="Units of z; 2 for a map.")] = None,
    prior: Annotated[str | None, typer.Option(help="normal, mixture, vamp or flow.")] = None,
    masking: Annotated[float | None, typer.Option(min=0, max=1, help="Share of entries hidden in training.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="The most passes over the data.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Rows a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=1e-8, max=1, help="At first; it falls to zero.")] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any further parameter of TabularVAE, as in --set width=64."),
    ] = None,
    data: Local = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted fit, same settings.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the model that is there.")] = False,
    seed: int = 0,
    device: str = "auto",
) -> dict:
    """Fit a tabular VAE: a latent code for each row of mixed columns with holes.

    Examples:

      vae fit tabular wine --out models/wine

      vae fit tabular people.csv --label income --kind age=real --drop id --out models/people

      vae fit tabular digits --latent-dim 2 --out models/map
    """
    from ..fitting.monitors import ProgressBar
    from ..kinds import load
    from ..storage.session import assignments, fit_into_folder, summary
    from .estimator import TabularVAE

    options = {
        "latent_dim": latent_dim,
        "kinds": dict(pair(word, "--kind") for word in kinds or []) or None,
        "prior": prior,
        "masking": masking,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    chosen |= assignments(others or [], TabularVAE())
    begun = None if start is None else load(start)
    found = read(source, label, data, begun if isinstance(begun, TabularVAE) else None)
    table = without(found, drop or [])
    always = {"label_name": found.label_name or "label", "random_state": seed, "device": device}
    estimator = TabularVAE(**({} if begun is None else begun.get_params())).set_params(**{**always, **chosen})
    origin = {
        "source": source,
        "data": None if data is None else str(data),
        "label": label,
        "drop": drop or [],
        "rows": len(found),
        "start": start,
        "only": only,
    }
    rows = {"X": table, "y": found.labels, "start": begun, "only": only}
    fit_into_folder(estimator, rows, out, origin, resume, overwrite, (ProgressBar(),))
    return summary(estimator, out)


def evaluate(
    model: "TabularVAE",
    source: OptionalSource = None,
    samples: Annotated[int, typer.Option(min=0, help="Draws of z for the importance-weighted bound.")] = 10,
    data: Local = None,
) -> dict:
    """Measure a model: bounds in nats, accuracy, linear probe and nearest neighbours. They go into its metrics.json.

    Examples:

      vae evaluate models/wine --samples 500
    """
    from ..storage.session import evaluated

    table, labels, said = unseen(model, source, data)
    return evaluated(model, said, model.evaluate(table, labels, samples=samples))


def predict(model: "TabularVAE", source: Source, data: Local = None) -> dict:
    """Predict the label of every row.

    Examples:

      vae predict models/wine new.csv
    """
    if model.class_names_ is None:
        raise VaeworksError("this model was fitted without labels, so it predicts none: fit it with --label")
    chances = model.predict_proba(rows_for(model, read(source, None, data, model)))
    names = model.class_names_.names
    return {
        "rows": [
            {"row": index, model.label_name: names[row.argmax()], "probability": float(row.max())}
            for index, row in enumerate(chances)
        ]
    }


def encode(
    model: "TabularVAE",
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="A .parquet, .csv or .npz to write.")],
    data: Local = None,
) -> dict:
    """Write the latent code (posterior mean) of every row, in the order given.

    Examples:

      vae encode models/wine wine.csv --out z.parquet
    """
    from ..storage.codes import write_codes

    rows = write_codes(model, rows_for(model, read(source, None, data, model)), out)
    return {"rows_written": rows, "latent_units": model.latent_dim, "out": str(out)}


def decode(
    model: "TabularVAE",
    codes: Annotated[Path, typer.Argument(metavar="CODES", help="A csv, parquet or npz that encode wrote.")],
    out: Out,
) -> dict:
    """Write the row that each latent code stands for.

    Examples:

      vae decode models/wine z.parquet --out wine2.csv
    """
    import numpy as np

    from ..datasets.table_files import read_table

    found = read_table(codes)
    numbers = np.column_stack([column.to_numpy() for column in found.columns])
    return written(model.decode(numbers), out)


def impute(
    model: "TabularVAE",
    source: Source,
    out: Filled,
    samples: Annotated[int, typer.Option(min=1, help="Draws of z, weighed by importance.")] = 1000,
    data: Local = None,
) -> dict:
    """Fill the holes of a table with what the model expects there; all else stays as it is, other columns too.

    From one csv or tsv into another, every cell that is no hole stays byte for byte.

    Examples:

      vae impute models/wine holes.csv --out full.csv
    """
    from ..datasets import is_named
    from .learning import holes_of

    found = read(source, "", data, model)
    table = rows_for(model, found)
    full = model.impute(table, samples=samples)
    holes = {name: own for name, own in holes_of(table, model.reader_.columns).items() if own.any()}
    counts = {name: int(own.sum()) for name, own in holes.items()}
    said = {"holes_filled": sum(counts.values()), "holes_by_column": counts}
    return {**said, **written_filled(found, full, holes, None if is_named(source) else Path(source), out)}


def written_filled(
    found: "TableSet", full: "pa.Table", holes: "dict[str, np.ndarray]", source: Path | None, out: Path
) -> dict[str, Any]:
    """Write a table with its holes filled: cell by cell as its file has them, or in the types that were read."""
    from ..datasets.cells import filled_file
    from ..datasets.table_files import separator_of
    from ..files import written_whole

    places = {name: found.table.column_names.index(name) for name in holes}
    own, other = separator_of(source), separator_of(out)
    if source is None or own is None or other is None:
        result = found.table
        for name, place in places.items():
            column = full.column(name)
            result = result.set_column(place, result.field(place).with_type(column.type), column)
        return written(result, out)
    changes = {places[name]: (rows, full.column(name).filter(rows).to_pylist()) for name, rows in holes.items()}
    content = filled_file(source, (own, other), found.table.shape, changes)
    with written_whole(out) as temporary:
        temporary.write_bytes(content)
    return {"rows_written": len(found), "out": str(out)}


def anomalies(
    model: "TabularVAE",
    source: Source,
    top: Annotated[int, typer.Option(min=1, help="How many to show, the least expected first.")] = 20,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the score of every row to this csv or parquet too.")
    ] = None,
    data: Local = None,
) -> dict:
    """Show the rows that the model expects least, by the negative bound on log p(row) in nats.

    Examples:

      vae anomalies models/wine new.csv --top 20
    """
    import pyarrow as pa

    if out is not None:
        ending(".csv", ".parquet")(out)
    scores = model.anomaly_score(rows_for(model, read(source, None, data, model)))
    if out is not None:
        written(pa.table({"anomaly_score": scores}), out)
    worst = scores.argsort(kind="stable")[::-1][:top]
    return {"rows": [{"row": int(row), "anomaly_score": float(scores[row])} for row in worst]}


def sample(
    model: "TabularVAE",
    out: Out,
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 1000,
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Draw rows with this value, or of this label.")
    ] = None,
    prior: Annotated[str, typer.Option(help="model, or aggregated: a mixture fitted to the codes of data.")] = "model",
    seed: int = 0,
) -> dict:
    """Draw new rows, with labels where the model has some.

    Examples:

      vae sample models/wine -n 1000 --where class=1 --out synthetic.csv
    """
    from ..labels import class_named

    pairs = [pair(word, "--where") for word in where or []]
    given = dict(pairs)
    if len(given) < len(pairs):
        raise VaeworksError("--where gives a column two values: give it one")
    own = [column.name for column in model.reader_.columns]
    label = given.pop(model.label_name, None) if model.label_name not in own else None
    wanted = None if label is None else class_named(model.class_names_, label)
    drawn = model.sample(n, wanted, given or None, seed, prior, labels=model.class_names_ is not None)
    if model.class_names_ is None:
        return written(drawn, out)
    table, labels = drawn
    return written(table.append_column(model.label_name, [labels.tolist()]), out)


def map(
    model: "TabularVAE",
    out: Annotated[Path, typer.Option("--out", help="Picture to write.", callback=ending(".png", ".svg", ".pdf"))],
    source: OptionalSource = None,
    data: Local = None,
) -> dict:
    """Draw the codes of rows as a map, on their first two principal components where there are more units than two.

    Examples:

      vae map models/map --out map.png
    """
    from .maps import write_map

    table, labels, said = whole(model, source, data)
    write_map(model.transform(table), labels, out)
    return {"points": table.num_rows, "out": str(out), **said}


def report(
    model: "TabularVAE",
    out: Annotated[Path, typer.Option("--out", help="The HTML page to write.")],
    source: OptionalSource = None,
    data: Local = None,
) -> dict:
    """Write one self-contained HTML page: curves, latent space, columns, calibration.

    Examples:

      vae report models/wine --out report.html
    """
    from ..report import write_report

    table, labels, said = unseen(model, source, data)
    write_report(f"TabularVAE on {said['dataset']}", model.panels(table, labels), out)
    return {"report": str(out), **said}


def read(source: str, label: str | None, data: Path | None, model: "TabularVAE | None" = None) -> "TableSet":
    """A table, whose columns are words where the model that is to read it has words."""
    from ..datasets import load_table

    return load_table(source, label=label, data=data, words=[] if model is None else words_of(model))


def words_of(model: "TabularVAE") -> list[str]:
    """The columns whose categories are words."""
    return [column.name for column in model.reader_.columns if any(isinstance(each, str) for each in column.categories)]


def pair(word: str, option: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise VaeworksError(f"{option} takes COLUMN=VALUE, not {word!r}")
    return name, value


def without(found: "TableSet", drop: list[str]) -> "pa.Table":
    missing = [name for name in drop if name not in found.table.column_names]
    if missing:
        raise missing_columns(found, missing)
    return found.table.drop_columns(drop)


def rows_for(model: "TabularVAE", found: "TableSet") -> "pa.Table":
    """The columns that the model knows, in its order; others are left out."""
    wanted = [column.name for column in model.reader_.columns]
    missing = [name for name in wanted if name not in found.table.column_names]
    if missing:
        raise missing_columns(found, missing)
    return found.table.select(wanted)


def missing_columns(found: "TableSet", missing: list[str]) -> MissingColumnError:
    lacking, listed = ", ".join(repr(name) for name in missing[:5]), ", ".join(found.table.column_names[:30])
    return MissingColumnError(f"{found.name} has no column {lacking}. Its columns are: {listed}. Add or rename it.")


def whole(model: "TabularVAE", source: str | None, data: Path | None) -> tuple["pa.Table", list | None, dict[str, str]]:
    """All rows of the table that is named, or else of the one that the model was fitted on."""
    own = model.metrics_["fit"].get("source")
    if source is None and own is None:
        raise VaeworksError("this model does not say what it was fitted on: name the data to use")
    if source is None:
        found = read(own["source"], own["label"], data or (Path(own["data"]) if own["data"] else None), model)
    else:
        found = labelled_alike(model, source, own["label"] if own else None, data)
    return rows_for(model, found), found.labels, {"dataset": found.name, "split": "all"}


def labelled_alike(model: "TabularVAE", source: str, label: str | None, data: Path | None) -> "TableSet":
    """A further table, with the label of the fit where it has that column."""
    try:
        return read(source, label, data, model)
    except MissingColumnError:
        return read(source, None, data, model)


def unseen(
    model: "TabularVAE", source: str | None, data: Path | None
) -> tuple["pa.Table", list | None, dict[str, str]]:
    """Rows to judge a model by: those given, or those of its own table that it was not trained on."""
    import numpy as np

    from ..held_out import held_out

    table, labels, said = whole(model, source, data)
    if source is not None:
        return table, labels, said
    rows = np.flatnonzero(held_out(0, table.num_rows, model.validation_fraction))
    if not len(rows):
        return table, labels, {**said, "split": "all, since so few rows left none to hold out"}
    return table.take(rows), None if labels is None else [labels[row] for row in rows], {**said, "split": "held out"}


def written(table: Any, out: Path) -> dict[str, Any]:
    """Write rows, whatever the model gives them in."""
    from ..datasets.table_files import write_table
    from ..files import written_whole

    with written_whole(out) as temporary:
        write_table(table, temporary)
    return {"rows_written": table.num_rows, "out": str(out)}
