"""Tables from every source: named ones, and files of every form."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from vaeworks.datasets import load_table
from vaeworks.datasets.tables.cells import filled_words
from vaeworks.datasets.tables.files import parts_as_written, read_as_written
from vaeworks.errors import MissingColumnError, VaeworksError

TABLE = pa.table({"size": [1.5, None, 3.0], "town": ["Bern", "Zug", None], "class": [1, 2, 1]})


@pytest.fixture
def folder(tmp_path):
    """The table in every form that holds words."""
    pa.csv.write_csv(TABLE, tmp_path / "table.csv")
    pa.csv.write_csv(TABLE, tmp_path / "table.tsv", pa.csv.WriteOptions(delimiter="\t"))
    pa.parquet.write_table(TABLE, tmp_path / "table.parquet")
    (tmp_path / "table.jsonl").write_text("".join(json.dumps(row) + "\n" for row in TABLE.to_pylist()))
    return tmp_path


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl"])
def test_a_file_is_read_with_its_holes_and_its_label(folder, ending):
    found = load_table(folder / f"table.{ending}")
    (rows,) = found.splits.values()
    assert rows.table.to_pydict() == TABLE.drop_columns(["class"]).to_pydict()
    assert (rows.labels, found.label_name, len(rows)) == ([1, 2, 1], "class", 3)


def test_words_of_a_jsonl_that_are_dates_or_times_are_such(tmp_path):
    """As they are in a csv; and as written they are words."""
    rows = [{"day": "2026-01-02", "at": "2026-01-02 10:00:00", "n": 1}, {"day": None, "at": "2026-01-03 10:30:00"}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pa.csv.write_csv(pa.Table.from_pylist(rows), tmp_path / "t.csv")
    found, same = (load_table(tmp_path / f"t.{ending}").whole().table for ending in ("jsonl", "csv"))
    assert found.to_pydict() == same.to_pydict()
    assert found.schema.field("day").type == pa.date32()
    assert read_as_written(tmp_path / "t.jsonl").to_pylist() == [
        {name: row.get(name) for name in rows[0]} for row in rows
    ]


def test_whole_numbers_of_a_jsonl_keep_every_digit_as_they_are_written(tmp_path):
    """Beyond 64 bits, too; a column that has fractions holds floats, as JSON's readers have them."""
    rows = [{"id": 10**24 + 1, "mixed": 2**70}, {"id": None, "mixed": 0.5}, {"id": -(2**63) - 1}, {"id": 3}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n\n" for row in rows))
    found = read_as_written(tmp_path / "t.jsonl")
    assert found.column("id").to_pylist() == [row["id"] for row in rows]
    assert found.column("mixed").to_pylist() == [float(2**70), 0.5, None, None]
    assert load_table(tmp_path / "t.jsonl").whole().table.schema.field("id").type == pa.float64()
    filled = filled_words(found.column("id"), pa.chunked_array([[0.0, 17.4, 0.0, 0.0]]))
    assert filled.to_pylist() == [10**24 + 1, 17, -(2**63) - 1, 3]


@pytest.mark.parametrize("read", [load_table, read_as_written])
def test_names_of_a_jsonl_that_are_not_utf_8_are_one_sentence(tmp_path, read):
    (tmp_path / "t.jsonl").write_bytes(b'{"n\xf6": 1, "b": 2}\n')
    with pytest.raises(VaeworksError, match=r"t\.jsonl has names of columns that are not UTF-8"):
        read(tmp_path / "t.jsonl")


def test_a_label_is_named_or_left_among_the_columns(folder):
    assert load_table(folder / "table.csv", label="town").whole().labels == ["Bern", "Zug", None]
    whole = load_table(folder / "table.csv", label="").whole()
    assert (whole.labels, whole.table.column_names) == (None, ["size", "town", "class"])


@pytest.mark.parametrize("hole", ["", "NA", "nan", "?", "None"])
def test_what_stands_for_a_hole_is_one(tmp_path, hole):
    (tmp_path / "t.csv").write_text(f"a,b\n1,x\n{hole},{hole}\n")
    assert load_table(tmp_path / "t.csv").whole().table.to_pydict() == {"a": [1, None], "b": ["x", None]}


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_columns_of_words_are_read_as_words(tmp_path, ending):
    """Where these look like numbers, and a hole stays a hole; columns that are not there are no matter."""
    (tmp_path / f"t.{ending}").write_text("code,age\n01,1\nNA,2\n".replace(",", "," if ending == "csv" else "\t"))
    found = load_table(tmp_path / f"t.{ending}", words=["code", "town"])
    assert found.whole().table.to_pydict() == {"code": ["01", None], "age": [1, 2]}


def test_arrays_become_columns(tmp_path):
    rows = np.arange(6.0).reshape(3, 2)
    np.save(tmp_path / "rows.npy", rows)
    np.savez(tmp_path / "rows.npz", codes=rows, label=np.array(["a", "b", "a"]))
    assert load_table(tmp_path / "rows.npy").whole().table.to_pydict() == {"x0": [0, 2, 4], "x1": [1, 3, 5]}
    assert load_table(tmp_path / "rows.npz").whole().labels == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("name", "rows", "columns", "label", "classes"),
    [
        ("iris", 150, 4, "class", 3),
        ("wine", 178, 13, "class", 3),
        ("breast-cancer", 569, 30, "class", 2),
        ("digits", 1797, 64, "class", 10),
    ],
)
def test_named_tables_that_come_with_scikit_learn(name, rows, columns, label, classes):
    found = load_table(name)
    part = found.splits["all"]
    assert (len(part), part.table.num_columns, found.label_name) == (rows, columns, label)
    assert len(set(part.labels)) == classes
    without = load_table(name, label="").splits["all"]
    assert (without.labels, without.table[label].to_pylist()) == (None, part.labels)


