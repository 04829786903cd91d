"""binarized-mnist: digits of black and white, drawn once from MNIST (Larochelle and Murray, AISTATS 2011)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..images.pictures import Pictures
from ..published import Packed, Published
from ..sets import DataSet

if TYPE_CHECKING:
    import numpy as np

URL = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
SHA256 = {  # as TensorFlow Datasets has them
    "train": "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    "valid": "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    "test": "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
}
FILES = tuple(
    Published(f"binarized_mnist_{part}.amat", f"{URL}binarized_mnist_{part}.amat", sha256)
    for part, sha256 in SHA256.items()
)
SPLITS = {"train": "train", "validation": "valid", "test": "test"}
PIXELS = 28 * 28


def read(paths: Sequence[Path]) -> "dict[str, np.ndarray]":
    """The packed bits of train, valid and test."""
    return {part: read_amat(path) for part, path in zip(SHA256, paths, strict=True)}


def read_amat(path: Path) -> "np.ndarray":
    """The packed bits of a file of zeros and ones with spaces and line ends between them."""
    import numpy as np

    characters = np.frombuffer(path.read_bytes(), np.uint8)
    digits = characters[characters > ord(" ")] - ord("0")
    return np.packbits(digits.reshape(-1, PIXELS), axis=1)


BITS = Packed("binarized-mnist", "binarized_mnist_larochelle.npz", "mnist", dict.fromkeys(SHA256, (PIXELS // 8,)), read)
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "70,000 handwritten digits of black and white, 28 x 28 pixels, without labels",
    "splits": "train (50,000), validation (10,000) and test (10,000), as published",
    "licence": "as MNIST: CC BY-SA 3.0 as commonly stated",
    "source": URL,
    "local": f"--data PATH or VAEWORKS_DATA: a folder that holds mnist/{BITS.npz} (train, valid, test; eight pixels a "
    "byte) or binarized-mnist/ with the three files binarized_mnist_train.amat and so on",
}


def is_cached() -> bool:
    return BITS.kept.is_file()


def load(data: Path | None = None, files: Sequence[Published] = FILES) -> DataSet[Pictures]:
    """The digits in the splits train, validation and test, as zeros and ones.

    Parameters
    ----------
    data : Path, optional
        A local copy: one .npz file of packed bits or the three .amat files, or a folder that holds them.
    files : sequence of Published
        What to download: train, valid and test.
    """
    import numpy as np

    parts = BITS.arrays(files, data)
    splits = {
        split: Pictures(np.unpackbits(parts[part], axis=1).reshape(-1, 28, 28, 1), None)
        for split, part in SPLITS.items()
    }
    return DataSet("binarized-mnist", splits, None)
