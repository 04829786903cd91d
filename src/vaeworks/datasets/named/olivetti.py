"""olivetti: 400 faces of 40 people (Samaria and Harter 1994), in the edition of Sam Roweis."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arrays import picked
from ..cache import cache_folder, filling, local_copy
from ..downloads import check_digest, fetch
from ..images.pictures import ImageSet, Pictures
from .dealing import shuffled_position
from .held_out import chosen
from .matlab import read_columns

if TYPE_CHECKING:
    import numpy as np

URL = "https://ndownloader.figshare.com/files/5976027"
SHA256 = "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794"
MATLAB = "olivettifaces.mat"
KEPT = "olivetti_faces.npz"
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "400 faces, 10 pictures of each of 40 people, grey, 64 x 64 pixels",
    "splits": "train, validation and test of 8, 1 and 1 pictures of each person, by a fixed seed",
    "licence": "AT&T Laboratories Cambridge: credit them",
    "source": f"{URL} ({MATLAB}, the file that scikit-learn uses)",
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds faces/{KEPT} (images, subject), or {MATLAB}",
}
SIDE = 64
EACH = 10
HELD_OUT = {"validation": 8, "test": 9}

log = logging.getLogger(__name__)


def is_cached() -> bool:
    return (cache_folder("olivetti") / KEPT).is_file()


def load(data: Path | None = None, url: str = URL, sha256: str = SHA256) -> ImageSet:
    """The faces in the splits train, validation and test; the label is the person's number, from 0.

    The pictures of each person are shuffled by a fixed seed (see `dealing.split_by_film`). Every split has
    one picture of each person after another, so that any first rows hold as many people as they can.

    Parameters
    ----------
    data : Path, optional
        A local copy: the .npz or the .mat file, or a folder that holds it.
    url, sha256 : str
        What to download, and its checksum.
    """
    import numpy as np

    images, people = read_faces(data, url, sha256)
    pictures = Pictures(images[..., np.newaxis], [str(person) for person in people])
    rows: dict[str, list[tuple[int, int, int]]] = {"train": [], "validation": [], "test": []}
    for person in np.unique(people):
        own = sorted(np.flatnonzero(people == person), key=lambda row: shuffled_position(str(row)))
        for turn, row in enumerate(own):
            split = next((split for split, held_out in HELD_OUT.items() if turn == held_out), "train")
            rows[split].append((turn, int(person), int(row)))
    splits = {split: chosen(pictures, [row for _, _, row in sorted(places)]) for split, places in rows.items()}
    return ImageSet("olivetti", splits, "person")


def read_faces(data: Path | None, url: str, sha256: str) -> "tuple[np.ndarray, np.ndarray]":
    """The faces, and whose they are."""
    copy = local_copy("olivetti", [(KEPT,), (f"faces/{KEPT}",), (MATLAB,)], data)
    if copy is not None and copy[0].suffix == ".mat":
        return read_matlab(copy[0], sha256)
    cached = cache_folder("olivetti") / KEPT
    if copy is None and not cached.is_file():
        with filling(cached.parent) as folder:
            download(url, sha256, folder)
    arrays = picked(copy[0] if copy else cached, {"images": (SIDE, SIDE), "subject": ()})
    return arrays["images"], arrays["subject"]


def download(url: str, sha256: str, folder: Path) -> None:
    import numpy as np

    log.info("olivetti: downloading %s from %s", MATLAB, url)
    place = folder / "download"
    place.mkdir()
    fetch("olivetti", url, place / MATLAB)
    images, people = read_matlab(place / MATLAB, sha256)
    np.savez_compressed(folder / KEPT, images=images, subject=people)


def read_matlab(path: Path, sha256: str) -> "tuple[np.ndarray, np.ndarray]":
    import numpy as np

    check_digest(path, "sha256", sha256)
    images = read_columns(path, "faces", SIDE, SIDE, transposed=True)
    return images, (np.arange(len(images)) // EACH).astype(np.uint8)
