"""frey: 1,965 frames of a video of Brendan Frey's face, in the edition of Sam Roweis."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arrays import picked
from .cache import cache_folder, filling, local_copy
from .downloads import check_digest, fetch
from .held_out import chosen
from .matlab import read_columns
from .pictures import ImageSet, Pictures

if TYPE_CHECKING:
    import numpy as np

URL = "https://cs.nyu.edu/~roweis/data/frey_rawface.mat"
SHA256 = "265a83a23adb081755cd3de375509828e690324d1d60f076b8ecebc840d59c64"
MATLAB = "frey_rawface.mat"
KEPT = "frey_faces.npz"
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "1,965 frames of one man's face, grey, 28 x 20 pixels, without labels",
    "splits": "train, validation and test of 80, 10 and 10%: the video is cut into 20 blocks, of which two are "
    "validation and two test, since neighbouring frames are near copies",
    "licence": "none stated",
    "source": URL,
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds faces/{KEPT} (images), or {MATLAB}",
}
HEIGHT, WIDTH = 28, 20
BLOCKS = 20
HELD_OUT = {"validation": (4, 14), "test": (9, 19)}

log = logging.getLogger(__name__)


def is_cached() -> bool:
    return (cache_folder("frey") / KEPT).is_file()


def load(data: Path | None = None, url: str = URL, sha256: str = SHA256) -> ImageSet:
    """The frames in the splits train, validation and test, each in the order of the video.

    Parameters
    ----------
    data : Path, optional
        A local copy: the .npz or the .mat file, or a folder that holds it.
    url, sha256 : str
        What to download, and its checksum.
    """
    import numpy as np

    frames = read_frames(data, url, sha256)
    pictures = Pictures(frames[..., np.newaxis], None)
    block = np.arange(len(frames)) * BLOCKS // len(frames)
    held_out = {split: np.isin(block, blocks) for split, blocks in HELD_OUT.items()}
    masks = {"train": ~(held_out["validation"] | held_out["test"]), **held_out}
    return ImageSet("frey", {split: chosen(pictures, np.flatnonzero(mask)) for split, mask in masks.items()}, None)


def read_frames(data: Path | None, url: str, sha256: str) -> np.ndarray:
    import numpy as np

    copy = local_copy("frey", [(KEPT,), (f"faces/{KEPT}",), (MATLAB,)], data)
    if copy is not None and copy[0].suffix == ".mat":
        return read_matlab(copy[0], sha256)
    cached = cache_folder("frey") / KEPT
    if copy is None and not cached.is_file():
        log.info("frey: downloading %s", url)
        with filling(cached.parent) as folder:
            place = folder / "download"
            place.mkdir()
            fetch("frey", url, place / MATLAB)
            np.savez_compressed(folder / KEPT, images=read_matlab(place / MATLAB, sha256))
    return picked(copy[0] if copy else cached, {"images": (HEIGHT, WIDTH)})["images"]


def read_matlab(path: Path, sha256: str) -> np.ndarray:
    check_digest(path, "sha256", sha256)
    return read_columns(path, "ff", HEIGHT, WIDTH)
