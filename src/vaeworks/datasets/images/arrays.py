"""Pictures in the arrays of .npy and .npz files."""

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..arrays import ALONE, read_arrays
from .decoding import LEAST_SIDE, fitted
from .pictures import SPLIT_NAMES, Pictures

if TYPE_CHECKING:
    import numpy as np

WHOLE = ("images", "x", ALONE)
LABELS = ("labels", "label", "y")


def read_array_file(path: Path, resize: int | None) -> dict[str, Pictures]:
    """The splits of a file; the one split all where its arrays name no splits."""
    arrays = {name.lower(): array for name, array in read_arrays(path).items()}
    splits = {}
    for split, (images, labels) in find_splits(path, arrays).items():
        pictures = as_images(path, images, arrays[images])
        classes = None if labels is None else as_labels(path, labels, arrays[labels], len(pictures))
        splits[split] = Pictures(resized(path, pictures, resize), classes)
    return splits


def find_splits(path: Path, arrays: "dict[str, np.ndarray]") -> dict[str, tuple[str, str | None]]:
    """The names of the arrays of pictures and of labels by split."""
    splits = {}
    for split, names in SPLIT_NAMES.items():
        for name in names:
            if images := first_in(arrays, (f"x_{name}", f"{name}_images", name)):
                splits[split] = images, first_in(arrays, (f"y_{name}", f"{name}_labels"))
    if splits and "train" not in splits:
        found = ", ".join(images for images, _ in splits.values())
        raise VaeworksError(f"{path.name} holds {found} but no x_train: add it, or call the one array images")
    if splits:
        return splits
    images = next(iter(arrays)) if len(arrays) == 1 else first_in(arrays, WHOLE)
    if images is None:
        raise VaeworksError(
            f"{path.name} holds {', '.join(arrays) or 'no arrays'}: call the pictures images, or x_train and x_test, "
            "and their classes labels, or y_train and y_test"
        )
    return {"all": (images, first_in(arrays, LABELS))}


def first_in(arrays: "dict[str, np.ndarray]", names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in arrays), None)


def as_images(path: Path, name: str, array: "np.ndarray") -> "np.ndarray":
    """The array as (N, H, W, C) of unsigned bytes, once its shape and its values are those of pictures."""
    import numpy as np

    where = path.name if name == ALONE else f"{path.name}: {name}"
    shape = " x ".join(map(str, array.shape)) or "one value"
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)):
        turned = array.ndim == 4 and array.shape[1] in (1, 3)
        mend = "move its channels to the end with images.transpose(0, 2, 3, 1)" if turned else "reshape it"
        raise VaeworksError(f"{where} is {shape}, not N x H x W or N x H x W x C with C 1 (grey) or 3 (colour): {mend}")
    if not len(array) or min(array.shape[1:3]) < LEAST_SIDE:
        raise VaeworksError(f"{where} is {shape}, which is no picture: it takes one of 2 x 2 pixels at the least")
    check_values(where, array)
    return np.ascontiguousarray(array, np.uint8).reshape(*array.shape[:3], -1)


def check_values(where: str, array: "np.ndarray") -> None:
    """Accept truth values, whole numbers from 0 to 255, and floats that are 0 or 1 only."""
    if array.dtype.kind not in "buif":
        raise VaeworksError(f"{where} holds {array.dtype}, not greys or colours: save it as uint8, 0 to 255")
    low, high = array.min(), array.max()
    if array.dtype.kind == "f" and not ((array == 0) | (array == 1)).all():
        mend = "(255 * images).round().astype('uint8')" if low >= 0 and high <= 1 else "images.round().astype('uint8')"
        raise VaeworksError(f"{where} holds {array.dtype} from {low:.4g} to {high:.4g}: save {mend} instead")
    if low < 0 or high > 255:
        raise VaeworksError(f"{where} holds values from {low} to {high}: scale them to 0 to 255 and save them as uint8")


def as_labels(path: Path, name: str, array: "np.ndarray", count: int) -> list[str]:
    """One class a picture, in words."""
    import numpy as np

    if array.shape != (count,):
        shape = " x ".join(map(str, array.shape)) or "one value"
        raise VaeworksError(f"{path.name}: {name} is {shape}, but there are {count:,} pictures: save one class each")
    if array.dtype.kind == "f" and np.isfinite(array).all() and (array == array.round()).all():
        array = array.astype(int)
    if array.dtype.kind not in "buiUS":
        raise VaeworksError(f"{path.name}: {name} holds {array.dtype}, which is no class: save numbers or names")
    labels = [label.decode(errors="replace") if isinstance(label, bytes) else str(label) for label in array.tolist()]
    if len(set(labels)) == 1:
        raise VaeworksError(f"{path.name}: {name} has only one class, {labels[0]!r}: leave it out of the file")
    return labels


def resized(path: Path, images: "np.ndarray", side: int | None) -> "np.ndarray":
    """Every picture scaled to squares, cropped around the centre."""
    import numpy as np

    if side is None:
        return images
    if images.max() <= 1:
        raise VaeworksError(f"{path.name} holds only 0 and 1, which have no greys between them: leave out --resize")
    return np.stack([fitted(image, side, side) for image in images])
