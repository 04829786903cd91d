"""The shell verbs of images. They import torch only when they run, so that help is quick."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import ArchiveOut, Count, Label, Local, OfLabel, Origin, PictureOut, RowsOut, Steps, ToCompress, ending
from .presets import PRESETS  # noqa: F401  # the table of kinds looks for them here

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from ..datasets import DataSet
    from ..pixels.captions import Captions
    from .estimator import ImageVAE

DATA = "A named set, a folder of pictures or of class folders, an npy or npz."
FIT = "an image VAE: a latent code that images are drawn from, and their label is predicted from"
EXAMPLES = {
    "fit": (
        "vae fit image digits --out models/digits",
        "vae fit image fashion --levels 2 --out models/fashion",
        "vae fit image photos/ --resize 64 --out models/photos",
        "vae fit image fashion --from models/fashion --only prior --prior flow --out models/flow",
    ),
    "evaluate": ("vae evaluate models/fashion --samples 500",),
    "encode": ("vae encode models/fashion fashion --out codes.parquet",),
    "report": ("vae report models/fashion --out report.html",),
}
AT_ONCE, REACH = 256, 2.5
Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="A png, jpg or webp.")]


@dataclass(frozen=True)
class Source:
    """How images are read."""

    label: Label = None
    resize: Annotated[int | None, typer.Option("--resize", min=1, help="Bring pictures to squares of this side.")] = (
        None
    )
    data: Local = None

    def load(self, source: str, model: "ImageVAE | None" = None) -> "DataSet":
        from ..datasets import load_images

        return load_images(source, label=self.label, data=self.data, resize=self.resize)


def reconstruct(model: "ImageVAE", picture: Picture, out: PictureOut) -> dict:
    """Encode a picture and decode it again; the two stand side by side.

    Examples:

      vae reconstruct models/fashion photo.png --out both.png
    """
    from ..pixels.captions import Captions

    image = _opened(model, picture)
    both = [image, model.reconstruct([image])[0]]
    return _drawn(model, both, out, 2, Captions(columns=["original", "reconstruction"]))


def compress(model: "ImageVAE", source: ToCompress, out: ArchiveOut) -> dict:
    """Write a picture, or a folder of them, to one small file that vae decompress reads.

    Images of the model's size, without loss; their order and names are kept.

    Examples:

      vae compress models/fashion images/ --out images.vae
    """
    from ..archives import compressed

    return compressed(model, source, out)


def predict(
    model: "ImageVAE",
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Pictures, or a folder of them.")],
    out: RowsOut = None,
) -> dict:
    """Predict the label of pictures.

    Examples:

      vae predict models/fashion photo.png

      vae predict models/fashion photos/ --out labels.csv
    """
    from ..datasets.images.photos import files_below
    from ..storage.rows import write_rows

    model.require_labels()
    files = [file for given in pictures for file in (files_below(given) if given.is_dir() else [given])]
    rows = _predicted(model, files)
    return {"rows": rows} if out is None else {"rows_written": write_rows(rows, out), "out": str(out)}


def _predicted(model: "ImageVAE", files: list[Path]) -> "Iterator[dict]":
    """The label of each picture, of which few are in memory at once."""
    for start in range(0, len(files), AT_ONCE):
        some = files[start : start + AT_ONCE]
        labels = model.predictions([_opened(model, file) for file in some])
        yield from ({"picture": str(file), **label} for file, label in zip(some, labels, strict=True))


def sample(
    model: "ImageVAE",
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="One picture of all (png, jpg, webp), an npz, or a folder for single ones.",
            callback=ending(".png", ".jpg", ".jpeg", ".webp", ".npz", ""),
        ),
    ],
    n: Count = 64,
    label: OfLabel = None,
    temperature: Annotated[float, typer.Option(min=0.0, help="Of normal priors, whose deviations it scales.")] = 1.0,
    prior: Origin = "auto",
    seed: int = 0,
) -> dict:
    """Draw new images, in one picture, or each for itself.

    Examples:

      vae sample models/fashion -n 64 --label sneaker --temperature .8 --out grid.png

      vae sample models/fashion -n 1000 --out drawn/
    """
    drawn = model.sample(n, model.class_named(label), temperature, seed, prior=prior)
    return _written(model, drawn, out) if out.suffix in (".npz", "") else _drawn(model, drawn, out)


def interpolate(
    model: "ImageVAE",
    first: Annotated[Path, typer.Argument(metavar="FROM")],
    second: Annotated[Path, typer.Argument(metavar="TO")],
    out: PictureOut,
    steps: Steps = 9,
) -> dict:
    """Walk in a straight line from one picture's code to another's.

    Examples:

      vae interpolate models/fashion a.png b.png --steps 9 --out strip.png
    """
    from ..pixels.captions import Captions

    images = model.interpolate(_opened(model, first), _opened(model, second), steps)
    return _drawn(model, images, out, steps, Captions(columns=_values(0.0, 1.0, steps)))


def traverse(
    model: "ImageVAE",
    picture: Picture,
    out: PictureOut,
    units: Annotated[int, typer.Option(min=1, help="How many units, those that hold most first.")] = 8,
    steps: Annotated[int, typer.Option(min=2, help="Values of each.")] = 9,
) -> dict:
    """Move one latent unit after another of a picture's code, one row a unit.

    Examples:

      vae traverse models/fashion photo.png --out traversal.png
    """
    from ..pixels.captions import Captions

    rows = model.traverse(_opened(model, picture), units, steps, REACH)
    what = "KL" if model.metrics_["fit"]["held_out"]["kl_per_unit_nats"] else "variance"
    names = [f"unit {unit}: {what} {held:.1f}" for unit, held in model.strongest_units(units)]
    captions = Captions(names, _values(-REACH, REACH, steps))
    return _drawn(model, rows.reshape(-1, *rows.shape[2:]), out, steps, captions)


def manifold(
    model: "ImageVAE",
    out: PictureOut,
    side: Annotated[int, typer.Option(min=2, help="Images on each side.")] = 20,
) -> dict:
    """Decode a square of codes of a model with two latent units.

    Examples:

      vae manifold models/fashion2d --out manifold.png
    """
    from ..pixels.captions import Captions

    square = model.manifold(side)
    spread = [f"{value:+.1f}" for value in (-1.28, -0.52, 0.0, 0.52, 1.28)]  # the middles of fifths of N(0, 1)
    captions = Captions([f"z1 = {value}" for value in reversed(spread)], [f"z0 = {value}" for value in spread])
    return _drawn(model, square.reshape(-1, *square.shape[2:]), out, side, captions)


def _opened(model: "ImageVAE", picture: Path) -> "np.ndarray":
    """A picture in the units of the model, resized as those of the fit were."""
    from ..datasets import read_image

    channels, height, width = model.reader_.shape
    resized = (model.metrics_["fit"].get("source") or {}).get("resize")
    image = read_image(picture, (height, width, channels), resize=resized is not None)
    return (image > 127).astype("uint8") if model.reader_.likelihood == "bernoulli" else image


def _values(low: float, high: float, steps: int) -> list[str]:
    return [f"{low + step * (high - low) / (steps - 1):.3g}" for step in range(steps)]


def _drawn(
    model: "ImageVAE", images: Any, out: Path, columns: int | None = None, captions: "Captions | None" = None
) -> dict:
    import numpy as np

    from ..pixels.pictures import as_bytes, grid, write_picture

    write_picture(grid(as_bytes(np.asarray(images), model.reader_.likelihood), columns), out, captions)
    return {"images": len(images), "out": str(out)}


def _written(model: "ImageVAE", images: "np.ndarray", out: Path) -> dict:
    """Images in an npz as the model has them, or each in a file of its own."""
    import numpy as np

    from ..files import written_whole
    from ..pixels.pictures import as_bytes, write_single

    if out.suffix == ".npz":
        with written_whole(out) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, images=images)
    else:
        out.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(as_bytes(images, model.reader_.likelihood), 1):
            write_single(image, out / f"{number:0{len(str(len(images)))}d}.png")
    return {"images": len(images), "out": str(out)}
