"""fashion: Fashion-MNIST, 70,000 pictures of garments (Xiao, Rasul and Vollgraf 2017)."""

from pathlib import Path
from typing import Any

from ..images.pictures import ImageSet
from .idx_sets import IdxSet, is_idx_cached, load_idx_set, local_words

FASHION = IdxSet(
    name="fashion",
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
ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "70,000 pictures of garments, 7,000 in each of 10 classes, grey, 28 x 28 pixels",
    "splits": "train (55,000) and validation (5,000) of the official training pictures by a fixed seed, "
    "test (the official 10,000)",
    "licence": "MIT, Zalando SE",
    "source": FASHION.url,
    "local": local_words(FASHION),
}


def is_cached() -> bool:
    return is_idx_cached("fashion")


def load(data: Path | None = None, source: IdxSet = FASHION) -> ImageSet:
    """The garments in the splits train, validation and test (see `idx_sets.load_idx_set`)."""
    return load_idx_set(source, data)
