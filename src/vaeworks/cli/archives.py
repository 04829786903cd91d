"""The verbs of files that `vae compress` wrote: they find the model by themselves."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(metavar="FILE", help="What vae compress wrote.")]


def decompress(
    file: File,
    out: Annotated[Path, typer.Option("--out", help="The picture to write, or the folder.")],
    only: Annotated[str | None, typer.Option("--only", help="One of the pictures, by its name.")] = None,
    by: Annotated[
        Path | None, typer.Option("--model", help="The model that wrote it, where it is not found by itself.")
    ] = None,
) -> dict:
    """Write the pictures of a file that vae compress wrote; the model is found by its digest.

    Examples:

      vae decompress photo.vae --out photo.png

      vae decompress images.vae --out images/ --only 000012.png
    """
    from ..archives import decompressed

    return decompressed(file, out, only, by)


def codec_info(file: File) -> dict:
    """Show what is in a file that vae compress wrote, and which model reads it.

    Examples:

      vae codec-info photo.vae
    """
    from ..archives import told

    return told(file)
