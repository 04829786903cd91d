"""The idx format of MNIST: a header of big-endian numbers, then the bytes of one array."""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np

UNSIGNED_BYTES = 8


def read_idx(path: Path) -> "np.ndarray":
    """The array of unsigned bytes in an idx file, which may be gzipped."""
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
