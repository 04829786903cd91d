"""Pairs of texts in every form: what is read is what was written, and what is odd is refused or said."""

import json
import logging

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks import VaeworksError
from vaeworks.datasets import load_pairs
from vaeworks.datasets.pairs.pairs import Pairs
from vaeworks.datasets.texts.plain import rows_of, unquoted

EN = ["A dog runs.", '"Go!" he said, "now".', "Yes, no: 1,000"]
DE = ["Ein Hund rennt.", "„Los!“, sagte er.", "Ja, nein: 1.000"]


@pytest.fixture
def table():
    return pa.table({"id": ["007", "8", "9"], "en": EN, "de": DE})


def both(found):
    [part] = found.splits.values()
    return part.X, part.y


def write_csv(table, path):
    pa.csv.write_csv(table, path)


def write_parquet(table, path):
    pa.parquet.write_table(table, path)


def write_jsonl(table, path):
    path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()), encoding="utf-8")


def write_tsv(table, path):
    rows = [table.column_names, *zip(*(column.to_pylist() for column in table.columns), strict=True)]
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


WRITERS = {".csv": write_csv, ".parquet": write_parquet, ".jsonl": write_jsonl, ".tsv": write_tsv}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_table_gives_its_columns(table, tmp_path, ending):
    path = tmp_path / f"pairs{ending}"
    WRITERS[ending](table, path)
    assert both(load_pairs(path, source_column="en", target="de")) == (EN, DE)
    assert both(load_pairs(path, source_column="de", target="en")) == (DE, EN)


@pytest.mark.parametrize("ending", WRITERS)
def test_rows_keep_all_their_columns_as_they_are_written(table, tmp_path, ending):
    path = tmp_path / f"pairs{ending}"
    WRITERS[ending](table, path)
    column, rows = rows_of(path, "en", "utf-8", "--source")
    assert column == "en"
    assert list(rows) == table.to_pylist()


def test_columns_that_are_not_named_are_guessed_and_said(table, tmp_path, caplog):
    path = tmp_path / "pairs.tsv"
    write_tsv(table.select(["en", "de"]), path)
    with caplog.at_level(logging.WARNING):
        assert both(load_pairs(path)) == (EN, DE)
    assert "pairs.tsv: the source is its column 'en', and the target 'de'" in caplog.text


def test_usual_names_are_found_among_others(tmp_path):
    path = tmp_path / "pairs.csv"
    write_csv(pa.table({"target": DE, "number": [1, 2, 3], "Source": EN}), path)
    assert both(load_pairs(path)) == (EN, DE)


def test_two_files_belong_together_line_by_line(tmp_path):
    (tmp_path / "train.en").write_bytes("\ufeffone\r\ntwo \u2028 parts\r\nthree\r\n".encode())
    (tmp_path / "train.de").write_text("eins\nzwei\ndrei\n", encoding="utf-8")
    found = load_pairs(tmp_path / "train.en", target="train.de")
    assert both(found) == (["one", "two \u2028 parts", "three"], ["eins", "zwei", "drei"])


def test_a_folder_has_splits_by_the_endings_of_its_files(tmp_path):
    for split, count in (("train", 3), ("val", 2), ("test", 1)):
        for language in ("en", "de"):
            (tmp_path / f"{split}.{language}").write_text(f"{language} {split}\n" * count, encoding="utf-8")
    splits = load_pairs(tmp_path, source_column="en", target="de").splits
    assert {split: len(part) for split, part in splits.items()} == {"train": 3, "validation": 2, "test": 1}
    assert splits["validation"].y == ["de val"] * 2


@given(st.text().filter(lambda text: "\t" not in text and "\n" not in text and "\r" not in text))
def test_quotes_that_a_program_doubled_are_taken_off(text):
    doubled = '"' + text.replace('"', '""') + '"'
    assert unquoted(doubled) == (text if '"' in text else doubled)


def test_quotes_of_a_text_stay():
    assert [unquoted(text) for text in ('"Go!"', '"Go!" he said. "Now!"', '"', "", '""')] == [
        '"Go!"', '"Go!" he said. "Now!"', '"', "", '""',
    ]  # fmt: skip


