"""The shell verbs of texts. They import torch only when they run, so that help is quick."""

from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import MissingColumnError, VaeworksError

if TYPE_CHECKING:
    from ..datasets import DataSet, Rows
    from .estimator import TextVAE

Source = Annotated[
    str, typer.Argument(metavar="DATA", help="A named set, or a csv, tsv, jsonl, parquet, txt or pos/ neg/.")
]
OptionalSource = Annotated[
    str | None,
    typer.Argument(metavar="[DATA]", help="As for fit; by default what the model was fitted on, its unseen part."),
]
Text = Annotated[str | None, typer.Option("--text", help="Column that holds the text.")]
Label = Annotated[str | None, typer.Option("--label", help="Column that holds the label.")]
Encoding = Annotated[str, typer.Option(help="Of a text file, where it is not UTF-8: latin-1, cp1252, ...")]
DropEmpty = Annotated[bool, typer.Option("--drop-empty", help="Leave out rows without a text.")]
Local = Annotated[Path | None, typer.Option("--data", help="Local copy of a named set (or set VAEWORKS_DATA).")]
Texts = Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="The texts themselves.")]
File = Annotated[Path | None, typer.Option("--file", help="Read texts from here, one a line.")]
Out = Annotated[Path, typer.Option("--out", help="Where to write; a .parquet, .csv or .npz.")]


@dataclass(frozen=True)
class Reading:
    """How a source of texts is read: its columns, its encoding, and where a local copy of a named set lies."""

    text: str | None
    label: str | None
    encoding: str
    drop_empty: bool
    data: str | None

    def load(self, source: str) -> "DataSet[Rows]":
        from .. import datasets

        return datasets.load_texts(source, **{**asdict(self), "data": None if self.data is None else Path(self.data)})


