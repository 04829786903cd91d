"""Every mistake in a local source is one sentence: what was wrong, what was found, how to mend it."""

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vaeworks.datasets import load_texts
from vaeworks.errors import VaeworksError


@pytest.fixture
def refusal(tmp_path):
    """Write a file of this content, load it, and give the message of the error."""

    def refuse(content, name="reviews.csv", **options):
        path = tmp_path / name
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        elif content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(VaeworksError) as caught:
            load_texts(path, **options)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refuse


def test_a_missing_column_names_those_that_exist(refusal):
    assert refusal("review,stars\nfine,3\n", text="body") == (
        "reviews.csv has no column 'body'. Its columns are: review, stars. Name the text column with --text"
    )
    assert refusal("review,stars\nfine,3\n", label="grade") == (
        "reviews.csv has no column 'grade'. Its columns are: review, stars. Name the label column with --label"
    )


def test_a_text_column_that_cannot_be_guessed_must_be_named(refusal):
    message = refusal("title,comment\na,b\n")
    assert "Its columns are: title, comment. Name the text column with --text" in message


def test_an_unknown_name_suggests_close_ones_and_lists_the_named_sets():
    with pytest.raises(VaeworksError, match=r"'imbd' \(did you mean imdb\?\). .*: rotten, imdb$"):
        load_texts("imbd")


def test_a_missing_file_suggests_one_beside_it(refusal, tmp_path):
    (tmp_path / "reviews.csv").touch()
    assert "did you mean reviews.csv?" in refusal(None, "review.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.txt", "a.parquet"])
def test_an_empty_file_is_said_to_be_empty(refusal, name):
    assert refusal("", name).startswith(f"{name} is empty")


def test_a_header_without_rows_is_refused(refusal):
    assert "has a header (text, label) but no rows" in refusal("text,label\n")
    table = pa.table({"text": pa.array([], pa.string()), "label": pa.array([], pa.string())})
    assert "has the columns text, label but no rows" in refusal(table, "a.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text\nplain\ncafé\n"),
        ("a.jsonl", '{"text": "a"}\n{"text": "b"}\n{"text": "café"}\n'),
        ("a.txt", "a\nb\ncafé\n"),
    ],
)
def test_a_file_that_is_not_utf8_names_the_line_and_the_option_that_reads_it(refusal, name, content):
    message = refusal(content.encode("latin-1"), name)
    assert message.startswith(f"{name} is not UTF-8 (line 3): ")
    assert "--encoding latin-1 reads it" in message


def test_a_header_that_is_not_utf8_is_refused_too(refusal):
    assert "is not UTF-8 (line 1)" in refusal("café,text\na,b\n".encode("latin-1"))


def test_bytes_outside_the_named_encoding_are_refused(refusal):
    assert "is not ascii (line 2)" in refusal("text\ncafé\n", encoding="ascii")


def test_an_unknown_encoding_is_named(refusal):
    assert "no encoding is called 'latin-99'" in refusal("text\na\n", encoding="latin-99")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_empty_texts_are_counted_and_the_first_is_named(refusal, ending):
    texts = ["a", "b", "", "  ", "c"] if ending == "csv" else ["a", "b", None, "  ", "c"]
    content = {
        "csv": "text,n\n" + "".join(f"{text},1\n" for text in texts),
        "jsonl": "".join(json.dumps({"text": text}) + "\n" for text in texts),
        "parquet": pa.table({"text": texts}),
    }[ending]
    message = refusal(content, f"a.{ending}")
    assert message.startswith(f"a.{ending} has 2 empty texts, the first in ")
    assert " 3" in message
    assert "--drop-empty" in message


def test_the_first_empty_text_is_counted_over_all_batches(refusal):
    texts = ["word"] * 10_000 + [" "]
    assert "has 1 empty text in row 10001: " in refusal(pa.table({"text": texts}), "a.parquet")


def test_an_empty_file_in_a_class_folder_is_named(tmp_path):
    for name, text in (("pos", "good"), ("neg", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "7.txt").write_text(text)
    with pytest.raises(VaeworksError, match=r"1 empty text in neg/7\.txt"):
        load_texts(tmp_path)


def test_only_empty_texts_cannot_be_dropped(refusal):
    assert "all its 2 texts are empty" in refusal("text,n\n,1\n ,2\n", drop_empty=True)


def test_a_label_column_of_nulls_is_refused(refusal):
    assert "'stars' holds no values at all" in refusal("text,stars\na,\nb,NA\n", label="stars")


def test_a_single_class_is_refused(refusal):
    assert "'label' has only one class, 'pos': " in refusal("text,label\na,pos\nb,pos\n")


def test_a_class_that_only_empty_texts_have_does_not_count(refusal):
    message = refusal("text,label\na,pos\nb,pos\n,neg\n", drop_empty=True)
    assert "has only one class, 'pos'" in message


def test_more_than_1000_classes_are_no_classes(refusal):
    rows = "".join(f"text,{number}\n" for number in range(1001))
    assert "has more than 1,000 different values" in refusal("text,label\n" + rows)


def test_1000_classes_are_classes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "".join(f"text,{number}\n" for number in range(1000)))
    assert len(load_texts(path).splits["all"]) == 1000


def test_a_text_column_of_numbers_is_refused(refusal):
    assert "column 'stars' holds int64, not text" in refusal("review,stars\na,1\n", text="stars")
    assert "column 'n' holds int64, not text" in refusal(pa.table({"n": [1, 2]}), "a.parquet", text="n")
    assert "column 'n' holds int64, not text" in refusal('{"n": 1}\n', "a.jsonl", text="n")


