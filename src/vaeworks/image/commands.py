"""The shell verbs of images. They import torch only when they run, so that help is quick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np

    from ..datasets import DataSet, Pictures
    from .estimator import ImageVAE

Source = Annotated[
    str, typer.Argument(metavar="DATA", help="A named set, a folder of pictures or of class folders, an npy or npz.")
]
OptionalSource = Annotated[
    str | None,
    typer.Argument(metavar="[DATA]", help="As for fit; by default what it was fitted on, the unseen part."),
]
Local = Annotated[Path | None, typer.Option("--data", help="Local copy of a named set (or set VAEWORKS_DATA).")]
Resize = Annotated[int | None, typer.Option(min=1, help="Bring pictures to squares of this side.")]


def picture_path(out: Path) -> Path:
    """Refuse an ending that no picture has before any time is spent."""
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise VaeworksError(f"{out} must end in .png, .jpg, .jpeg or .webp")
    return out


Out = Annotated[Path, typer.Option("--out", help="Picture to write: a png, jpg or webp.", callback=picture_path)]
Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="A png, jpg or webp.")]


def fit(
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="Folder for the model.")],
    classes: Annotated[bool, typer.Option("--classes", help="Predict the labels of the images too.")] = False,
    start: Annotated[str | None, typer.Option("--from", metavar="MODEL", help="Go on from this model.")] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PART", help="Train only this part of it, as in --only prior --prior flow.")
    ] = None,
    levels: Annotated[int | None, typer.Option(min=1, help="Levels of latents.")] = None,
    latent_dim: Annotated[int | None, typer.Option(min=1, help="Units of the top level.")] = None,
    likelihood: Annotated[str | None, typer.Option(help="auto, bernoulli, logistic or normal.")] = None,
    prior: Annotated[str | None, typer.Option(help="normal, mixture, vamp or flow.")] = None,
    rate: Annotated[float | None, typer.Option(min=0, help="Nats of KL to hold; 0 trains the plain bound.")] = None,
    free_bits: Annotated[
        float | None, typer.Option(min=0, help="Nats a unit below which its KL is not pushed.")
    ] = None,
    kl_warmup: Annotated[float | None, typer.Option(min=0, help="Epochs of growing beta.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="The most passes over the data.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Images a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=1e-8, max=1, help="At first; it falls to zero.")] = None,
    precision: Annotated[str | None, typer.Option(help="32-true or bf16-mixed.")] = None,
    others: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any further parameter of ImageVAE, as in --set width=16."),
    ] = None,
    data: Local = None,
    resize: Resize = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted fit, same settings.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the model that is there.")] = False,
    seed: int = 0,
    device: str = "auto",
) -> dict:
    """Fit an image VAE: a latent code that images are drawn from.

    Examples:

      vae fit image digits --out models/digits

      vae fit image fashion --levels 2 --classes --out models/fashion

      vae fit image photos/ --resize 64 --out models/photos

      vae fit image fashion --from models/fashion --only prior --prior flow --out models/flow
    """
    from ..fitting.monitors import ProgressBar
    from ..kinds import load
    from ..storage.session import assignments, fit_into_folder, summary
    from .estimator import ImageVAE

    options = {
        "levels": levels,
        "latent_dim": latent_dim,
        "likelihood": likelihood,
        "prior": prior,
        "rate": rate,
        "free_bits": free_bits,
        "kl_warmup": kl_warmup,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "precision": precision,
    }
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    chosen |= assignments(others or [], ImageVAE())
    chosen |= {"rate": chosen["rate"] or None} if "rate" in chosen else {}
    begun = None if start is None else load(start)
    found = read(source, data, resize)
    always = {"label_name": found.label_name or "label", "random_state": seed, "device": device}
    estimator = ImageVAE(**({} if begun is None else begun.get_params())).set_params(**{**always, **chosen})
    rows = training_images(found, classes)
    origin = {
        "source": source,
        "data": None if data is None else str(data),
        "resize": resize,
        "classes": classes,
        "rows": len(rows["X"]),
        "start": start,
        "only": only,
    }
    fit_into_folder(estimator, {**rows, "start": begun, "only": only}, out, origin, resume, overwrite, (ProgressBar(),))
    return summary(estimator, out)


def evaluate(
    model: "ImageVAE",
    source: OptionalSource = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Use the first images only.")] = None,
    samples: Annotated[int, typer.Option(min=0, help="Draws of z for the importance-weighted bound.")] = 10,
    data: Local = None,
    resize: Resize = None,
) -> dict:
    """Measure a model: bounds in nats and bits per dimension, KL per level, accuracy. They go into its metrics.json.

    Examples:

      vae evaluate models/fashion --samples 500
    """
    from ..storage.session import evaluated

    images, said = unseen(model, source, data, resize)
    images = images.head(limit)
    labels = None if model.class_names_ is None else images.labels
    return evaluated(model, said, model.evaluate(images.images, labels, samples=samples))


def reconstruct(model: "ImageVAE", picture: Picture, out: Out) -> dict:
    """Encode a picture and decode it again; the two stand side by side.

    Examples:

      vae reconstruct models/fashion photo.png --out both.png
    """
    image = opened(model, picture)
    return drawn(model, [image, model.reconstruct([image])[0]], out, columns=2)


def predict(
    model: "ImageVAE", pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Pictures.")]
) -> dict:
    """Predict the label of pictures.

    Examples:

      vae predict models/fashion photo.png
    """
    if model.class_names_ is None:
        raise VaeworksError("this model was fitted without labels, so it predicts none: fit it with --classes")
    chances = model.predict_proba([opened(model, picture) for picture in pictures])
    names = model.class_names_.names
    return {
        "rows": [
            {"picture": str(picture), model.label_name: names[row.argmax()], "probability": float(row.max())}
            for picture, row in zip(pictures, chances, strict=True)
        ]
    }


def encode(
    model: "ImageVAE",
    source: Source,
    out: Annotated[Path, typer.Option("--out", help="Where to write; a .parquet, .csv or .npz.")],
    data: Local = None,
    resize: Resize = None,
) -> dict:
    """Write the latent code (posterior mean of the top level) of every image, in the order given.

    Examples:

      vae encode models/fashion fashion --out codes.parquet
    """
    from ..storage.codes import write_codes

    found = read(source, data, resize or resized(model))
    rows = write_codes(model, found.whole().X, out)
    return {"rows_written": rows, "latent_units": model.latent_dim, "out": str(out), "splits": ", ".join(found.splits)}


def sample(
    model: "ImageVAE",
    out: Out,
    n: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 64,
    label: Annotated[str | None, typer.Option(help="Draw for this class.")] = None,
    temperature: Annotated[float, typer.Option(min=0.0, help="Of normal priors, whose deviations it scales.")] = 1.0,
    prior: Annotated[str, typer.Option(help="model, or aggregated: a mixture fitted to the codes of data.")] = "model",
    seed: int = 0,
) -> dict:
    """Draw new images, in one picture.

    Examples:

      vae sample models/fashion -n 64 --label sneaker --temperature .8 --out grid.png
    """
    from ..labels import class_named

    wanted = None if label is None else class_named(model.class_names_, label)
    return drawn(model, model.sample(n, wanted, temperature, seed, prior=prior), out)


def interpolate(
    model: "ImageVAE",
    first: Annotated[Path, typer.Argument(metavar="FROM")],
    second: Annotated[Path, typer.Argument(metavar="TO")],
    out: Out,
    steps: Annotated[int, typer.Option(min=2, help="Images in all, ends included.")] = 9,
) -> dict:
    """Walk in a straight line from one picture's code to another's.

    Examples:

      vae interpolate models/fashion a.png b.png --steps 9 --out strip.png
    """
    images = model.interpolate(opened(model, first), opened(model, second), steps)
    return drawn(model, images, out, columns=steps)


def traverse(
    model: "ImageVAE",
    picture: Picture,
    out: Out,
    units: Annotated[int, typer.Option(min=1, help="How many units, those that hold most first.")] = 8,
    steps: Annotated[int, typer.Option(min=2, help="Values of each.")] = 9,
) -> dict:
    """Move one latent unit after another of a picture's code, one row a unit.

    Examples:

      vae traverse models/fashion photo.png --out traversal.png
    """
    rows = model.traverse(opened(model, picture), units, steps)
    return drawn(model, rows.reshape(-1, *rows.shape[2:]), out, columns=steps)


def manifold(
    model: "ImageVAE", out: Out, side: Annotated[int, typer.Option(min=2, help="Images on each side.")] = 20
) -> dict:
    """Decode a square of codes of a model with two latent units.

    Examples:

      vae manifold models/fashion2d --out manifold.png
    """
    square = model.manifold(side)
    return drawn(model, square.reshape(-1, *square.shape[2:]), out, columns=side)


def report(
    model: "ImageVAE",
    out: Annotated[Path, typer.Option("--out", help="The HTML page to write.")],
    source: OptionalSource = None,
    data: Local = None,
    resize: Resize = None,
) -> dict:
    """Write one self-contained HTML page: curves, latent space, reconstructions, samples, calibration.

    Examples:

      vae report models/fashion --out report.html
    """
    from ..report import write_report

    images, said = unseen(model, source, data, resize)
    write_report(f"ImageVAE on {said['dataset']}", model.panels(images.images, images.labels), out)
    return {"report": str(out), **said}


def read(source: str, data: Path | None, resize: int | None) -> "DataSet[Pictures]":
    from ..datasets import load_images

    return load_images(source, data=data, resize=resize)


def training_images(found: "DataSet[Pictures]", classes: bool) -> dict[str, Any]:
    """The images to fit, and the validation images where the set has some."""
    train = found.training()
    if classes and not train.labelled:
        raise VaeworksError(f"{found.name} has no labels: leave out --classes, or put the pictures into class folders")
    validation = found.splits.get("validation")
    held_out = None if validation is None else (validation.X, validation.y if classes else None)
    return {"X": train.X, "y": train.y if classes else None, "validation": held_out}


def unseen(
    model: "ImageVAE", source: str | None, data: Path | None, resize: int | None
) -> tuple["Pictures", dict[str, str]]:
    """Images to judge a model by: those given, or a part of its own set that it was not trained on."""
    own, given = model.metrics_["fit"].get("source"), source is not None
    if not given and own is None:
        raise VaeworksError("this model does not say what it was fitted on: name the data to use")
    if not given:
        source, data = own["source"], data or (Path(own["data"]) if own["data"] else None)
    resize = resize or resized(model)
    found = read(str(source), data, resize)
    images, split = found.unseen(None if given else model.validation_fraction)
    return images, {"dataset": found.name, "split": split}


def resized(model: "ImageVAE") -> int | None:
    """The side that pictures were brought to for the fit."""
    return (model.metrics_["fit"].get("source") or {}).get("resize")


def opened(model: "ImageVAE", picture: Path) -> "np.ndarray":
    """A picture in the units of the model."""
    from ..datasets import read_image

    channels, height, width = model.shape_
    image = read_image(picture, (height, width, channels), resize=resized(model) is not None)
    return (image > 127).astype("uint8") if model.likelihood_ == "bernoulli" else image


def drawn(model: "ImageVAE", images: Any, out: Path, columns: int | None = None) -> dict:
    import numpy as np

    from .pictures import as_bytes, grid, write_picture

    write_picture(grid(as_bytes(np.asarray(images), model.likelihood_), columns), out)
    return {"images": len(images), "out": str(out)}
