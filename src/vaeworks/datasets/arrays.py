"""The arrays of .npy and .npz files, read without pickle."""

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np

ALONE = "arr_0"


def read_arrays(path: Path) -> "dict[str, np.ndarray]":
    """All arrays of a file by their names; that of an .npy file is called arr_0, as `numpy.savez` does."""
    import numpy as np

    with path.open("rb") as file:
        start = file.read(6)
        if not start.startswith((b"\x93NUMPY", b"PK")):
            found = "is empty" if not start else "is damaged or was not written by NumPy"
            raise VaeworksError(f"{path.name} {found}: write it again with numpy.save or numpy.savez")
        file.seek(0)
        try:
            content = np.load(file, allow_pickle=False)
            if isinstance(content, np.ndarray):
                return {ALONE: content}
            return {name: content[name] for name in content.files}
        except (ValueError, OSError, EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            raise not_arrays(path, error) from error


def not_arrays(path: Path, error: Exception) -> VaeworksError:
    if "allow_pickle" in str(error):
        return VaeworksError(
            f"{path.name} holds Python objects, which are not read as they can run code: save plain arrays of one "
            "shape and of numbers or strings"
        )
    return VaeworksError(f"{path.name} is damaged ({str(error) or 'it ends too early'}): write or get it again")


def picked(path: Path, shapes: dict[str, tuple[int, ...]]) -> "dict[str, np.ndarray]":
    """The arrays of a copy of a known set, once each of them holds bytes in rows of its shape."""
    arrays = read_arrays(path)
    for name, shape in shapes.items():
        array = arrays.get(name)
        if array is None or array.dtype != "uint8" or array.shape[1:] != shape or array.ndim != len(shape) + 1:
            found = ", ".join(f"{name} {each.dtype} {each.shape}" for name, each in arrays.items()) or "nothing"
            wanted = " x ".join(map(str, ("N", *shape)))
            raise VaeworksError(
                f"{path.name} holds {found}, but {name} should be uint8 of shape {wanted}: get it again"
            )
    return {name: arrays[name] for name in shapes}
