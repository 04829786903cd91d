"""One door to every source of pictures: a named data set, a folder of files, a file of arrays, one picture."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..registry import check_no_copy, is_named, load_named
from ..sets import DataSet
from .pictures import Pictures

if TYPE_CHECKING:
    import numpy as np

SIDES = (2, 4096)


def load_images(
    source: str | Path, *, label: str | None = None, data: Path | None = None, resize: int | None = None
) -> DataSet[Pictures]:
    """Load a named data set of pictures, a local folder, or a local file of arrays, into memory.

    Parameters
    ----------
    source : str or Path
        The name of a data set of pictures; a folder of PNG, JPEG and WebP files, of class folders of them, or
        of train, validation (also valid, val) and test folders of either; an .npy file; or an .npz file of
        images and labels, or of x_train, y_train, x_test and so on. Arrays are N x H x W or N x H x W x C,
        where C is 1 or 3, of whole numbers from 0 to 255, of truth values, or of zeros and ones.
    label : str, optional
        What the labels are called, such as class, which folders are; "" says that there are no labels.
    data : Path, optional
        A local copy of a named data set: its file, its folder, or a folder that holds that folder. The
        order of lookup is `data`, the environment variable VAEWORKS_DATA, the cache, its public source.
    resize : int, optional
        Scale the shorter side of every picture to so many pixels, and crop it to a square around its centre.

    Returns
    -------
    DataSet of Pictures
        Named sets and sources with a train part have the splits train, validation and test, as far as
        they exist; any other local source has the one split all. Where some pictures are grey and some
        have colour, all have colour.

    Raises
    ------
    VaeworksError
        With one sentence that says what was wrong, what was found, and how to mend it.
    """
    if resize is not None and not SIDES[0] <= resize <= SIDES[1]:
        raise VaeworksError(f"--resize is a side in pixels from {SIDES[0]} to {SIDES[1]}, not {resize}")
    if is_named(source):
        found = load_named(str(source), "image", data)
        return labelled_by(label, found if resize is None else resized_set(found, resize))
    check_no_copy(source, data)
    from .local import load_local_images

    return labelled_by(label, load_local_images(Path(source), resize))


def labelled_by(label: str | None, found: DataSet[Pictures]) -> DataSet[Pictures]:
    """The same set; without its labels where they are called ""."""
    if label == "":
        return replace(found.each(lambda part: replace(part, labels=None)), label_name=None)
    if label not in (None, found.label_name):
        own = "it has none" if found.label_name is None else f"its labels are called {found.label_name}"
        raise VaeworksError(f"{found.name} has no labels called {label!r}, {own}: leave out --label, or give ''")
    return found


def resized_set(found: DataSet[Pictures], side: int) -> DataSet[Pictures]:
    from .arrays import resized

    return found.each(lambda part: replace(part, images=resized(Path(found.name), part.images, side)))


def read_image(path: Path, like: tuple[int, int, int] | None = None, *, resize: bool = False) -> "np.ndarray":
    """Read one PNG, JPEG or WebP picture, (H, W, C) of values from 0 to 255.

    Parameters
    ----------
    path : Path
        The file.
    like : tuple of int, optional
        The height, width and channels that are wanted: grey and colour are turned into each other, and
        another size is refused.
    resize : bool
        Scale a picture of another size until it covers the wanted one, and crop it around its centre.
    """
    from .decoding import decode, fitted, sides

    picture = decode(Path(path))
    if like is None:
        return picture
    height, width, channels = like
    if picture.shape[:2] != (height, width):
        if not resize:
            raise VaeworksError(
                f"{path} is {sides(picture)} pixels, but {width} x {height} are needed: scale and crop it first"
            )
        picture = fitted(picture, width, height)
    return with_channels(picture, channels)


def with_channels(picture: "np.ndarray", channels: int) -> "np.ndarray":
    """The same picture in grey (ITU-R 601) or in colour."""
    import numpy as np
    from PIL import Image

    if picture.shape[2] == channels:
        return picture
    if channels == 1:
        return np.asarray(Image.fromarray(picture).convert("L"))[..., np.newaxis]
    return np.repeat(picture, channels, axis=2)
