"""Local folders and files as data sets of pictures."""

from dataclasses import replace
from pathlib import Path

from ...errors import VaeworksError
from ..missing import ending_of, reading
from ..sets import DataSet
from .arrays import read_array_file
from .decoding import ENDINGS
from .folders import read_folder
from .pictures import Pictures

ARRAYS = (".npy", ".npz")


def load_local_images(path: Path, resize: int | None) -> DataSet[Pictures]:
    """Read a local source whole, and offer its splits."""
    with reading(path, "image"):
        path.stat()
        splits = read_folder(path, resize) if path.is_dir() else read_file(path, resize)
    return alike(path.name or path.resolve().name, splits)


def read_file(path: Path, resize: int | None) -> dict[str, Pictures]:
    ending = path.suffix.lower()
    if ending in ARRAYS:
        return read_array_file(path, resize)
    if ending in ENDINGS:
        raise VaeworksError(f"{path.name} is one picture: name the folder that holds it and others")
    raise VaeworksError(
        f"{path.name} is a file {ending_of(path)}: pictures are read from a folder of {', '.join(ENDINGS)} files, or "
        f"from {' or '.join(ARRAYS)} files"
    )


def alike(name: str, splits: dict[str, Pictures]) -> DataSet[Pictures]:
    """The data set, once all its splits have one size, as many channels, and labels only if the first has."""
    import numpy as np

    first, pictures = next(iter(splits.items()))
    channels = max(each.images.shape[3] for each in splits.values())
    labelled = pictures.labels is not None
    same = {}
    for split, each in splits.items():
        if each.images.shape[1:3] != pictures.images.shape[1:3]:
            sizes = [f"{width} x {height}" for _, height, width, _ in (each.images.shape, pictures.images.shape)]
            raise VaeworksError(
                f"{name}: the pictures of {split} are {sizes[0]} pixels, but those of {first} are {sizes[1]}: make all "
                "of one size, or scale and crop them with --resize"
            )
        images = each.images if each.images.shape[3] == channels else np.repeat(each.images, channels, axis=3)
        same[split] = replace(each, images=images, labels=each.labels if labelled else None)
    return DataSet(name, same, "class" if labelled else None)
