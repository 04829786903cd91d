"""The shell verbs of noisy pictures. They import torch only when they run, so that help is quick."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import VaeworksError
from ..options import ending
from ..pixels.source import DATA  # noqa: F401  # the table of kinds looks for them here
from ..pixels.source import PhotoSource as Source  # noqa: F401

if TYPE_CHECKING:
    import numpy as np

    from ..pixels.files import Picture
    from .estimator import ImageDenoiser

FIT = "a denoiser of pictures, and how sure it is of each pixel"
EXAMPLES = {
    "fit": (
        "vae fit denoiser photos/ --out models/mine",
        "vae fit denoiser photos/ --noise poisson --highest 60 --out models/dark",
        "vae fit denoiser noisy/ --unsupervised --level 25 --out models/blind",
    ),
    "evaluate": ("vae evaluate models/mine photos/ --sigma 15 25 50",),
    "report": ("vae report models/mine photos/ --out report.html",),
}


@dataclass(frozen=True)
class Judging:
    """How a denoiser is judged."""

    sigma: Annotated[
        list[float] | None, typer.Option("--sigma", help="Levels of noise, several may follow. [15 25 50]")
    ] = None


def denoise(
    model: "ImageDenoiser",
    source: Annotated[Path, typer.Argument(metavar="PICTURE", help="A picture, or a folder of them.")],
    out: Annotated[Path, typer.Option("--out", help="The picture to write, or the folder.")],
    sigma: Annotated[
        float | None, typer.Option("--sigma", help="Level of the noise where it is known; else the model guesses.")
    ] = None,
    turns: Annotated[
        int, typer.Option("--turns", help="Average over 2, 4 or 8 ways to turn it: better, and as many times slower.")
    ] = 1,
    samples: Annotated[int, typer.Option("--samples", min=2, help="Draws of z for the uncertainty.")] = 50,
    uncertainty: Annotated[
        Path | None,
        typer.Option(
            "--uncertainty",
            help="Picture to write of each pixel's standard deviation, black where it is 0; it says which white is.",
            callback=ending(".png"),
        ),
    ] = None,
) -> dict:
    """Clean a noisy picture, or a folder of them; names, profiles, EXIF, transparency and 16 bits are kept.

    Examples:

      vae denoise natural noisy.png --out clean.png

      vae denoise natural noisy.png --sigma 25 --out clean.png --samples 50 --uncertainty std.png

      vae denoise natural folder/ --out cleaned/
    """
    if source.is_dir():
        if uncertainty is not None:
            raise VaeworksError("--uncertainty is for one picture: name the picture")
        return _folder(model, source, out, sigma, turns)
    from ..pixels.files import check_holds, open_picture

    picture = open_picture(source)
    check_holds(out, str(picture.pixels.dtype), picture.alpha is not None)
    picture.write(_cleaned(model, picture, sigma, turns), out)
    result = {"picture": str(source), "out": str(out)}
    if uncertainty is None:
        return result
    [spread] = model.uncertainty([picture.pixels], sigma, samples)
    return {**result, "uncertainty": str(uncertainty), **_written(spread, uncertainty)}


def _folder(model: "ImageDenoiser", source: Path, out: Path, sigma: float | None, turns: int) -> dict:
    """Clean all pictures below a folder, and leave out with a word what cannot be read."""
    import logging

    from ..datasets.images.photos import files_below
    from ..pixels.files import ENDINGS, open_picture
    from ..progress import counted

    files, left_out = files_below(source, ENDINGS), 0
    if not files:
        raise VaeworksError(f"{source} holds no pictures: it should hold {', '.join(ENDINGS)} files")
    if out.exists() and (not out.is_dir() or out.resolve() == source.resolve()):
        raise VaeworksError(f"{out} is where the noisy pictures are, or no folder: name another folder")
    for file in counted(files, "pictures") if model.verbose else files:
        try:
            picture = open_picture(file)
            picture.write(_cleaned(model, picture, sigma, turns), out / file.relative_to(source))
        except VaeworksError as error:
            left_out += 1
            logging.getLogger(__name__).warning("%s", error)
    if left_out == len(files):
        raise VaeworksError(f"none of the {left_out:,} pictures in {source} could be cleaned: see above")
    return {"pictures": len(files) - left_out, "left_out": left_out, "out": str(out)}


def _cleaned(model: "ImageDenoiser", picture: "Picture", sigma: float | None, turns: int) -> "np.ndarray":
    return model.denoise([picture.pixels], sigma, turns)[0]


def _written(spread: "np.ndarray", out: Path) -> dict:
    """Draw deviations from black to white, which is the largest of them."""
    import numpy as np

    from ..pixels.pictures import write_picture

    most = float(spread.max())
    write_picture(np.rint(spread * (255 / (most or 1))).astype(np.uint8), out)
    return {"white_is": most, "mean_deviation": float(spread.mean())}
