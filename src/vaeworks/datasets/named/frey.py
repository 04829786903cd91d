"""frey: 1,965 frames of a video of Brendan Frey's face, in the edition of Sam Roweis."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..images.pictures import Pictures
from ..published import Packed, Published
from ..sets import DataSet
from .matlab import read_columns

if TYPE_CHECKING:
    import numpy as np

HEIGHT, WIDTH = 28, 20
BLOCKS = 20
HELD_OUT = {"validation": (4, 14), "test": (9, 19)}
FILE = Published(
    "frey_rawface.mat",
    "https://cs.nyu.edu/~roweis/data/frey_rawface.mat",
    "265a83a23adb081755cd3de375509828e690324d1d60f076b8ecebc840d59c64",
)


def read(paths: Sequence[Path]) -> "dict[str, np.ndarray]":
    return {"images": read_columns(paths[0], "ff", HEIGHT, WIDTH)}


FACES = Packed("frey", "frey_faces.npz", "faces", {"images": (HEIGHT, WIDTH)}, read)
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "1,965 frames of one man's face, grey, 28 x 20 pixels, without labels",
    "splits": "train, validation and test of 80, 10 and 10%: the video is cut into 20 blocks, of which two are "
    "validation and two test, since neighbouring frames are near copies",
    "licence": "none stated",
    "source": FILE.url,
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds faces/{FACES.npz} (images), or {FILE.file}",
}


def is_cached() -> bool:
    return FACES.kept.is_file()


def load(data: Path | None = None, file: Published = FILE) -> DataSet[Pictures]:
    """The frames in the splits train, validation and test, each in the order of the video.

    Parameters
    ----------
    data : Path, optional
        A local copy: the .npz or the .mat file, or a folder that holds it.
    file : Published
        What to download.
    """
    import numpy as np

    frames = FACES.arrays([file], data)["images"]
    pictures = Pictures(frames[..., np.newaxis], None)
    block = np.arange(len(frames)) * BLOCKS // len(frames)
    held_out = {split: np.isin(block, blocks) for split, blocks in HELD_OUT.items()}
    masks = {"train": ~(held_out["validation"] | held_out["test"]), **held_out}
    return DataSet("frey", {split: pictures.take(np.flatnonzero(mask)) for split, mask in masks.items()}, None)
