"""binarized-mnist: digits of black and white, drawn once from MNIST (Larochelle and Murray, AISTATS 2011)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaeworks.errors import VaeworksError

from .arrays import picked
from .cache import cache_folder, filling, local_copy
from .downloads import fetch
from .pictures import ImageSet, Pictures

if TYPE_CHECKING:
    import numpy as np

URL = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "70,000 handwritten digits of black and white, 28 x 28 pixels, without labels",
    "splits": "train (50,000), validation (10,000) and test (10,000), as published",
    "licence": "as MNIST: CC BY-SA 3.0 as commonly stated",
    "source": f"{URL} (no published checksum is known, so only the numbers of rows and pixels are checked)",
    "local": "--data PATH or VAEWORKS_DATA: a folder that holds mnist/binarized_mnist_larochelle.npz (train, valid, "
    "test; eight pixels a byte) or binarized-mnist/ with the three files binarized_mnist_train.amat and so on",
}
SPLITS = {"train": "train", "validation": "valid", "test": "test"}
ROWS = {"train": 50_000, "valid": 10_000, "test": 10_000}
FILES = tuple(f"binarized_mnist_{part}.amat" for part in ROWS)
PACKED = "binarized_mnist_larochelle.npz"
PIXELS = 28 * 28

log = logging.getLogger(__name__)


def is_cached() -> bool:
    return (cache_folder("binarized-mnist") / PACKED).is_file()


def load(data: Path | None = None, url: str = URL, rows: dict[str, int] | None = None) -> ImageSet:
    """The digits in the splits train, validation and test, as zeros and ones.

    Parameters
    ----------
    data : Path, optional
        A local copy: one .npz file of packed bits or the three .amat files, or a folder that holds them.
    url : str
        The folder of the three files, with a slash at the end.
    rows : dict of str to int
        How many rows each of them must have.
    """
    import numpy as np

    parts = read_parts(data, url, rows or ROWS)
    splits = {
        split: Pictures(np.unpackbits(parts[part], axis=1).reshape(-1, 28, 28, 1), None)
        for split, part in SPLITS.items()
    }
    return ImageSet("binarized-mnist", splits, None)


def read_parts(data: Path | None, url: str, rows: dict[str, int]) -> dict[str, np.ndarray]:
    """The packed bits of train, valid and test."""
    copy = local_copy("binarized-mnist", [(PACKED,), (f"mnist/{PACKED}",), FILES], data)
    if copy is not None and len(copy) == len(FILES):
        return pack(copy, rows)
    cached = cache_folder("binarized-mnist") / PACKED
    if copy is None and not cached.is_file():
        with filling(cached.parent) as folder:
            keep(download(url, folder), rows, folder / PACKED)
    return picked(copy[0] if copy else cached, dict.fromkeys(ROWS, (PIXELS // 8,)))


def download(url: str, folder: Path) -> tuple[Path, ...]:
    log.info("binarized-mnist: downloading three files (110 MB) from %s", url)
    place = folder / "download"
    place.mkdir()
    for file in FILES:
        fetch("binarized-mnist", url + file, place / file)
    return tuple(place / file for file in FILES)


def keep(paths: tuple[Path, ...], rows: dict[str, int], target: Path) -> None:
    import numpy as np

    parts = pack(paths, rows)
    np.savez_compressed(target, train=parts["train"], valid=parts["valid"], test=parts["test"])


def pack(paths: tuple[Path, ...], rows: dict[str, int]) -> dict[str, np.ndarray]:
    return {part: read_amat(path, rows[part]) for part, path in zip(ROWS, paths, strict=True)}


def read_amat(path: Path, rows: int) -> np.ndarray:
    """The packed bits of a file of zeros and ones with spaces and line ends between them."""
    import numpy as np

    characters = np.frombuffer(path.read_bytes(), np.uint8)
    digits = characters[characters > ord(" ")] - ord("0")
    if digits.max(initial=0) > 1 or len(digits) != rows * PIXELS:
        raise VaeworksError(
            f"{path.name} should hold {rows:,} rows of {PIXELS} zeros and ones, but it does not: get it again."
        )
    return np.packbits(digits.reshape(rows, PIXELS), axis=1)