def refused(message, *source, **how):
    with pytest.raises(VaeworksError) as caught:
        load_pairs(*source, **how)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_of_different_length_say_where_one_ends(tmp_path):
    (tmp_path / "a.en").write_text("one\ntwo\nthree\n")
    (tmp_path / "a.de").write_text("eins\nzwei\n")
    refused("a.de ends after line 2, but a.en has 3 lines", tmp_path / "a.en", target="a.de")


def test_an_empty_side_is_refused_with_its_place_or_dropped_and_said(tmp_path, caplog):
    path = tmp_path / "pairs.tsv"
    path.write_text("en\tde\none\teins\ntwo\t \nthree\tdrei\n\tvier\n", encoding="utf-8")
    refused("pairs.tsv has 2 pairs of which one side is empty, the first in line 3", path)
    with caplog.at_level(logging.WARNING):
        assert both(load_pairs(path, drop_empty=True)) == (["one", "three"], ["eins", "drei"])
    assert "2 of 4 pairs are left out, since one side is empty" in caplog.text


def test_targets_that_are_their_sources_are_said_or_refused(tmp_path, caplog):
    path = tmp_path / "pairs.tsv"
    path.write_text("en\tde\none\teins\nOK\tOK\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        load_pairs(path)
    assert "in 1 of 2 pairs the target is the source itself" in caplog.text
    path.write_text("en\tde\none\tone\nOK\tOK\n", encoding="utf-8")
    refused("every target is its source", path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Go.\tVa !\nHi.\tSalut !\n", "its first line is: Go., Va !. Name them with --source and --target, or put a"),
        (b"en\tde\none\teins\textra\n", "line 2 has 3 values between tabs, but the header names 2 columns"),
        (b"en\tde\n", "pairs.tsv has no rows"),
        ("en\tde\ncafé\tKaffee\n".encode("latin-1"), "pairs.tsv is not UTF-8 (line 2)"),
        (b"a\tb\tc\n1\t2\t3\n", "does not say which columns hold source and target"),
    ],
)
def test_a_file_that_is_no_pairs_says_what_it_is(tmp_path, content, message):
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content)
    refused(message, path)


def test_what_is_not_there_is_said(tmp_path, table):
    path = tmp_path / "pairs.csv"
    write_csv(table, path)
    refused("pairs.csv has no column 'fr'. Its columns are: id, en, de", path, source_column="en", target="fr")
    refused("column 'en' cannot be source and target at once", path, source_column="en", target="en")
    refused("there is no file or data set", tmp_path / "none.csv")
    refused("name the endings of its files, as in --source en --target de", tmp_path)
    refused("holds no train.en", tmp_path, source_column="en", target="de")
    (tmp_path / "a.txt").write_text("one\n")
    refused("name the file of their translations with --target", tmp_path / "a.txt")
    refused("knows its own columns", "multi30k-en-de", target="de")


def test_pairs_of_one_source_are_held_out_together():
    sources = [f"sentence {number // 3}" for number in range(300)]
    part = Pairs(sources, [str(number) for number in range(300)])
    left = part.held_out(0.2)
    assert 0 < len(left) < 150
    kept = set(part.y) - set(left.y)
    assert not {sources[int(number)] for number in kept} & set(left.X)


def test_latin_1_is_read_when_said(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_bytes("en\tde\ncoffee\tKäffchen\n".encode("latin-1"))
    assert both(load_pairs(path, encoding="latin-1")) == (["coffee"], ["Käffchen"])


def test_rows_can_be_taken_and_joined():
    part = Pairs(EN, DE).take(np.array([2, 0])).followed_by(Pairs(["x"], None))
    assert (part.X, part.y) == ([EN[2], EN[0], "x"], [DE[2], DE[0], None])


def test_a_table_whose_program_quotes_every_cell_is_read_without_its_quotes(tmp_path):
    table = pa.table({"en": ['He said "no".', "a\tb", "two\nlines"], "de": ["1", "2", "3"]})
    pa.csv.write_csv(table, tmp_path / "all.tsv", pa.csv.WriteOptions(delimiter="\t"))
    column, rows = rows_of(tmp_path / "all.tsv", "en", "utf-8", "--source")
    assert [row[column] for row in rows] == table["en"].to_pylist()
