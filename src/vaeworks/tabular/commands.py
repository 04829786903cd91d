"""The shell verbs of tables. They import torch only when they run, so that help is quick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MissingColumnError, VaeworksError

if TYPE_CHECKING:
    import pyarrow as pa

    from ..datasets import DataSet, Table
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
    from ..datasets.tables.tables import without
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
    found = without(read(source, label, data), drop or [])
    train, judged = found.training(), found.splits.get("validation")
    always = {"label_name": found.label_name or "label", "random_state": seed, "device": device}
    estimator = TabularVAE(**({} if begun is None else begun.get_params())).set_params(**{**always, **chosen})
    origin = {
        "source": source,
        "data": None if data is None else str(data),
        "label": label,
        "drop": drop or [],
        "rows": len(train),
        "start": start,
        "only": only,
    }
    validation = None if judged is None else (judged.X, judged.y)
    rows = {"X": train.X, "y": train.y, "validation": validation, "start": begun, "only": only}
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

    part, said = unseen(model, source, data)
    return evaluated(model, said, model.evaluate(part.X, part.y, samples=samples))


def predict(model: "TabularVAE", source: Source, data: Local = None) -> dict:
    """Predict the label of every row.

    Examples:

      vae predict models/wine new.csv
    """
    if model.class_names_ is None:
        raise VaeworksError("this model was fitted without labels, so it predicts none: fit it with --label")
    chances = model.predict_proba(rows_for(model, read(source, None, data)))
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

    rows = write_codes(model, rows_for(model, read(source, None, data)), out)
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

    from ..datasets.tables.files import read_table

    found = read_table(codes)
    numbers = np.column_stack([column.to_numpy() for column in found.columns])
    return written(model.decode(numbers), out)


def impute(
    model: "TabularVAE",
    source: Source,
    out: Out,
    samples: Annotated[int, typer.Option(min=1, help="Draws of z, weighed by importance.")] = 1000,
    data: Local = None,
) -> dict:
    """Fill the holes of a table with what the model expects there; other columns stay beside.

    Examples:

      vae impute models/wine holes.csv --out full.csv
    """
    found = read(source, "", data)
    table = rows_for(model, found)
    full = model.impute(table, samples=samples)
    holes = sum(column.null_count for column in table.columns)
    result = found.whole().table
    for name in table.column_names:
        result = result.set_column(result.column_names.index(name), name, full.column(name))
    return {"holes_filled": holes, **written(result, out)}


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
    scores = model.anomaly_score(rows_for(model, read(source, None, data)))
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
    own = [column.name for column in model.columns_]
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

    found = alike(model, source, data)
    part = found.whole()
    write_map(model.transform(part.X), part.y, out)
    return {"points": len(part), "out": str(out), "dataset": found.name, "split": ", ".join(found.splits)}


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

    part, said = unseen(model, source, data)
    write_report(f"TabularVAE on {said['dataset']}", model.panels(part.X, part.y), out)
    return {"report": str(out), **said}


def read(source: str, label: str | None, data: Path | None) -> "DataSet[Table]":
    from ..datasets import load_table

    return load_table(source, label=label, data=data)


def pair(word: str, option: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise VaeworksError(f"{option} takes COLUMN=VALUE, not {word!r}")
    return name, value


def rows_for(model: "TabularVAE", found: "DataSet[Table]") -> "pa.Table":
    """All rows, in the columns that the model knows; others are left out."""
    from ..datasets.tables.tables import only

    return only(found, [column.name for column in model.columns_]).whole().table


def alike(model: "TabularVAE", source: str | None, data: Path | None) -> "DataSet[Table]":
    """The data that are named, or else those that the model was fitted on, in the columns that it knows."""
    from ..datasets.tables.tables import only

    own = model.metrics_["fit"].get("source")
    if source is None and own is None:
        raise VaeworksError("this model does not say what it was fitted on: name the data to use")
    if source is None:
        found = read(own["source"], own["label"], data or (Path(own["data"]) if own["data"] else None))
    else:
        found = labelled_alike(source, own["label"] if own else None, data)
    return only(found, [column.name for column in model.columns_])


def labelled_alike(source: str, label: str | None, data: Path | None) -> "DataSet[Table]":
    """A further table, with the label of the fit where it has that column."""
    try:
        return read(source, label, data)
    except MissingColumnError:
        return read(source, None, data)


def unseen(model: "TabularVAE", source: str | None, data: Path | None) -> tuple["Table", dict[str, str]]:
    """Rows to judge a model by: those given, or those of its own table that it was not trained on."""
    found = alike(model, source, data)
    part, split = found.unseen(model.validation_fraction if source is None else None)
    return part, {"dataset": found.name, "split": split}


def written(table: Any, out: Path) -> dict[str, Any]:
    """Write rows, whatever the model gives them in."""
    from ..datasets.tables.files import write_table
    from ..files import written_whole

    with written_whole(out) as temporary:
        write_table(table, temporary)
    return {"rows_written": table.num_rows, "out": str(out)}
