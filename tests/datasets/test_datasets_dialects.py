"""How files of separated values are written: found, said, and read alike by every front."""

import gzip
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.datasets import load_table, load_texts
from vaeworks.datasets.dialects import OTHERS, dialect_of, form_of, separator_of
from vaeworks.datasets.texts.plain import rows_of
from vaeworks.errors import VaeworksError
from vaeworks.tabular.commands import Source

ROWS = [["age", "income", "town"], ["26", "29738.65", "Bern"], ["34", "21197.22", "Chur"]]
PLAIN = {"age": [26, 34], "income": [29738.65, 21197.22], "town": ["Bern", "Chur"]}


def lines(rows, separator=","):
    return "".join(separator.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("separator", list(OTHERS))
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_table_is_read_whatever_stands_between_its_cells(tmp_path, caplog, separator, ending):
    file = tmp_path / f"t.{ending}"
    file.write_text(lines(ROWS, separator))
    assert load_table(file).whole().table.to_pydict() == PLAIN
    usual = separator == {"csv": ",", "tsv": "\t"}[ending]
    assert caplog.messages == ([] if usual else [f"t.{ending} is read as separated by {OTHERS[separator]}"])


@pytest.mark.parametrize("separator", list(OTHERS))
def test_texts_are_read_whatever_stands_between_their_cells(tmp_path, separator):
    file = tmp_path / "t.csv"
    first = "a film" if separator == "," else "a film, of sorts"
    file.write_text(lines([["text", "label"], [first, "good"], ["b", "bad"]], separator))
    [batch] = load_texts(file).whole().chunks()
    assert (batch["text"].to_pylist(), batch["label"].to_pylist()) == ([first, "b"], ["good", "bad"])
    name, rows = rows_of(file, None, "utf-8", "--text")
    assert (name, [row["label"] for row in rows]) == ("text", ["good", "bad"])


@pytest.mark.parametrize("ending", ["csv", "jsonl", "txt"])
def test_texts_are_read_from_compressed_files(tmp_path, ending):
    content = {
        "csv": "text,label\na film,good\nb,bad\n",
        "jsonl": '{"text": "a film"}\n{"text": "b"}\n',
        "txt": "a film\nb\n",
    }
    (tmp_path / f"t.{ending}.gz").write_bytes(gzip.compress(content[ending].encode()))
    [batch] = load_texts(tmp_path / f"t.{ending}.gz").whole().chunks()
    assert batch["text"].to_pylist() == ["a film", "b"]
    assert [row["text"] for row in rows_of(tmp_path / f"t.{ending}.gz", None, "utf-8", "--text")[1]] == ["a film", "b"]


def test_a_table_is_read_from_a_compressed_file(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(lines(ROWS).encode()))
    assert load_table(tmp_path / "t.csv.gz").whole().table.to_pydict() == PLAIN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_with_a_mark_are_read_by_it(tmp_path, encoding, caplog):
    (tmp_path / "t.csv").write_text(lines([*ROWS, ["5", "1.5", "Zürich"]]), encoding=encoding)
    assert load_table(tmp_path / "t.csv").whole().table["town"].to_pylist() == ["Bern", "Chur", "Zürich"]
    (tmp_path / "u.csv").write_text("text,label\nschön,gut\nöd,übel\n", encoding=encoding)
    [batch] = load_texts(tmp_path / "u.csv").whole().chunks()
    assert batch["label"].to_pylist() == ["gut", "übel"]
    (tmp_path / "t.txt").write_text("schön\nöd\n", encoding=encoding)
    assert [row["text"] for row in rows_of(tmp_path / "t.txt", None, "utf-8", "--text")[1]] == ["schön", "öd"]
    assert any("UTF-16" in message for message in caplog.messages) == (encoding == "utf-16")


@pytest.mark.parametrize(("name", "form"), [("a.csv", ".csv"), ("A.CSV.GZ", ".csv"), ("b.tsv.zst", ".tsv"), ("c", "")])
def test_the_form_of_a_file_is_under_its_compression(tmp_path, name, form):
    assert form_of(tmp_path / name) == form


@given(st.lists(st.lists(st.text("ab, ;", max_size=4), min_size=2, max_size=2), min_size=1, max_size=6))
def test_the_separator_of_the_ending_goes_first_where_it_parts_every_row_alike(rows):
    quoted = "".join('"' + '","'.join(row) + '"\n' for row in [["x", "y"], *rows])
    assert separator_of(quoted, ",") == ","


def test_a_column_alone_has_no_separator(tmp_path):
    (tmp_path / "t.csv").write_text("text\nwell; well\nno\n")
    assert dialect_of(tmp_path / "t.csv").separator == ","


@pytest.mark.parametrize("word", ["n/a", "-", "#N/A", "N/A ", "n.a.", "missing", "#VALUE!"])
def test_a_word_for_nothing_is_a_hole_in_a_column_of_numbers(tmp_path, word, caplog):
    rows = [[str(number), "a"] for number in range(20)]
    (tmp_path / "t.csv").write_text(lines([["age", "name"], *rows, [word, "-"]]))
    table = load_table(tmp_path / "t.csv").whole().table
    assert table["age"].to_pylist() == [*range(20), None]
    assert table["name"].to_pylist()[-1] == "-"  # among words it may be one
    assert "1 cells that say" in caplog.text or word == "N/A "


def test_an_odd_word_among_numbers_is_refused_by_its_row(tmp_path):
    rows = [[str(number)] for number in range(20)]
    (tmp_path / "t.csv").write_text(lines([["age"], *rows, ["twenty"], ["21+"]]))
    with pytest.raises(VaeworksError, match="column 'age' holds numbers, but '21\\+' in row 22, 'twenty' in row 21"):
        load_table(tmp_path / "t.csv")
    assert load_table(tmp_path / "t.csv", words=["age"]).whole().table["age"].to_pylist()[:2] == ["0", "1"]
    (tmp_path / "u.csv").write_text(lines([["age", "x"], *([str(number), "1"] for number in range(20)), ["old", "1"]]))
    assert load_table(tmp_path / "u.csv", drop=["age"]).whole().table.column_names == ["x"]


def test_words_some_of_which_are_numbers_stay_words(tmp_path):
    (tmp_path / "t.csv").write_text("size\n1\n2\nlarge\nsmall\n")
    assert load_table(tmp_path / "t.csv").whole().table["size"].to_pylist() == ["1", "2", "large", "small"]


@pytest.mark.parametrize(
    ("cells", "numbers", "said"),
    [
        (["29738,65", "1,5"], [29738.65, 1.5], "with decimal commas"),
        (["1.234,5", "-12,0"], [1234.5, -12.0], "with decimal commas"),
        (["1,234", "12,345.5"], [1234.0, 12345.5], "with commas between thousands"),
    ],
)
def test_numbers_are_read_as_people_write_them(tmp_path, caplog, cells, numbers, said):
    (tmp_path / "t.csv").write_text("".join(f"{cell}\n" for cell in ["x;y", *(f"{cell};a" for cell in cells)]))
    assert load_table(tmp_path / "t.csv").whole().table["x"].to_pylist() == numbers
    assert said in caplog.text


def test_spaces_around_cells_count_for_nothing(tmp_path):
    (tmp_path / "t.csv").write_text("age, job, sex\n26, ?, F\n34, clerk, M\n")
    found = load_table(tmp_path / "t.csv").whole().table.to_pydict()
    assert found == {"age": [26, 34], "job": [None, "clerk"], "sex": ["F", "M"]}


def test_what_is_read_as_usual_says_nothing(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    (tmp_path / "t.csv").write_text(lines(ROWS))
    load_table(tmp_path / "t.csv")
    assert caplog.messages == []


def test_columns_without_a_name_that_hold_row_numbers_or_nothing_are_no_features(tmp_path, caplog):
    file = tmp_path / "t.csv"
    file.write_text(",age,town,\n0,26,Bern,\n1,34,Chur,\n2,41,Zug,\n")
    assert Source().load(str(file)).whole().table.column_names == ["age", "town"]
    assert caplog.messages == [
        "t.csv: column 1 is left out: it holds row numbers",
        "t.csv: column 4 is left out: it holds nothing",
    ]
    file.write_text("Unnamed: 0,age\n5,26\n7,34\n")
    assert Source().load(str(file)).whole().table.column_names == ["Unnamed: 0", "age"]
