"""Folders of picture files: flat, in class folders, or in train, validation and test folders of either."""

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ...memory import check_memory
from ..listing import class_tree, glimpse, say_left_out, sorted_out, visible
from .decoding import ENDINGS, decode_whole, eight_bits, fitted, sides
from .pictures import SPLIT_NAMES, Pictures

if TYPE_CHECKING:
    import numpy as np

SPLIT_FOLDERS = {name: split for split, names in SPLIT_NAMES.items() for name in names}


def read_folder(folder: Path, resize: int | None) -> dict[str, Pictures]:
    """The splits of a folder; the one split all where it has no split folders."""
    return {split: read_pictures(place, resize) for split, place in split_folders(folder).items()}


def split_folders(folder: Path) -> dict[str, Path]:
    """Its train, validation and test folders, or itself as all.

    A folder called train among class folders is a class, unless there is a test or validation folder too.
    """
    _, folders, _ = sorted_out(folder, ENDINGS)
    filled = [entry for entry in folders if holds_pictures(entry)]
    named = [entry for entry in filled if entry.name in SPLIT_FOLDERS]
    splits = {SPLIT_FOLDERS[entry.name]: entry for entry in named}
    if len(splits) < len(named):
        twice = [entry for entry in named if SPLIT_FOLDERS[entry.name] == "validation"]
        raise VaeworksError(f"{folder} has more than one validation folder: {listed(twice)}. Keep one")
    if "train" in splits and (len(named) > 1 or len(filled) == 1):
        left_out = [entry for entry in visible(folder) if entry not in named]
        say_left_out(folder, f"files and folders beside {listed(named)}", left_out)
        return {split: splits[split] for split in SPLIT_NAMES if split in splits}
    if named and len(named) == len(filled):
        raise VaeworksError(f"{folder} holds {listed(named)} but no train folder: add one, or name a single folder")
    return {"all": folder}


def read_pictures(folder: Path, resize: int | None) -> Pictures:
    """The pictures of a flat folder, or of class folders with the folders' names as labels.

    The classes are dealt evenly in the order of their files' names, so that any first pictures hold every
    class. A single class folder is no class: its pictures have no labels.
    """
    tree = class_tree(folder, ENDINGS)
    flat, classes = tree.flat, tree.classes
    if flat and classes:
        raise VaeworksError(
            f"{folder} holds pictures both in itself ({flat[0].name}) and in folders ({', '.join(classes)}): move them "
            "all into class folders, or name one folder"
        )
    if not flat and not classes:
        raise VaeworksError(
            f"{folder} holds no pictures: it should hold {', '.join(ENDINGS)} files, or class folders of them, but it "
            f"holds {glimpse(folder)}"
        )
    tree.say_left_out()
    if len(classes) < 2:
        files = flat or next(iter(classes.values()))
        return Pictures(stacked(files, resize), None, names_in(folder, files))
    dealt = tree.dealt()
    files = [file for _, file in dealt]
    return Pictures(stacked(files, resize), [name for name, _ in dealt], names_in(folder, files))


def names_in(folder: Path, files: list[Path]) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in files]


def stacked(files: list[Path], resize: int | None) -> "np.ndarray":
    """All pictures as one array; grey ones become colour where any of them has colour."""
    import numpy as np

    images = np.empty((0, 0, 0, 0), np.uint8)
    deep: list[int] = []
    for number, file in enumerate(files):
        picture = decode_whole(file) if resize is None else fitted(decode_whole(file), resize, resize)
        if number == 0:
            check_memory(file.parent, len(files) * picture.nbytes)
            images = np.empty((len(files), *picture.shape), picture.dtype)
        if picture.shape[:2] != images.shape[1:3]:
            raise VaeworksError(
                f"{file} is {sides(picture)} pixels, but {files[0].name} is {sides(images[0])}: make all of one size, "
                "or scale and crop them with --resize"
            )
        if picture.shape[2] > images.shape[3]:
            images = np.repeat(images, picture.shape[2], axis=3)
        images = images.astype(np.promote_types(images.dtype, picture.dtype), copy=False)
        deep += [number] if picture.dtype == np.uint16 else []
        images[number] = picture
    return in_eight_bits(images, deep, files)


def in_eight_bits(images: "np.ndarray", deep: list[int], files: list[Path]) -> "np.ndarray":
    """Pictures (N, H, W, C) of which some have more bits, whose depth they have in common."""
    import numpy as np

    if not deep:
        return images
    found = images.astype(np.uint8)
    found[deep] = eight_bits(images[deep], files[deep[0]].parent.name)
    return found


def holds_pictures(folder: Path) -> bool:
    tree = class_tree(folder, ENDINGS)
    return bool(tree.flat or tree.classes)


def listed(entries: list[Path]) -> str:
    return ", ".join(entry.name for entry in entries)
