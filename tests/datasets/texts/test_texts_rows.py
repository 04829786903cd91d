"""Rows: a stream that can be read again, in chunks of any size, in memory that does not grow."""

import gc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.datasets import Rows, load_texts
from vaeworks.errors import VaeworksError


def rows_of(sizes):
    numbers = iter(range(sum(sizes)))
    batches = [pa.record_batch({"text": [str(next(numbers)) for _ in range(size)]}) for size in sizes]
    batches = [batch.cast(pa.schema([("text", pa.string())])) for batch in batches]
    return Rows(lambda: iter(batches), sum(sizes), False)


def texts(rows, size=4096):
    return [text for chunk in rows.chunks(size) for text in chunk["text"].to_pylist()]


@given(st.lists(st.integers(0, 9)), st.integers(1, 12), st.integers(0, 60))
def test_chunks_hold_the_first_rows_in_order_and_all_but_the_last_are_full(sizes, size, limit):
    rows = rows_of(sizes).head(limit)
    chunks = list(rows.chunks(size))
    assert texts(rows, size) == [str(number) for number in range(min(limit, sum(sizes)))]
    assert len(rows) == sum(chunk.num_rows for chunk in chunks)
    assert all(chunk.num_rows == size for chunk in chunks[:-1])
    assert all(1 <= chunk.num_rows <= size for chunk in chunks)


def test_rows_can_be_read_again():
    rows = rows_of([3, 2])
    assert texts(rows) == texts(rows) == ["0", "1", "2", "3", "4"]


def test_the_head_of_none_is_all():
    assert len(rows_of([3, 2]).head(None)) == 5


def test_the_head_of_a_head_never_grows():
    assert texts(rows_of([3, 2]).head(2).head(4)) == ["0", "1"]


def test_head_reads_no_further_than_it_must():
    def read():
        yield pa.record_batch({"text": ["a", "b"]})
        raise AssertionError("read on")

    assert texts(Rows(read, 100, False).head(2)) == ["a", "b"]


def test_impossible_sizes_are_refused():
    with pytest.raises(VaeworksError, match="at least one row, not 0"):
        rows_of([1]).chunks(0)
    with pytest.raises(VaeworksError, match="no first -1 rows"):
        rows_of([1]).head(-1)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_streaming_200_000_rows_holds_a_small_part_of_them(tmp_path, monkeypatch, ending):
    monkeypatch.setattr("vaeworks.datasets.texts.separated.BLOCK_BYTES", 2**16)  # 32 of these are read ahead
    path = tmp_path / f"many.{ending}"
    whole = pa.table({"text": [f"{number} " + "word " * 60 for number in range(200_000)]})
    size = whole.nbytes
    if ending == "parquet":
        pq.write_table(whole, path)
    else:
        path.write_text("text\n" + "\n".join(whole["text"].to_pylist()) + "\n")
    del whole
    gc.collect()
    before = pa.total_allocated_bytes()
    seen = most = 0
    for chunk in load_texts(path).splits["all"].chunks(1000):
        seen += chunk.num_rows
        most = max(most, pa.total_allocated_bytes() - before)
        assert chunk.num_rows == 1000
    assert seen == 200_000
    assert most < size / 5


def test_texts_without_their_labels_are_the_same_texts():
    table = pa.table({"text": ["a", "b"], "label": ["x", "y"]})
    rows = Rows(lambda: iter(table.to_batches()), 2, labelled=True).without_labels()
    assert [batch.schema.names for batch in rows.chunks()] == [["text"]]
    assert (rows.labelled, [batch.column("text").to_pylist() for batch in rows.chunks()]) == (False, [["a", "b"]])
