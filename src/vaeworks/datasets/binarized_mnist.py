"""binarized-mnist: digits of black and white, drawn once from MNIST (Larochelle and Murray, AISTATS 2011)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arrays import picked
from .cache import cache_folder, filling, local_copy
from .downloads import check_digest, fetch
from .pictures import ImageSet, Pictures

if TYPE_CHECKING:
    import numpy as np

URL = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "70,000 handwritten digits of black and white, 28 x 28 pixels, without labels",
    "splits": "train (50,000), validation (10,000) and test (10,000), as published",
    "licence": "as MNIST: CC BY-SA 3.0 as commonly stated",
    "source": URL,
    "local": "--data PATH or VAEWORKS_DATA: a folder that holds mnist/binarized_mnist_larochelle.npz (train, valid, "
    "test; eight pixels a byte) or binarized-mnist/ with the three files binarized_mnist_train.amat and so on",
}
SPLITS = {"train": "train", "validation": "valid", "test": "test"}
SHA256 = {  # as TensorFlow Datasets has them
    "train": "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    "valid": "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    "test": "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
}
FILES = tuple(f"binarized_mnist_{part}.amat" for part in SHA256)
PACKED = "binarized_mnist_larochelle.npz"
PIXELS = 28 * 28

log = logging.getLogger(__name__)


def is_cached() -> bool:
    return (cache_folder("binarized-mnist") / PACKED).is_file()


def load(data: Path | None = None, url: str = URL, sha256: dict[str, str] | None = None) -> ImageSet:
    """The digits in the splits train, validation and test, as zeros and ones.

    Parameters
    ----------
    data : Path, optional
        A local copy: one .npz file of packed bits or the three .amat files, or a folder that holds them.
    url : str
        The folder of the three files, with a slash at the end.
    sha256 : dict of str to str
        The checksum of each of them: train, valid and test.
    """
    import numpy as np

    parts = read_parts(data, url, sha256 or SHA256)
    splits = {
        split: Pictures(np.unpackbits(parts[part], axis=1).reshape(-1, 28, 28, 1), None)
        for split, part in SPLITS.items()
    }
    return ImageSet("binarized-mnist", splits, None)


def read_parts(data: Path | None, url: str, sha256: dict[str, str]) -> dict[str, np.ndarray]:
    """The packed bits of train, valid and test."""
    copy = local_copy("binarized-mnist", [(PACKED,), (f"mnist/{PACKED}",), FILES], data)
    if copy is not None and len(copy) == len(FILES):
        return pack(copy, sha256)
    cached = cache_folder("binarized-mnist") / PACKED
    if copy is None and not cached.is_file():
        with filling(cached.parent) as folder:
            keep(download(url, folder), sha256, folder / PACKED)
    return picked(copy[0] if copy else cached, dict.fromkeys(SHA256, (PIXELS // 8,)))


def download(url: str, folder: Path) -> tuple[Path, ...]:
    log.info("binarized-mnist: downloading three files (110 MB) from %s", url)
    place = folder / "download"
    place.mkdir()
    for file in FILES:
        fetch("binarized-mnist", url + file, place / file)
    return tuple(place / file for file in FILES)


def keep(paths: tuple[Path, ...], sha256: dict[str, str], target: Path) -> None:
    import numpy as np

    parts = pack(paths, sha256)
    np.savez_compressed(target, train=parts["train"], valid=parts["valid"], test=parts["test"])


def pack(paths: tuple[Path, ...], sha256: dict[str, str]) -> dict[str, np.ndarray]:
    return {part: read_amat(path, sha256[part]) for part, path in zip(SHA256, paths, strict=True)}


def read_amat(path: Path, sha256: str) -> np.ndarray:
    """The packed bits of a file of zeros and ones with spaces and line ends between them."""
    import numpy as np

    check_digest(path, "sha256", sha256)
    characters = np.frombuffer(path.read_bytes(), np.uint8)
    digits = characters[characters > ord(" ")] - ord("0")
    return np.packbits(digits.reshape(-1, PIXELS), axis=1)
