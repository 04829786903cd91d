"""Local files and folders: every format gives the same rows, and text and label columns are found."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeworks.datasets import load_texts
from vaeworks.errors import VaeworksError

ROWS = [('Good, and\n"short".', "pos"), ("Zu lang…", "neg"), ("Fine.", "pos")]


def read(rows):
    chunks = list(rows.chunks())
    return [record for chunk in chunks for record in chunk.to_pylist()]


def write(path, rows, names=("text", "label")):
    """Write rows in the format of the path's ending, with writers that are not ours."""
    if path.suffix == ".parquet":
        pq.write_table(pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)}), path)
    elif path.suffix in (".jsonl", ".ndjson"):
        path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writerows([names, *rows])
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "ndjson", "parquet"])
def test_every_table_format_gives_the_same_rows(tmp_path, ending):
    dataset = load_texts(write(tmp_path / f"reviews.{ending}", ROWS))
    assert dataset.name == f"reviews.{ending}"
    assert dataset.label_name == "label"
    assert list(dataset.splits) == ["all"]
    assert len(dataset.splits["all"]) == 3
    assert dataset.splits["all"].labelled
    assert read(dataset.splits["all"]) == [{"text": text, "label": label} for text, label in ROWS]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
    st.sampled_from(["csv", "tsv", "jsonl", "parquet"]),
)
def test_any_text_survives_its_file(tmp_path_factory, texts, ending):
    texts = [text + "." for text in texts] + ["end"]  # none is empty, and not all are numbers
    path = write(tmp_path_factory.mktemp("any") / f"any.{ending}", [(text, "-") for text in texts], ("text", "other"))
    assert [row["text"] for row in read(load_texts(path).splits["all"])] == texts


def test_line_breaks_in_quotes_are_text_wherever_a_block_ends(tmp_path, monkeypatch):
    monkeypatch.setattr("vaeworks.datasets.texts.separated.BLOCK_BYTES", 256)
    texts = [f"{number}\n" + "a, line\n" * (number % 7) for number in range(500)]
    path = write(tmp_path / "a.csv", [(text, "-") for text in texts], ("text", "other"))
    assert [row["text"] for row in read(load_texts(path).splits["all"])] == texts


def test_a_txt_file_holds_one_text_a_line(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("one\ntwo, too\n")
    dataset = load_texts(path)
    assert read(dataset.splits["all"]) == [{"text": "one"}, {"text": "two, too"}]
    assert dataset.label_name is None
    assert not dataset.splits["all"].labelled


@pytest.mark.parametrize("name", ["text", "review", "body", "sentence", "Review"])
def test_the_text_column_is_known_by_its_name(tmp_path, name):
    path = write(tmp_path / "a.csv", [("x", "long text"), ("y", "another")], ("title", name))
    assert read(load_texts(path).splits["all"]) == [{"text": "long text"}, {"text": "another"}]


def test_the_only_column_of_strings_is_the_text(tmp_path):
    path = write(tmp_path / "a.csv", [(1, "long text"), (2, "another")], ("stars", "comment"))
    assert read(load_texts(path).splits["all"]) == [{"text": "long text"}, {"text": "another"}]


def test_the_columns_that_are_named_are_taken(tmp_path):
    path = write(tmp_path / "a.csv", [("x", "t", 4), ("y", "u", 5)], ("text", "body", "stars"))
    dataset = load_texts(path, text="body", label="stars")
    assert dataset.label_name == "stars"
    assert read(dataset.splits["all"]) == [{"text": "t", "label": 4}, {"text": "u", "label": 5}]


def test_a_column_called_sentiment_is_the_label_and_an_empty_name_means_none(tmp_path):
    path = write(tmp_path / "a.csv", [("x", "good"), ("y", "bad")], ("comment", "sentiment"))
    assert load_texts(path).label_name == "sentiment"
    without = load_texts(path, text="comment", label="")
    assert without.label_name is None
    assert read(without.splits["all"]) == [{"text": "x"}, {"text": "y"}]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["1", "", "3"], pa.int64(), [1, None, 3]),
        (["1.0", "2.0", "nan"], pa.float64(), [1.0, 2.0, None]),
        (["True", "False", ""], pa.bool_(), [True, False, None]),
        (["1", "two", "NA"], pa.string(), ["1", "two", None]),
    ],
)
def test_labels_in_csv_have_the_narrowest_type_and_missing_ones_are_null(tmp_path, values, kind, expected):
    path = write(tmp_path / "a.csv", [("x", value) for value in values])
    (chunk,) = load_texts(path).splits["all"].chunks()
    assert chunk["label"].type == kind
    assert chunk["label"].to_pylist() == expected


