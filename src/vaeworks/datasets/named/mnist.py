"""mnist and fashion: two sets of 70,000 pictures in the same four files, and the idx format of these."""

import gzip
import logging
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...errors import VaeworksError
from ..arrays import picked
from ..cache import cache_folder, filling, local_copy
from ..downloads import check_digest, fetch
from ..images.pictures import Pictures
from ..sets import DataSet
from .dealing import deal_pictures

if TYPE_CHECKING:
    import numpy as np

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
SHAPES = {"x_train": (28, 28), "y_train": (), "x_test": (28, 28), "y_test": ()}
UNSIGNED_BYTES = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IdxSet:
    """A data set in the layout of MNIST.

    Attributes
    ----------
    name, rows, licence : str
        Ours, and the set in words.
    url : str
        The folder of its four files, with a slash at the end.
    md5 : tuple of str
        The checksums of `FILES`.
    npz : str
        The name of a local copy that holds x_train, y_train, x_test and y_test.
    classes : tuple of str
        The names of the labels 0, 1, 2 and so on.
    label_name : str
        What the labels say.
    validation : int
        How many of the training pictures are held out for validation.
    installed : Path or None
        Where a package of the system puts the four files.
    """

    name: str
    rows: str
    licence: str
    url: str
    md5: tuple[str, ...]
    npz: str
    classes: tuple[str, ...]
    label_name: str
    validation: int = 5000
    installed: Path | None = None

    @property
    def ABOUT(self) -> dict[str, Any]:  # as in the modules of the other sets
        return {
            "kind": "image",
            "rows": self.rows,
            "splits": "train (55,000) and validation (5,000) of the official training pictures by a fixed seed, "
            "test (the official 10,000)",
            "licence": self.licence,
            "source": self.url,
            "local": f"--data PATH or VAEWORKS_DATA: a folder that holds mnist/{self.npz} (x_train, y_train, x_test, "
            f"y_test), or {self.name}/ with the four files {FILES[0]} and so on",
        }

    def is_cached(self) -> bool:
        return are_in(cache_folder(self.name))

    def load(self, data: Path | None = None) -> DataSet[Pictures]:
        """The pictures in the splits train, validation and test.

        A fixed choice of the official training pictures is held out for validation (see `deal_pictures`); test is
        the official one. The four files are checked for their checksums; a local copy in one .npz file for its
        shapes. Files of a system's package are taken as they are: it packs them anew, and checked them itself.
        """
        arrays = read_arrays(self, data)
        train, test = (labelled(self, arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))
        sizes = {"train": max(0, len(train) - self.validation), "validation": self.validation}
        return DataSet(self.name, {**deal_pictures(train, sizes), "test": test}, self.label_name)


def read_arrays(source: IdxSet, data: Path | None) -> "dict[str, np.ndarray]":
    copy = local_copy(source.name, [(source.npz,), (f"mnist/{source.npz}",), FILES], data)
    if copy is not None and len(copy) == 1:
        return picked(copy[0], SHAPES)
    if copy is not None:
        for path, md5 in zip(copy, source.md5, strict=True):
            check_digest(path, "md5", md5)
        return read_files(copy[0].parent)
    if source.installed is not None and are_in(source.installed):
        return read_files(source.installed)
    if not source.is_cached():
        with filling(cache_folder(source.name)) as folder:
            download(source, folder)
    return read_files(cache_folder(source.name))


def are_in(folder: Path) -> bool:
    return all((folder / file).is_file() for file in FILES)


def download(source: IdxSet, folder: Path) -> None:
    log.info("%s: downloading four files from %s", source.name, urlsplit(source.url).hostname)
    for file, md5 in zip(FILES, source.md5, strict=True):
        fetch(source.name, source.url + file, folder / file)
        check_digest(folder / file, "md5", md5)


def read_files(folder: Path) -> "dict[str, np.ndarray]":
    return {name: read_idx(folder / file) for name, file in zip(SHAPES, FILES, strict=True)}


def labelled(source: IdxSet, images: "np.ndarray", labels: "np.ndarray") -> Pictures:
    if len(images) != len(labels) or labels.max(initial=0) >= len(source.classes):
        raise VaeworksError(
            f"{source.name}: {len(images):,} pictures have {len(labels):,} labels, up to {labels.max(initial=0)}, but "
            f"there should be one each, below {len(source.classes)}: get the files again"
        )
    return Pictures(images.reshape(-1, 28, 28, 1), [source.classes[label] for label in labels])


def read_idx(path: Path) -> "np.ndarray":
    """The array of unsigned bytes in an idx file, which may be gzipped: big-endian sizes, then the bytes."""
    import numpy as np

    content = path.read_bytes()
    try:
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        shape, start = idx_header(content)
    except (OSError, EOFError, zlib.error, struct.error, ValueError) as error:
        raise VaeworksError(f"{path.name} is no idx file of bytes ({error}): get it again") from error
    if len(content) - start != math.prod(shape):
        raise VaeworksError(
            f"{path.name} holds {len(content) - start:,} bytes, but its header says {math.prod(shape):,}: get it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def idx_header(content: bytes) -> tuple[tuple[int, ...], int]:
    """The shape that an idx file names, and where its data begin."""
    zeros, kind, dimensions = struct.unpack_from(">HBB", content)
    if zeros or kind != UNSIGNED_BYTES:
        raise ValueError("its first bytes say so")
    return struct.unpack_from(f">{dimensions}I", content, 4), 4 + 4 * dimensions


mnist = IdxSet(
    name="mnist",
    rows="70,000 handwritten digits, grey, 28 x 28 pixels (LeCun et al. 1998)",
    licence="CC BY-SA 3.0 as commonly stated",
    url="https://ossci-datasets.s3.amazonaws.com/mnist/",
    md5=(
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    npz="mnist.npz",
    classes=tuple("0123456789"),
    label_name="digit",
)
fashion = IdxSet(
    name="fashion",
    rows="70,000 pictures of garments, 7,000 in each of 10 classes, grey, 28 x 28 pixels (Xiao et al. 2017)",
    licence="MIT, Zalando SE",
    url="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    md5=(
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    npz="fashion_mnist.npz",
    classes=("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
    label_name="garment",
    installed=Path("/usr/share/datasets/fashion-mnist"),  # of Debian's package dataset-fashion-mnist
)
