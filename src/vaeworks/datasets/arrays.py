"""The arrays of .npy and .npz files, read without pickle."""

import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ..errors import VaeworksError
from ..memory import check_memory

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
            check_memory(path, claimed(file))
            content = np.load(file, allow_pickle=False)
            if isinstance(content, np.ndarray):
                return {ALONE: content}
            return {name: content[name] for name in content.files}
        except MemoryError as error:
            raise VaeworksError(f"{path.name} holds more than this machine's memory: bring it in parts") from error
        except VaeworksError:
            raise
        except Exception as error:  # damaged headers make NumPy's parser raise almost anything
            raise not_arrays(path, error) from error


def claimed(file: IO[bytes]) -> int:
    """The bytes that all arrays take, none of which may claim more than is there; the file is at 0 then.

    Raises
    ------
    ValueError
    """
    size = 0
    if not zipfile.is_zipfile(file):
        end = file.seek(0, 2)
        file.seek(0)
        size = size_of(file, end)
    else:
        with zipfile.ZipFile(file) as parts:
            for part in parts.infolist():
                with parts.open(part) as member:
                    size += size_of(member, part.file_size)
    file.seek(0)
    return size


def size_of(file: IO[bytes], there: int) -> int:
    """The bytes that the header of an .npy claims, once so many are there."""
    from math import prod

    from numpy.lib import format as npy

    version = npy.read_magic(file)
    shape, _, dtype = npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)
    size = prod(shape) * dtype.itemsize
    if not dtype.hasobject and size > there:
        raise ValueError(f"it claims an array of shape {shape}, for which its {there:,} bytes are too few")
    return size


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
