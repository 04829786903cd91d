"""The idx format, against bytes that are written by hand."""

import gzip

import numpy as np
import pytest

from vaeworks.datasets.named.mnist import read_idx
from vaeworks.errors import VaeworksError

TWO_BY_THREE = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])


@pytest.mark.parametrize("packed", [False, True])
def test_an_array_is_read_row_by_row(tmp_path, packed):
    path = tmp_path / "array"
    path.write_bytes(gzip.compress(TWO_BY_THREE) if packed else TWO_BY_THREE)
    np.testing.assert_array_equal(read_idx(path), [[1, 2, 3], [4, 5, 255]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "array is no idx file of bytes"),
        (b"PK\x03\x04", "array is no idx file of bytes"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 0]), "array is no idx file of bytes"),  # floats
        (TWO_BY_THREE[:9], "array is no idx file of bytes"),
        (gzip.compress(TWO_BY_THREE, mtime=0)[:-9], "array is no idx file of bytes"),
        (TWO_BY_THREE[:-1], "array holds 5 bytes, but its header says 6"),
        (TWO_BY_THREE + b"\0", "array holds 7 bytes, but its header says 6"),
    ],
)
def test_other_bytes_are_refused(tmp_path, content, message):
    (tmp_path / "array").write_bytes(content)
    with pytest.raises(VaeworksError, match=message):
        read_idx(tmp_path / "array")