def test_penguins_come_from_a_package_or_a_copy(tmp_path, monkeypatch):
    (tmp_path / "penguins.csv").write_text("species,island,sex\nAdelie,Dream,NA\nGentoo,Biscoe,male\n")
    found = load_table("penguins", data=tmp_path).splits["all"]
    assert (found.labels, found.table["sex"].to_pylist()) == (["Adelie", "Gentoo"], [None, "male"])
    monkeypatch.setattr("vaeworks.datasets.named.penguins.find_spec", lambda name: None)
    with pytest.raises(VaeworksError, match="pip install palmerpenguins"):
        load_table("penguins")


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("t.txt", "a", "no table that can be read"),
        ("t.csv", "a,b\n1,2\n3\n", "damaged or is no csv"),
        ("t.csv", "a,a\n1,2\n", "two columns called 'a'"),
        ("t.csv", "a,b\n", "has no rows"),
        ("t.parquet", "PAR", "damaged or is no parquet"),
        ("t.jsonl", "{", "damaged or is no jsonl"),
    ],
)
def test_files_that_are_no_table_are_refused(tmp_path, file, content, sentence):
    (tmp_path / file).write_text(content)
    with pytest.raises(VaeworksError, match=sentence):
        load_table(tmp_path / file)


def test_mistakes_in_names_are_refused(tmp_path, folder):
    with pytest.raises(VaeworksError, match="did you mean wine"):
        load_table("wines")
    with pytest.raises(MissingColumnError, match=r"no column 'colour'\. Its columns are: size, town, class"):
        load_table(folder / "table.csv", label="colour")
    with pytest.raises(VaeworksError, match="knows its own label"):
        load_table("wine", label="alcohol")
    with pytest.raises(VaeworksError, match="--data holds a copy"):
        load_table(folder / "table.csv", data=tmp_path)
    with pytest.raises(VaeworksError, match="use vae fit text imdb"):
        load_table("imdb")


def test_dates_are_read_whatever_marks_their_holes(tmp_path, caplog):
    days = [f"2021-{row % 12 + 1:02d}-{row % 28 + 1:02d}" for row in range(40)]
    foreign = [f"{row % 28 + 1}.{row % 12 + 1}.2021" for row in range(40)]

    def table(days, times):
        path = tmp_path / "days.csv"
        rows = (",".join(row) for row in zip(days, times, foreign, strict=True))
        path.write_text("\n".join(["day,at,own", *rows]))
        return load_table(path).whole().table

    found = table(["n/a", "-", *days[2:]], [f"{day}T10:30Z" for day in days[:-1]] + ["#N/A"])
    assert [str(kind) for kind in found.schema.types] == ["date32[day]", "timestamp[us, tz=UTC]", "string"]
    assert found.column("day").null_count == 2
    assert "'day' holds dates; 2 cells that say '-', 'n/a' are holes" in caplog.text
    assert "'own' looks like dates, and is read as words: write dates as 2026-11-27" in caplog.text
    with pytest.raises(VaeworksError, match=r"'day' holds dates, but '2021-02-30' in row 3: mend"):
        table([*days[:2], "2021-02-30", *days[3:]], days)


def test_a_file_as_it_is_written_comes_in_parts(tmp_path):
    rows = [f'{row:05},NA,"a ""b"", {row}",{row}.50' for row in range(200_000)]
    (tmp_path / "a.csv").write_text("zip,hole,text,price\n" + "\n".join(rows))
    parts = list(parts_as_written(tmp_path / "a.csv"))
    assert len(parts) > 1
    found = [row for part in parts for row in part.to_pylist()]
    assert found[7] == {"zip": "00007", "hole": "NA", "text": 'a "b", 7', "price": "7.50"}
    assert len(found) == len(rows)
    assert read_as_written(tmp_path / "a.csv").to_pylist() == found
    pa.parquet.write_table(pa.table({"n": range(40_000)}), tmp_path / "a.parquet")
    parts = list(parts_as_written(tmp_path / "a.parquet"))
    assert len(parts) > 1
    assert [row["n"] for part in parts for row in part.to_pylist()] == list(range(40_000))
