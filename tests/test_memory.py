"""Small files that ask for more memory than they may."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from PIL import Image

from vaeworks import VaeworksError
from vaeworks.datasets import load_images, load_table, load_texts
from vaeworks.datasets.tables.files import read_table
from vaeworks.memory import SETTING, at_most, bytes_of, check_memory, most_memory

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("said", "size"), [("8G", 8 * 2**30), ("500m", 500 * 2**20), ("1.5 GiB", 3 * 2**29), ("64KB", 2**16), ("12", 12)]
)
def test_sizes_as_people_write_them(said, size, monkeypatch):
    assert bytes_of(said, "it") == size
    monkeypatch.setenv(SETTING, said)
    assert most_memory() == size
    with at_most("1K"):
        assert most_memory() == 1024
    assert most_memory() == size


@pytest.mark.parametrize("said", ["much", "-1G", "8 P", "1e9"])
def test_what_is_no_size_is_refused(said, monkeypatch):
    monkeypatch.setenv(SETTING, said)
    with pytest.raises(VaeworksError, match=f"{SETTING} takes a size such as 8G"):
        most_memory()
    with pytest.raises(VaeworksError, match="--most-memory takes a size"), at_most(said):
        pass


def test_most_of_the_machine_is_allowed_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv(SETTING, raising=False)
    assert 2**28 < most_memory() < 2**50
    check_memory(tmp_path / "a", 2**20)
    with pytest.raises(VaeworksError, match=r"a takes at least 1,048,576\.0 GiB of memory, and .* are allowed"):
        check_memory(tmp_path / "a", 2**50)


def bombs(folder):
    """Files of some kilobytes, each of which asks for megabytes, and how each is read."""
    zeros = np.zeros(MILLION)
    np.savez_compressed(folder / "a.npz", x0=zeros)
    yield folder / "a.npz"
    pa.parquet.write_table(pa.table({"x": zeros}), folder / "numbers.parquet")
    yield folder / "numbers.parquet"
    pa.parquet.write_table(pa.table({"x": ["word " * 1000] * 5000}), folder / "words.parquet")
    yield folder / "words.parquet"
    (folder / "a.csv.gz").write_bytes(gzip.compress(b"x\n" + b"0\n" * 2 * MILLION))
    yield folder / "a.csv.gz"


def test_tables_that_unpack_to_too_much_are_refused_before_they_do(tmp_path):
    for path in bombs(tmp_path):
        assert path.stat().st_size < 2**16
        with (
            at_most("3M"),
            pytest.raises(VaeworksError, match=f"{path.name} takes at least [0-9]+ MiB of memory, and 3"),
        ):
            read_table(path)
        assert read_table(path).num_rows >= 5000


def test_a_parquet_is_read_as_before_also_in_parts(tmp_path):
    table = pa.table({"n": range(40_000), "word": pa.array(["a", None] * 20_000).dictionary_encode()})
    pa.parquet.write_table(table, tmp_path / "a.parquet", row_group_size=30_000)
    assert read_table(tmp_path / "a.parquet").equals(table.cast(pa.parquet.read_schema(tmp_path / "a.parquet")))
    pa.parquet.write_table(table.slice(0, 0), tmp_path / "b.parquet")
    with pytest.raises(VaeworksError, match="has no rows"):
        load_table(tmp_path / "b.parquet")


def test_folders_of_pictures_are_refused_after_the_first(tmp_path):
    for name in "abc":
        Image.new("L", (1024, 1024)).save(tmp_path / f"{name}.png")
    with at_most("2M"), pytest.raises(VaeworksError, match="takes at least 3 MiB of memory"):
        load_images(tmp_path)


def test_a_line_without_end_is_no_text(tmp_path, monkeypatch):
    monkeypatch.setattr("vaeworks.datasets.dialects.LONGEST", 1000)
    (tmp_path / "a.txt").write_text("short\n" + "x" * 1000 + "\n")
    with pytest.raises(VaeworksError, match=r"a\.txt: line 2 has more than 1,000 characters"):
        load_texts(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text("short\n" + "x" * 999 + "\n")
    assert len(load_texts(tmp_path / "b.txt").whole()) == 2
