"""olivetti: 400 faces of 40 people (Samaria and Harter 1994), in the edition of Sam Roweis."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..images.pictures import Pictures
from ..published import Packed, Published
from ..sets import DataSet
from .dealing import shuffled_position
from .matlab import read_columns

if TYPE_CHECKING:
    import numpy as np

SIDE = 64
EACH = 10
HELD_OUT = {"validation": 8, "test": 9}
FILE = Published(
    "olivettifaces.mat",
    "https://ndownloader.figshare.com/files/5976027",
    "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794",
)


def read(paths: Sequence[Path]) -> "dict[str, np.ndarray]":
    """The faces, and whose they are."""
    import numpy as np

    images = read_columns(paths[0], "faces", SIDE, SIDE, transposed=True)
    return {"images": images, "subject": (np.arange(len(images)) // EACH).astype(np.uint8)}


FACES = Packed("olivetti", "olivetti_faces.npz", "faces", {"images": (SIDE, SIDE), "subject": ()}, read)
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "400 faces, 10 pictures of each of 40 people, grey, 64 x 64 pixels",
    "splits": "train, validation and test of 8, 1 and 1 pictures of each person, by a fixed seed",
    "licence": "AT&T Laboratories Cambridge: credit them",
    "source": f"{FILE.url} ({FILE.file}, the file that scikit-learn uses)",
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds faces/{FACES.npz} (images, subject), or {FILE.file}",
}


def is_cached() -> bool:
    return FACES.kept.is_file()


def load(data: Path | None = None, file: Published = FILE) -> DataSet[Pictures]:
    """The faces in the splits train, validation and test; the label is the person's number, from 0.

    The pictures of each person are shuffled by a fixed seed (see `dealing.shuffled_position`). Every split has
    one picture of each person after another, so that any first rows hold as many people as they can.

    Parameters
    ----------
    data : Path, optional
        A local copy: the .npz or the .mat file, or a folder that holds it.
    file : Published
        What to download.
    """
    import numpy as np

    arrays = FACES.arrays([file], data)
    people = arrays["subject"]
    pictures = Pictures(arrays["images"][..., np.newaxis], [str(person) for person in people])
    rows: dict[str, list[tuple[int, int, int]]] = {"train": [], "validation": [], "test": []}
    for person in np.unique(people):
        own = sorted(np.flatnonzero(people == person), key=lambda row: shuffled_position(str(row)))
        for turn, row in enumerate(own):
            split = next((split for split, held_out in HELD_OUT.items() if turn == held_out), "train")
            rows[split].append((turn, int(person), int(row)))
    splits = {
        split: pictures.take(np.array([row for _, _, row in sorted(places)], int)) for split, places in rows.items()
    }
    return DataSet("olivetti", splits, "person")