def test_the_type_of_csv_labels_is_that_of_all_of_them_not_of_the_first_block(tmp_path):
    long = "word " * 200
    path = write(tmp_path / "a.csv", [(long, number % 5) for number in range(20_000)] + [("last", "none of them")])
    rows = load_texts(path).splits["all"]
    assert {str(chunk["label"].type) for chunk in rows.chunks()} == {"string"}
    assert read(rows)[-1] == {"text": "last", "label": "none of them"}


def test_parquet_labels_keep_their_type_and_nan_is_null(tmp_path):
    label = pa.array([1.0, float("nan"), 2.0], pa.float32())
    pq.write_table(
        pa.table({"text": pa.array(["a", "b", "c"]).dictionary_encode(), "label": label}), tmp_path / "a.parquet"
    )
    (chunk,) = load_texts(tmp_path / "a.parquet").splits["all"].chunks()
    assert chunk["label"].type == pa.float32()
    assert chunk["text"].type == pa.string()
    assert chunk["label"].to_pylist() == [1.0, None, 2.0]


def test_whole_and_broken_numbers_in_jsonl_are_numbers(tmp_path):
    rows = [("a", 1)] * 5000 + [("b", 2.5)]
    path = write(tmp_path / "a.jsonl", rows)
    assert {str(chunk["label"].type) for chunk in load_texts(path).splits["all"].chunks()} == {"double"}


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "txt"])
def test_the_encoding_is_the_one_that_is_named(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    content = {"jsonl": '{"text": "café"}\n', "txt": "café\n"}.get(ending, "text\ncafé\n")
    path.write_bytes(content.encode("latin-1"))
    assert read(load_texts(path, encoding="latin-1").splits["all"]) == [{"text": "café"}]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "txt"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    content = {"jsonl": '{"text": "one"}\n', "txt": "one\n"}.get(ending, "text\none\n")
    path.write_bytes(content.encode("utf-8-sig"))
    assert read(load_texts(path).splits["all"]) == [{"text": "one"}]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_empty_texts_are_dropped_on_request(tmp_path, ending):
    rows = [("a", "x"), ("", "z"), (" \t\n", "z"), ("b", "y")]
    path = write(tmp_path / f"a.{ending}", rows)
    dataset = load_texts(path, drop_empty=True)
    assert read(dataset.splits["all"]) == [{"text": "a", "label": "x"}, {"text": "b", "label": "y"}]
    assert len(dataset.splits["all"]) == 2


def test_class_folders_are_labels_and_any_first_rows_hold_each(tmp_path):
    for name, files in (("pos", 4), ("neg", 8)):
        (tmp_path / name).mkdir()
        for number in range(files):
            (tmp_path / name / f"{number}.txt").write_text(f"{name} {number}\nsecond line")
    dataset = load_texts(tmp_path)
    rows = read(dataset.splits["all"])
    assert dataset.label_name == "sentiment"
    assert all(row["text"].startswith(row["label"]) for row in rows)
    assert len(rows) == len(dataset.splits["all"]) == 12
    assert {row["label"] for row in rows[:3]} == {"pos", "neg"}


def test_other_class_folders_are_called_label(tmp_path):
    for name in ("sport", "politics", ".hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    dataset = load_texts(tmp_path)
    assert dataset.label_name == "label"
    assert sorted(row["label"] for row in read(dataset.splits["all"])) == ["politics", "sport"]


@pytest.fixture
def reviews(tmp_path):
    """A folder of two classes with a text each."""
    for name in ("pos", "neg"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text(name)
    return tmp_path


def test_a_class_folder_that_cannot_be_listed_is_refused(reviews, lock):
    lock(reviews / "neg")
    with pytest.raises(VaeworksError) as caught:
        load_texts(reviews)
    assert str(caught.value).startswith(f"{reviews / 'neg'} cannot be read (Permission denied): check")


@pytest.mark.parametrize("name", ["mixed", "neg/2.txt", "test.csv"])
def test_a_broken_link_is_refused(reviews, name):
    (reviews / name).symlink_to(reviews / "nowhere")
    with pytest.raises(VaeworksError) as caught:
        load_texts(reviews)
    assert str(caught.value) == (
        f"{reviews / name} is a link to {reviews / 'nowhere'}, which is not there: mend the link or remove it"
    )


def test_what_is_left_out_of_class_folders_is_counted_and_named(reviews, caplog):
    (reviews / "mixed").mkdir()
    for name in ("urls.txt", "pos/1.html", *(f"neg/{number}.md" for number in range(5))):
        (reviews / name).write_text("not a text")
    assert len(load_texts(reviews).splits["all"]) == 2
    assert caplog.messages == [
        f"{reviews}: folders without .txt files are left out: 1 (mixed)",
        f"{reviews}: other files and folders are left out: 7 (neg/0.md, neg/1.md, neg/2.md, neg/3.md, neg/4.md, ...)",
    ]


def test_a_text_file_may_be_named_in_capitals(reviews):
    (reviews / "pos" / "2.TXT").write_text("good")
    assert len(load_texts(reviews).splits["all"]) == 3


def test_a_folder_of_split_files_has_those_splits(tmp_path):
    write(tmp_path / "train.csv", [("a", 1), ("b", 2)])
    write(tmp_path / "validation.csv", [("g", 1)])
    write(tmp_path / "test.csv", [("c", 2)])
    (tmp_path / "unlabelled.txt").write_text("d\ne\nf\n")
    dataset = load_texts(tmp_path)
    assert {split: len(rows) for split, rows in dataset.splits.items()} == {
        "train": 2, "validation": 1, "test": 1, "unlabelled": 3,
    }  # fmt: skip
    assert [rows.labelled for rows in dataset.splits.values()] == [True, True, True, False]
    assert read(dataset.splits["test"]) == [{"text": "c", "label": 2}]


def test_a_label_that_begins_late_is_found(tmp_path):
    file = tmp_path / "late.jsonl"
    file.write_text('{"text": "a"}\n' * 1200 + '{"text": "b", "label": "x"}\n{"text": "c", "label": "y"}\n')
    found = load_texts(file)
    labels = [label for batch in found.whole().chunks() for label in batch["label"].to_pylist()]
    assert (found.label_name, labels[-2:], labels.count(None)) == ("label", ["x", "y"], 1200)


def test_labels_that_only_look_alike_stay_apart(tmp_path):
    (tmp_path / "codes.csv").write_text("text,label\na,01\nb,1\nc,1\n")
    [batch] = load_texts(tmp_path / "codes.csv").whole().chunks()
    assert batch["label"].to_pylist() == ["01", "1", "1"]


def test_spaces_around_labels_count_for_nothing_and_are_said(tmp_path, caplog):
    (tmp_path / "spaced.csv").write_text("text,label\na,pos \nb,pos\nc,neg\n")
    [batch] = load_texts(tmp_path / "spaced.csv").whole().chunks()
    assert batch["label"].to_pylist() == ["pos", "pos", "neg"]
    assert "1 labels have spaces around them: 'pos ' counts as 'pos'" in caplog.text


def test_a_word_for_no_label_is_said_and_is_a_class_where_values_have_types(tmp_path, caplog):
    (tmp_path / "none.csv").write_text("text,label\na,None\nb,some\nc,all\nd,None\n")
    [batch] = load_texts(tmp_path / "none.csv").whole().chunks()
    assert batch["label"].to_pylist() == [None, "some", "all", None]
    assert "no label is what 'None' (2 times) is taken for" in caplog.text
    caplog.clear()
    (tmp_path / "none.jsonl").write_text('{"text": "a", "label": "None"}\n{"text": "b", "label": "some"}\n')
    [batch] = load_texts(tmp_path / "none.jsonl").whole().chunks()
    assert batch["label"].to_pylist() == ["None", "some"]
    assert not caplog.messages