def test_a_text_that_turns_into_a_number_late_is_refused(refusal):
    content = '{"text": "a"}\n' * 1500 + '{"text": 7}\n'
    assert "column 'text' holds int64 and string, but it should hold text only" in refusal(content, "a.jsonl")


def test_labels_of_two_kinds_are_refused(refusal):
    together = '{"text": "a", "label": 1}\n{"text": "b", "label": "x"}\n'
    assert "holds int64 and string" in refusal(together, "a.jsonl")
    apart = '{"text": "a", "label": 1}\n' * 5000 + '{"text": "b", "label": "x"}\n' * 5000
    assert "holds int64 and string" in refusal(apart, "b.jsonl")


def test_labels_that_are_lists_are_refused(refusal):
    assert "holds a list, which is no class" in refusal('{"text": "a", "label": [1]}\n', "a.jsonl")
    late = '{"text": "a", "label": null}\n' * 5000 + '{"text": "a", "label": [1]}\n'
    assert "holds a list" in refusal(late, "b.jsonl")
    table = pa.table({"text": ["a"], "label": [[1]]})
    assert "which is no class" in refusal(table, "a.parquet")


def test_text_and_label_cannot_be_one_column(refusal):
    assert "cannot be text and label at once" in refusal("text,n\na,1\n", text="text", label="text")


@pytest.mark.parametrize("damage", ["cut", "scrambled", "other"])
def test_a_damaged_parquet_file_is_said_to_be_damaged(refusal, tmp_path, damage):
    pq.write_table(pa.table({"text": [f"text {number}" for number in range(5000)]}), tmp_path / "whole.parquet")
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    if damage == "cut":
        del content[-100:]
    elif damage == "scrambled":
        content[40:4000] = bytes(3960)
    else:
        content = bytearray(b"text,label\na,b\n")
    assert "a.parquet is damaged or is no parquet file" in refusal(bytes(content), "a.parquet")


def test_parquet_text_that_is_not_utf8_is_said_to_be_damaged(refusal):
    bad = pa.array([b"caf\xe9"]).view(pa.string())
    assert "is damaged" in refusal(pa.table({"text": bad}), "a.parquet")


def test_a_row_of_another_length_is_named(refusal):
    message = refusal("text,label\na,x\nb,x,y\nc,z\n")
    assert message.startswith("reviews.csv: row 2 after the header has 3 values, but the header names 2 columns: ")


def test_a_late_row_of_another_length_is_named(refusal):
    message = refusal("text,label\n" + ("word " * 200 + ",x\n") * 20_000 + "b\n")
    assert "row 20001 after the header has 1 values" in message


def test_a_quote_that_is_never_closed_is_suspected(refusal):
    short = refusal('text,label\na,x\n"b,y\nc,z\n')
    assert "row 2 after the header has 1 values" in short
    assert "close every quote" in short
    long = refusal('text,label\n"a,x\n' + ("word " * 200 + ",y\n") * 10_000)
    assert "a quote that is never closed" in long


def test_a_file_of_blank_lines_is_no_table(refusal):
    assert "cannot be read as a table" in refusal("\n\n\n")


def test_two_columns_of_one_name_are_refused(refusal):
    assert "two columns called 'text'" in refusal("text,text\na,b\n")


@pytest.mark.parametrize(("name", "kind"), [("a.docx", "of kind .docx"), ("reviews", "without an ending")])
def test_an_unknown_ending_lists_the_known_ones(refusal, name, kind):
    message = refusal("text", name)
    assert f"is a file {kind}" in message
    assert ".csv, .tsv, .jsonl, .ndjson, .parquet, .txt" in message


@pytest.mark.parametrize(("line", "fault"), [("{broken", "is not JSON"), ("[1]", "is not a JSON object")])
def test_a_line_that_is_no_json_object_is_named(refusal, line, fault):
    assert f"line 2 {fault}" in refusal('{"text": "a"}\n' + line + "\n", "a.jsonl")


def test_half_a_character_in_json_is_refused(refusal):
    assert "half of a character" in refusal('{"text": "\\ud800"}\n', "a.jsonl")


def test_a_folder_without_texts_says_what_it_should_hold(tmp_path):
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(VaeworksError, match=r"holds no texts: .* pos and neg.* but it holds photo\.jpg$"):
        load_texts(tmp_path)


def test_a_folder_without_a_train_file_is_refused(tmp_path):
    (tmp_path / "test.csv").write_text("text\na\n")
    with pytest.raises(VaeworksError, match=r"holds test\.csv but no train file"):
        load_texts(tmp_path)


def test_two_files_for_one_split_are_refused(tmp_path):
    for name in ("train.csv", "train.txt"):
        (tmp_path / name).write_text("text\na\n")
    with pytest.raises(VaeworksError, match=r"two train files: train\.csv, train\.txt"):
        load_texts(tmp_path)


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    with pytest.raises(VaeworksError, match="cannot be read \\(Too many levels of symbolic links\\)"):
        load_texts(loop)


def test_a_local_source_takes_no_local_copy(tmp_path):
    (tmp_path / "a.csv").write_text("text\na\n")
    with pytest.raises(VaeworksError, match="--data holds a copy of a named data set"):
        load_texts(tmp_path / "a.csv", data=tmp_path)


def test_json_that_is_nested_without_end_is_refused(refusal):
    assert "line 1 is not JSON (" in refusal('{"text":' + "[" * 100_000 + "]" * 100_000 + "}\n", "a.jsonl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(VaeworksError, match=r"pipe\.csv is a pipe or a device"):
        load_texts(tmp_path / "pipe.csv")
