"""Cells of a csv that a spreadsheet would run."""

import csv
import logging

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from vaeworks.datasets.tables.cells import filled_file
from vaeworks.formulas import Cells, formulas_as_words, is_formula, spreadable
from vaeworks.storage.rows import spreadable_table, write_rows

RUN = ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "- a dash", "=", "-")
SAFE = ("", "1+1", "-1", "+41791869953", "-1.5e-10", "+41 79 186 99 53", "-3%", "a=b", " =1", -1, -1.5, None, True)


@pytest.mark.parametrize("cell", RUN)
def test_what_a_spreadsheet_would_run_is_told_and_on_request_a_word(cell, tmp_path, caplog):
    assert is_formula(cell)
    rows = [{"text": cell, "n": -1}, {"text": "well", "n": 2}]
    assert write_rows(rows, tmp_path / "a.csv") == 2
    assert "a.csv: 1 cells begin with =, +, - or @" in caplog.text
    caplog.clear()
    with formulas_as_words(True):
        write_rows(rows, tmp_path / "b.tsv")
    assert "b.tsv: 1 cells that look like formulas got an apostrophe" in caplog.text
    with (tmp_path / "a.csv").open(newline="") as plain, (tmp_path / "b.tsv").open(newline="") as words:
        assert [row[0] for row in csv.reader(plain)] == ["text", cell, "well"]
        assert [row[0] for row in csv.reader(words, delimiter="\t")] == ["text", "'" + cell, "well"]


@pytest.mark.parametrize("cell", SAFE)
def test_numbers_and_other_words_are_nothing_to_tell_of(cell, tmp_path, caplog):
    with formulas_as_words(True), caplog.at_level(logging.WARNING):
        write_rows([{"text": cell}], tmp_path / "a.csv")
        assert Cells()(cell) is cell
    assert not caplog.text


def test_forms_that_hold_types_are_left_alone(tmp_path, caplog):
    with formulas_as_words(True):
        for name in ("a.jsonl", "a.parquet"):
            write_rows([{"text": "=1"}], tmp_path / name)
    assert not caplog.text
    assert '"=1"' in (tmp_path / "a.jsonl").read_text()


def test_names_of_columns_count_too(tmp_path, caplog):
    with formulas_as_words(True):
        write_rows([{"=a": 1}], tmp_path / "a.csv")
        assert spreadable({"=a": ["@b", 1]}, tmp_path / "b.csv") == {"'=a": ["'@b", 1]}
    assert (tmp_path / "a.csv").read_text().startswith("'=a")


def test_columns_of_numbers_of_a_table_keep_their_type(tmp_path):
    table = pa.table({"a": [-1.5, 2.0], "b": ["=1", "-2"], "c": pa.array([b"=1", b""])})
    with formulas_as_words(True):
        found = spreadable_table(table, tmp_path / "a.csv")
    assert found.schema == table.schema
    assert found.to_pylist() == [{"a": -1.5, "b": "'=1", "c": b"=1"}, {"a": 2.0, "b": "-2", "c": b""}]
    assert spreadable_table(table, tmp_path / "a.csv") == table


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_words_of_a_table_are_seen_however_they_are_stored(kind, tmp_path):
    table = pa.table({"a": pa.array(["=1", None, "-2", "=1"]).cast(kind)})
    with formulas_as_words(True):
        found = spreadable_table(table, tmp_path / "a.csv")
    assert found["a"].to_pylist() == ["'=1", None, "-2", "'=1"]


def test_a_file_whose_holes_are_filled_is_as_it_was_but_on_request(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'x,y\r\n=1,"=a,""b"""\r\n-2,\r\n')
    holes = {1: (np.array([False, True]), ["@new"])}
    cells = Cells()
    assert filled_file(path, (",", ","), (2, 2), holes, "utf-8", cells.of_bytes) == (
        b'x,y\r\n=1,"=a,""b"""\r\n-2,"@new"\r\n'
    )
    assert cells.formulas == 3
    with formulas_as_words(True):
        cells = Cells()
    assert filled_file(path, (",", ","), (2, 2), holes, "utf-8", cells.of_bytes) == (
        b'x,y\r\n\'=1,"\'=a,""b"""\r\n-2,"\'@new"\r\n'
    )
