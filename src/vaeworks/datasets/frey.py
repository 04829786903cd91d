"""frey: 1,965 frames of a video of Brendan Frey's face, in the edition of Sam Roweis."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arrays import picked
from .cache import cache_folder, filling, local_copy
from .downloads import fetch
from .held_out import chosen
from .matlab import read_columns
from .pictures import ImageSet, Pictures

if TYPE_CHECKING:
    import numpy as np

URL = "https://cs.nyu.edu/~roweis/data/frey_rawface.mat"
MATLAB = "frey_rawface.mat"
KEPT = "frey_faces.npz"
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "1,965 frames of one man's face, grey, 28 x 20 pixels, without labels",
    "splits": "train, validation and test of 80, 10 and 10%: the video is cut into 20 blocks, of which two are "
    "validation and two test, since neighbouring frames are near copies",
    "licence": "none stated",
    "source": f"{URL} (no published checksum is known, so only the form is checked)",
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds faces/{KEPT} (images), or {MATLAB}",
}
HEIGHT, WIDTH = 28, 20
BLOCKS = 20
HELD_OUT = {"validation": (4, 14), "test": (9, 19)}

log = logging.getLogger(__name__)


def is_cached() -> bool:
    return (cache_folder("frey") / KEPT).is_file()


def load(data: Path | None = None, url: str = URL) -> ImageSet:
    """The frames in the splits train, validation and test, each in the order of the video.

    Parameters
    ----------
    data : Path, optional
        A local copy: the .npz or the .mat file, or a folder that holds it.
    url : str
        What to download.
    """
    import numpy as np

    frames = read_frames(data, url)
    pictures = Pictures(frames[..., np.newaxis], None)
    block = np.arange(len(frames)) * BLOCKS // len(frames)
    held_out = {split: np.isin(block, blocks) for split, blocks in HELD_OUT.items()}
    masks = {"train": ~(held_out["validation"] | held_out["test"]), **held_out}
    return ImageSet("frey", {split: chosen(pictures, np.flatnonzero(mask)) for split, mask in masks.items()}, None)


def read_frames(data: Path | None, url: str) -> np.ndarray:
    import numpy as np

    copy = local_copy("frey", [(KEPT,), (f"faces/{KEPT}",), (MATLAB,)], data)
    if copy is not None and copy[0].suffix == ".mat":
        return read_columns(copy[0], "ff", HEIGHT, WIDTH)
    cached = cache_folder("frey") / KEPT
    if copy is None and not cached.is_file():
        log.info("frey: downloading %s", url)
        with filling(cached.parent) as folder:
            place = folder / "download"
            place.mkdir()
            fetch("frey", url, place / MATLAB)
            np.savez_compressed(folder / KEPT, images=read_columns(place / MATLAB, "ff", HEIGHT, WIDTH))
    return picked(copy[0] if copy else cached, {"images": (HEIGHT, WIDTH)})["images"]
