"""A csv whose holes are filled is the same file, byte for byte, everywhere else."""

import io
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vaeworks.datasets.tables.cells import filled_file, lines, unquoted, written_like
from vaeworks.errors import VaeworksError

BARE = st.text("ab1. é'-", max_size=4)
IN_QUOTES = st.text('ab",;\t\n\r é', max_size=4).map(lambda text: '"' + text.replace('"', '""') + '"')
CELL = BARE | IN_QUOTES


def read_by_arrow(data):
    """Every cell as text."""
    return pa.csv.read_csv(
        io.BytesIO(data),
        pa.csv.ReadOptions(autogenerate_column_names=True),
        pa.csv.ParseOptions(newlines_in_values=True),
        pa.csv.ConvertOptions(column_types={f"f{place}": pa.string() for place in range(20)}, null_values=[]),
    )


def write(path, header, columns, end="\n", separator=","):
    rows = [header, *zip(*columns, strict=True)]
    path.write_bytes("".join(separator.join(row) + end for row in rows).encode())
    return path


def filled_column(path, cells, values, separators=(",", ",")):
    """The bytes of a file of one column, and one beside it, after its empty cells are filled with values."""
    source = write(path, ["a", "b"], [cells, ["x"] * len(cells)], separator=separators[0])
    holes = np.array([cell == "" for cell in cells])
    changed = filled_file(source, separators, (len(cells), 2), {0: (holes, values)})
    return [line.split(separators[1])[0] for line in changed.decode().splitlines()[1:]]


@given(text=st.text('ab",\n\r ', max_size=14))
def test_cells_are_told_apart_as_arrow_does(text):
    data = text.encode()
    try:
        theirs = read_by_arrow(data)
    except pa.ArrowInvalid:
        assume(False)
    ours = [[unquoted(cell.decode()) for cell in cells] for cells, _ in lines(data, b",") if cells != [b""]]
    assert ours == [list(row.values()) for row in theirs.to_pylist()]


@given(st.data())
def test_all_bytes_but_those_of_holes_stay(tmp_path_factory, data):
    """Whatever the quotes, the separator, the ends of lines, empty lines and a byte order mark."""
    separator, end = data.draw(st.sampled_from(",;\t")), data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    width = data.draw(st.integers(2, 4))
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=2, max_size=5))
    rows = [[cell if cell.startswith('"') else cell.replace(separator, "") for cell in row] for row in rows]
    place, start = data.draw(st.integers(0, width - 1)), data.draw(st.sampled_from(["", "\ufeff", "\ufeff\n"]))
    holes = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows) - 1, max_size=len(rows) - 1)))
    last, between = data.draw(st.sampled_from(["", end])), data.draw(st.sampled_from([end, end * 2]))

    def file_of(rows):
        return (start + between.join(separator.join(row) for row in rows) + last).encode()

    source = tmp_path_factory.mktemp("cells") / "t.csv"
    source.write_bytes(file_of(rows))
    changes = {place: (holes, ["new"] * int(holes.sum()))}
    changed = filled_file(source, (separator, separator), (len(rows) - 1, width), changes)
    others = [row[place] for row, hole in zip(rows[1:], holes, strict=True) if not hole]
    new = '"new"' if others and all(cell.startswith('"') for cell in others) else "new"
    for row, hole in zip(rows[1:], holes, strict=True):
        row[place] = new if hole else row[place]
    assert changed == file_of(rows)


@pytest.mark.parametrize(
    ("cells", "value", "written"),
    [
        (["6.10", "4.20", ""], 3.1234, "3.12"),
        (["6.10", "4.20", ""], 3.0, "3.00"),
        (["6", "4.256", ""], 3.0, "3"),
        (["6.1", "4.256", ""], 0.1 + 0.2, "0.3"),
        (["6", "-4.256", ""], -0.0004, "0"),
        (["0.23796462709189137", "0.5", ""], 0.7, "0.7"),
        (["3.0", "4.0", ""], 5.0, "5.0"),
        (["3", "4", ""], 5, "5"),
        (["1e-9", "2.5", ""], 3e-9, "3e-09"),
        (["", "", ""], 2.5, "2.5"),
        (["", "", ""], 2.0, "2"),
        (['"6.10"', '"4.20"', ""], 3.1234, '"3.12"'),
        (["TRUE", "FALSE", ""], True, "TRUE"),
        (["True", "True", ""], False, "False"),
        (["true", "false", ""], False, "false"),
        (["Bern", "Zug", ""], "Genf", "Genf"),
        (["Bern", '"Zug"', ""], "Genf", "Genf"),
        (['"Bern"', '"Zug"', ""], "Genf", '"Genf"'),
        (["Bern", "Zug", ""], 'the "old" town', 'the "old" town'),
        (["Bern", "Zug", ""], '"old"', '"""old"""'),
    ],
)
def test_a_hole_is_filled_as_its_column_writes(tmp_path, cells, value, written):
    count = cells.count("")
    assert filled_column(tmp_path / "t.csv", cells, [value] * count) == [cell or written for cell in cells]


@pytest.mark.parametrize("word", ["Bern, old", "Bern\nnew", "\rBern"])
def test_words_that_would_break_a_line_are_quoted(tmp_path, word):
    source = write(tmp_path / "t.csv", ["a", "b"], [["Zug", ""], ["x", "y"]])
    changed = filled_file(source, (",", ","), (2, 2), {0: (np.array([False, True]), [word])})
    assert changed == f'a,b\nZug,x\n"{word}",y\n'.encode()


def test_another_separator_leaves_the_text_of_cells(tmp_path):
    source = tmp_path / "t.csv"
    source.write_bytes(b'zip,"a\tb"\r\n05185,6.10\r\na\tb,"1,5"\r\n,\r\n')
    changed = filled_file(source, (",", "\t"), (3, 2), {0: (np.array([False, False, True]), ["c"])})
    assert changed == b'zip\t"a\tb"\r\n05185\t6.10\r\n"a\tb"\t"1,5"\r\nc\t\r\n'


@pytest.mark.parametrize("shape", [(3, 2), (2, 3)])
def test_a_file_of_other_rows_than_were_read_is_refused(tmp_path, shape):
    source = write(tmp_path / "t.csv", ["a", "b"], [["1", "2"], ["x", "y"]])
    with pytest.raises(VaeworksError, match=r"t\.csv cannot be told apart"):
        filled_file(source, (",", ","), shape, {})


def test_dates_are_written_as_the_column_has_them():
    noon = datetime(2026, 11, 27, 12, 30)
    assert written_like(noon.date(), "2020-01-01") == "2026-11-27"
    assert written_like(noon, "2020-01-01T10:00") == "2026-11-27T12:30"
    assert written_like(noon, "2020-01-01 10:00:59") == "2026-11-27 12:30:00"
    assert written_like(noon.replace(tzinfo=UTC), "2020-01-01T10:00:59Z") == "2026-11-27T12:30:00Z"
    assert written_like(noon.time(), "10:00") == "12:30"
