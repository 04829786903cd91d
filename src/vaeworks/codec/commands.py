"""The shell verbs of the codec. They import torch only when they run, so that help is quick."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import ArchiveOut, ToCompress
from ..pixels.source import DATA  # noqa: F401  # the table of kinds looks for them here
from ..pixels.source import PhotoSource as Source  # noqa: F401

if TYPE_CHECKING:
    from .estimator import ImageCodec

FIT = "a codec of pictures: small files at any of a hundred qualities"
EXAMPLES = {
    "fit": ("vae fit codec photos/ --out models/codec",),
    "evaluate": ("vae evaluate models/codec photos/ --quality 20 50 80",),
    "report": ("vae report models/codec photos/ --out report.html",),
}


@dataclass(frozen=True)
class Judging:
    """How a codec is judged."""

    quality: Annotated[
        list[int] | None, typer.Option("--quality", help="From 0 to 100, several may follow. [10 30 50 70 90]")
    ] = None


def compress(
    model: "ImageCodec",
    source: ToCompress,
    out: ArchiveOut,
    quality: Annotated[int, typer.Option("--quality", min=0, max=100, help="Higher is better, and larger.")] = 50,
) -> dict:
    """Write a picture, or a folder of them, to one small file that vae decompress reads.

    Pictures of any size, with some loss; EXIF, profile and transparency are kept.

    Examples:

      vae compress photo photo.png --quality 50 --out photo.vae

      vae compress photo folder/ --quality 70 --out folder.vae
    """
    from ..archives import compressed

    return compressed(model, source, out, quality=quality)