def fit(
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    text: Text = None,
    label: Label = None,
    encoding: Encoding = "utf-8",
    drop_empty: DropEmpty = False,
    data: Local = None,
    preset: Annotated[
        str | None, typer.Option(help="default, imdb or quick: settings to begin with; by default the data's own.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="MODEL", help="Go on from this model, a folder or imdb.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PART", help="Train only this part of it, as in --only prior --prior flow.")
    ] = None,
    latent_dim: Annotated[int | None, typer.Option(min=1, help="Units of the latent code.")] = None,
    rate: Annotated[
        float | None, typer.Option(min=0, max=1000, help="Nats of KL that training holds; 0 trains the plain bound.")
    ] = None,
    free_bits: Annotated[
        float | None, typer.Option(min=0, max=1000, help="Nats a unit below which its KL is not pushed.")
    ] = None,
    label_weight: Annotated[float | None, typer.Option(min=0, max=1e6, help="Weight of a label beside a text.")] = None,
    kl_warmup: Annotated[
        float | None, typer.Option(min=0, max=1e6, help="Epochs of growing beta where the rate is 0.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="The most passes over the data.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Texts a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=1e-8, max=1, help="At first; it falls to zero.")] = None,
    tokens: Annotated[str | None, typer.Option(help="words or subwords.")] = None,
    vocabulary_size: Annotated[int | None, typer.Option(min=8, help="The most words, four marks included.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="What is reconstructed of a text.")] = None,
    prior: Annotated[str | None, typer.Option(help="normal, mixture, vamp or flow.")] = None,
    precision: Annotated[str | None, typer.Option(help="32-true or bf16-mixed.")] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any further parameter of TextVAE, as in --set dropout=0.2."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted fit, same settings.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the model that is there.")] = False,
    tensorboard: Annotated[Path | None, typer.Option(help="Folder for TensorBoard's files.")] = None,
    seed: int = 0,
    device: str = "auto",
) -> dict:
    """Fit a text VAE: one latent code that reconstructs a text and predicts its label.

    What no option says is as in the preset, and else as in the defaults of TextVAE.

    Examples:

      vae fit text rotten --out models/rotten

      vae fit text my.csv --text review --label stars --out models/mine

      vae fit text imdb --preset quick --out models/quick

      vae fit text my.csv --from imdb --out models/mine
    """
    from ..fitting.monitors import ProgressBar, TensorBoard
    from ..kinds import load
    from ..storage.session import assignments, fit_into_folder, summary
    from .estimator import TextVAE
    from .presets import preset_for

    options = {
        "latent_dim": latent_dim,
        "rate": rate,
        "free_bits": free_bits,
        "label_weight": label_weight,
        "kl_warmup": kl_warmup,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "tokens": tokens,
        "vocabulary_size": vocabulary_size,
        "max_tokens": max_tokens,
        "prior": prior,
        "precision": precision,
    }
    chosen = {name: value for name, value in options.items() if value is not None} | assignments(
        others or [], TextVAE()
    )
    chosen |= {"rate": chosen.get("rate") or None} if "rate" in chosen else {}
    begun = None if start is None else load(start)
    settings = preset_for(source, preset, begun is not None)
    reading = Reading(text, label, encoding, drop_empty, None if data is None else str(data))
    found = reading.load(source)
    estimator = TextVAE(**({} if begun is None else begun.get_params()))
    always = {"label_name": found.label_name or "label", "random_state": seed, "device": device}
    estimator.set_params(**{**settings.parameters, **always, **chosen})
    monitors = (ProgressBar(), *([TensorBoard(tensorboard)] if tensorboard else []))
    rows = training_rows(found, settings.unlabelled)
    origin = {"source": source, **asdict(reading), "rows": len(rows["X"]), "start": start, "only": only}
    fit_into_folder(estimator, {**rows, "start": begun, "only": only}, out, origin, resume, overwrite, monitors)
    return summary(estimator, out)


def evaluate(
    model: "TextVAE",
    source: OptionalSource = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use the first rows only.")] = None,
    samples: Annotated[int, typer.Option(min=0, help="Draws of z for the importance-weighted bound.")] = 10,
    text: Text = None,
    label: Label = None,
    encoding: Encoding = "utf-8",
    drop_empty: DropEmpty = False,
    data: Local = None,
) -> dict:
    """Measure a model: bounds, perplexities, accuracies, active units. The figures go into its metrics.json.

    Examples:

      vae evaluate models/rotten

      vae evaluate models/mine new.csv --text review --label stars --samples 100
    """
    from ..storage.session import evaluated

    X, said = examples(
        model, source, limit, Reading(text, label, encoding, drop_empty, None if data is None else str(data))
    )
    return evaluated(model, said, model.evaluate(X, samples=samples))


def reconstruct(model: "TextVAE", texts: Texts = None, file: File = None) -> dict:
    """Encode texts and decode them again, with the predicted label.

    Examples:

      vae reconstruct models/rotten "A film I will not forget."

      vae reconstruct models/rotten --file reviews.txt --json
    """
    given = texts_given(texts, file)
    return {
        "rows": [
            {"original": original, "reconstruction": decoded, **labels}
            for original, decoded, labels in zip(
                given, model.reconstruct(given), predictions(model, given), strict=True
            )
        ]
    }


def predict(model: "TextVAE", texts: Texts = None, file: File = None) -> dict:
    """Predict the label of texts.

    Examples:

      vae predict imdb "A film I will not forget."
    """
    if model.class_names_ is None:
        raise VaeworksError("this model was fitted without labels, so it predicts none: fit it with --label")
    given = texts_given(texts, file)
    rows = zip(given, predictions(model, given), strict=True)
    return {"rows": [{"text": text, **labels} for text, labels in rows]}


def encode(
    model: "TextVAE",
    source: Source,
    out: Out,
    text: Text = None,
    encoding: Encoding = "utf-8",
    drop_empty: DropEmpty = False,
    data: Local = None,
) -> dict:
    """Write the latent code (posterior mean) of every text, one row a text, in the order given.

    Examples:

      vae encode models/rotten my.csv --text review --out codes.parquet
    """
    from ..datasets import is_named
    from ..storage.codes import write_codes

    no_label = None if is_named(source) else ""
    reading = Reading(text, no_label, encoding, drop_empty, None if data is None else str(data))
    splits = read_alike(model, source, reading).splits
    rows = write_codes(model, tuple(splits.values()), out)
    return {"rows_written": rows, "latent_units": model.latent_dim, "out": str(out), "splits": ", ".join(splits)}


def sample(
    model: "TextVAE",
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 5,
    label: Annotated[str | None, typer.Option(help="Draw for this class.")] = None,
    temperature: Annotated[float, typer.Option(min=0.0, help="Of the words: 1 is the model itself, 0 greedy.")] = 0.8,
    prior: Annotated[str, typer.Option(help="model, or aggregated: a mixture fitted to the codes of data.")] = "model",
    seed: int = 0,
) -> dict:
    """Write new texts: codes from the prior, words from the decoder.

    With a label, codes that it fits, and of four texts from each the one that reads most like it.

    Examples:

      vae sample imdb -n 5 --label positive --temperature 0.8 --seed 1
    """
    from ..labels import class_named

    wanted = None if label is None else class_named(model.class_names_, label)
    return {"texts": model.sample(n, wanted, temperature, seed, prior=prior)}


def interpolate(
    model: "TextVAE",
    first: Annotated[str, typer.Argument(metavar="FROM")],
    second: Annotated[str, typer.Argument(metavar="TO")],
    steps: Annotated[int, typer.Option(min=2, help="Texts in all, ends included.")] = 7,
) -> dict:
    """Walk in a straight line from one text's code to another's.

    Examples:

      vae interpolate imdb "A gem." "A waste of time." --steps 7
    """
    return {"texts": model.interpolate(first, second, steps)}


def report(
    model: "TextVAE",
    out: Annotated[Path, typer.Option("--out", help="The HTML page to write.")],
    source: OptionalSource = None,
    text: Text = None,
    label: Label = None,
    encoding: Encoding = "utf-8",
    drop_empty: DropEmpty = False,
    data: Local = None,
) -> dict:
    """Write one self-contained HTML page: curves, latent space, reconstructions, samples, calibration.

    Examples:

      vae report models/rotten --out report.html
    """
    from ..report import write_report

    X, said = examples(
        model, source, None, Reading(text, label, encoding, drop_empty, None if data is None else str(data))
    )
    write_report(f"TextVAE on {said['dataset']}", model.panels(X), out)
    return {"report": str(out), **said}


def training_rows(found: "DataSet[Rows]", unlabelled: bool = True) -> dict[str, Any]:
    """The rows to fit, where wanted the unlabelled ones too, and the validation rows where the set has some."""
    validation = found.splits.get("validation")
    return {
        "X": found.training(unlabelled).X,
        "validation": None if validation is None else (validation.X, validation.y),
    }


def examples(model: "TextVAE", source: str | None, limit: int | None, reading: Reading) -> tuple[Any, dict[str, str]]:
    """Rows to judge a model by: those given, or the part of its own data that it was not trained on."""
    own = model.metrics_["fit"].get("source")
    if source is not None:
        found = read_alike(model, source, reading)
    elif own is not None:
        was = Reading(**{field.name: own[field.name] for field in fields(Reading)})
        found = replace(was, data=reading.data or was.data).load(own["source"])
    else:
        raise VaeworksError("this model does not say what it was fitted on: name the data to use")
    rows, split = found.unseen(model.validation_fraction if source is None else None)
    return rows.head(limit).X, {"dataset": found.name, "split": split}


def read_alike(model: "TextVAE", source: str, reading: Reading) -> "DataSet[Rows]":
    """Read a source by the columns that the model was fitted on, where it has them and no others are named."""
    own = model.metrics_["fit"].get("source") or {"text": None, "label": None}
    if reading.text is None and own["text"] is not None:
        label = own["label"] if reading.label is None else reading.label
        with suppress(MissingColumnError):
            return replace(reading, text=own["text"], label=label).load(source)
    return reading.load(source)


def texts_given(texts: list[str] | None, file: Path | None) -> list[str]:
    """The texts on the command line and the lines of a file, blank ones left out."""
    given = [*(texts or []), *(lines_of(file) if file else [])]
    if not given:
        raise VaeworksError("no text was given: pass one in quotes, or a file of them with --file")
    return given


def lines_of(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise VaeworksError(f"{file} is not UTF-8: convert it, for instance with iconv -f latin1 -t utf-8") from error
    except OSError as error:
        raise VaeworksError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error
    return [line for line in lines if line.strip()]


def predictions(model: "TextVAE", texts: list[str]) -> list[dict]:
    """The label and its probability for each text; nothing for a model without labels."""
    if model.class_names_ is None:
        return [{} for _ in texts]
    chances = model.predict_proba(texts)
    names = model.class_names_.names
    return [{model.label_name: names[row.argmax()], "probability": float(row.max())} for row in chances]
