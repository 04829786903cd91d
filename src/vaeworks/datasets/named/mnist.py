"""mnist: 70,000 handwritten digits (LeCun, Bottou, Bengio and Haffner 1998)."""

from pathlib import Path
from typing import Any

from ..images.pictures import ImageSet
from .idx_sets import IdxSet, is_idx_cached, load_idx_set, local_words

MNIST = IdxSet(
    name="mnist",
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
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "70,000 handwritten digits, grey, 28 x 28 pixels",
    "splits": "train (55,000) and validation (5,000) of the official training pictures by a fixed seed, "
    "test (the official 10,000)",
    "licence": "CC BY-SA 3.0 as commonly stated",
    "source": MNIST.url,
    "local": local_words(MNIST),
}


def is_cached() -> bool:
    return is_idx_cached("mnist")


def load(data: Path | None = None, source: IdxSet = MNIST) -> ImageSet:
    """The digits in the splits train, validation and test (see `idx_sets.load_idx_set`)."""
    return load_idx_set(source, data)
