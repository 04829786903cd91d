"""The verbs of tables, on wines and on a file with holes."""

import csv
import json
import re
import shutil
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from vaeworks import TabularVAE, load
from vaeworks.datasets import DataSet, load_table
from vaeworks.storage.session import Session

SMALL = ("--epochs", "60", "--learning-rate", "0.01", "--latent-dim", "3", "--width", "16")


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """A hundred people with holes, whose town decides their height."""
    random = np.random.default_rng(0)
    town = [["Bern", "Zug"][row % 2] for row in range(100)]
    height = [None if row % 9 == 0 else 150 + 30 * (row % 2) + random.normal() for row in range(100)]
    age = [None if row % 7 == 0 else int(random.integers(20, 60)) for row in range(100)]
    path = tmp_path_factory.mktemp("people") / "people.csv"
    pa.csv.write_csv(pa.table({"id": range(100), "height": height, "age": age, "town": town}), path)
    return path


@pytest.fixture(scope="session")
def people_model(vae, people, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "people"
    result = vae("fit", "tabular", people, "--drop", "id", "--kind", "age=real", "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


@pytest.fixture(scope="session")
def wine_model(vae, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "wine"
    result = vae("fit", "tabular", "wine", "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


def test_evaluate_measures_the_rows_that_were_held_out(vae, wine_model, tmp_path):
    figures = vae("evaluate", shutil.copytree(wine_model, tmp_path / "own"), "--json").json()
    assert (figures["dataset"], figures["split"], figures["examples"]) == ("wine", "held out", 18)
    assert figures["accuracy"] > 0.7
    whole = vae("evaluate", tmp_path / "own", "wine", "--json").json()
    assert (whole["split"], whole["examples"]) == ("all, on which the model was fitted", 178)
    assert whole["knn_accuracy"] > 0.7


def test_codes_are_written_and_decoded_into_rows(vae, wine_model, tmp_path):
    assert vae("encode", wine_model, "wine", "--out", tmp_path / "z.parquet", "--json").json()["rows_written"] == 178
    assert vae("decode", wine_model, tmp_path / "z.parquet", "--out", tmp_path / "wine.csv").code == 0
    back = pa.csv.read_csv(tmp_path / "wine.csv")
    assert (back.num_rows, back.num_columns) == (178, 13)
    assert abs(back["alcohol"].to_numpy().mean() - 13.0) < 0.2


def test_holes_are_filled_and_all_else_stays(vae, people, people_model, tmp_path):
    said = vae("impute", people_model, people, "--out", tmp_path / "full.csv", "--json").json()
    before, after = pa.csv.read_csv(people), pa.csv.read_csv(tmp_path / "full.csv")
    assert said["holes_filled"] == before["height"].null_count + before["age"].null_count > 20
    assert said["holes_by_column"] == {name: before[name].null_count for name in ("height", "age")}
    assert after.column_names == before.column_names
    for name in before.column_names:
        for old, new in zip(before[name].to_pylist(), after[name].to_pylist(), strict=True):
            assert new is not None
            assert old is None or np.isclose(old, new) if name != "town" else old == new
    filled = [value for row, value in enumerate(after["height"].to_pylist()) if row % 9 == 0 and row % 2]
    assert np.mean(filled) > 165


def with_holes(text, path, encoding="utf-8"):
    """Write a file in which every @ is a hole; gives a pattern of the file when these are filled."""
    path.write_bytes(text.replace("@", "").encode(encoding))
    return re.compile(re.escape(text.encode(encoding)).replace(b"@", rb"([\w.-]+)"))


PEOPLE = (
    "\ufeffid,age,zip,height,note,town\r\n"
    '0001,31,05185,180.50,"a ""b"", c",Zug\r\n'
    "\r\n"
    "1e5,@,NA,@,TRUE,@\r\n"
    '+4179,"40",007,150.5,"two\r\nlines","Bern"\r\n'
    "6.10,22,,@,N/A,Zug"
)


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_every_cell_that_is_no_hole_stays_byte_for_byte(vae, people_model, tmp_path, ending):
    """Of modelled and of other columns, which hold what would be holes and numbers in a modelled one."""
    text = PEOPLE if ending == "csv" else PEOPLE.replace(", c", "; c").replace(",", "\t")
    wanted = with_holes(text, tmp_path / f"in.{ending}")
    out = tmp_path / f"out.{ending}"
    said = vae("impute", people_model, tmp_path / f"in.{ending}", "--out", out, "--json").json()
    assert (said["holes_filled"], said["holes_by_column"]) == (4, {"height": 2, "age": 1, "town": 1})
    found = wanted.fullmatch(out.read_bytes())
    assert found is not None
    age, height, town, other = (part.decode() for part in found.groups())
    assert age.isdigit()
    assert town in ("Bern", "Zug")
    assert all(1 <= len(number.partition(".")[2]) <= 2 for number in (height, other))


def test_a_csv_without_holes_is_written_as_it_is(vae, people_model, tmp_path):
    text = PEOPLE.replace("@,NA,@,TRUE,@", "1,NA,9.0,TRUE,Zug").replace("@", "9")
    with_holes(text, tmp_path / "in.csv")
    assert "holes filled" in vae("impute", people_model, tmp_path / "in.csv", "--out", tmp_path / "out.csv").out
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "in.csv").read_bytes()


def test_columns_beside_the_model_may_be_in_another_encoding(vae, people_model, tmp_path):
    wanted = with_holes("height,age,town,name\n170.5,@,Zug,Zo\u00eb\n", tmp_path / "in.csv", "latin-1")
    assert vae("impute", people_model, tmp_path / "in.csv", "--out", tmp_path / "out.csv").code == 0
    assert wanted.fullmatch((tmp_path / "out.csv").read_bytes())


def pandas_rows():
    return pd.DataFrame({"a": np.arange(60.0) % 7, "b": ["=x", "-y", "z"] * 20})


def numpy_rows():
    return np.arange(120.0).reshape(60, 2) % 7


@pytest.mark.parametrize("rows", [pandas_rows, numpy_rows])
@pytest.mark.parametrize("labels", [None, ["=u", "v"] * 30])
def test_a_model_that_python_fitted_to_any_table_draws_and_decodes_in_the_shell(vae, rows, labels, tmp_path):
    TabularVAE(epochs=1, width=8).fit(rows(), labels).save(tmp_path / "model")
    np.savez(tmp_path / "z.npz", codes=load(tmp_path / "model").transform(rows())[:5])
    for words in (("sample", tmp_path / "model", "-n", 5), ("decode", tmp_path / "model", tmp_path / "z.npz")):
        assert vae(*words, "--out", tmp_path / "out.csv").code == 0
        assert pa.csv.read_csv(tmp_path / "out.csv").num_rows == 5


def test_formulas_that_are_drawn_are_told_of_too(vae, tmp_path):
    TabularVAE(epochs=1, width=8).fit(pandas_rows()).save(tmp_path / "model")
    words = ("sample", tmp_path / "model", "-n", "50", "--out", tmp_path / "out.csv")
    assert "cells begin with =, +, - or @" in vae(*words).err
    assert {"=x", "-y"} & set(pa.csv.read_csv(tmp_path / "out.csv")["b"].to_pylist())
    assert "got an apostrophe" in vae(*words, "--formulas-as-words").err
    assert set(pa.csv.read_csv(tmp_path / "out.csv")["b"].to_pylist()) <= {"'=x", "'-y", "z"}


def test_a_file_gets_as_much_memory_as_it_may(vae, people_model, people, tmp_path):
    pa.parquet.write_table(pa.csv.read_csv(people), tmp_path / "in.parquet")
    words = ("encode", people_model, tmp_path / "in.parquet", "--out", tmp_path / "z.csv", "--most-memory")
    assert vae(*words, "1G").code == 0
    assert "bytes of memory, and 1,024 bytes are allowed" in vae(*words, "1K").refusal()
    assert "--most-memory takes a size" in vae(*words, "all").refusal()


def test_a_parquet_keeps_its_types_and_what_is_said_of_them(vae, people_model, tmp_path):
    table = pa.table(
        {
            "id": pa.array([2**60 + 1, 3], pa.uint64()),
            "height": pa.array([Decimal("170.50"), None], pa.decimal128(7, 2)),
            "age": pa.array([None, 31], pa.int16()),
            "when": pa.array([0, 1], pa.timestamp("ms", "UTC")),
            "town": pa.array(["Zug", None], pa.dictionary(pa.int8(), pa.string())),
        },
    )
    height = pa.field("height", pa.decimal128(7, 2), metadata={"unit": "cm"})
    table = table.set_column(1, height, table["height"]).replace_schema_metadata({"origin": "here"})
    pa.parquet.write_table(table, tmp_path / "in.parquet")
    said = vae("impute", people_model, tmp_path / "in.parquet", "--out", tmp_path / "out.parquet", "--json").json()
    assert said["holes_by_column"] == {"height": 1, "age": 1, "town": 1}
    before, after = (pa.parquet.read_table(tmp_path / name) for name in ("in.parquet", "out.parquet"))
    assert after.schema.equals(before.schema, check_metadata=True)
    for name in before.column_names:
        there = before[name].is_valid()
        assert after[name].filter(there).to_pylist() == before[name].filter(there).to_pylist()
        assert after[name].null_count == 0


def test_a_csv_becomes_a_parquet_in_the_types_that_were_read(vae, people, people_model, tmp_path):
    assert vae("impute", people_model, people, "--out", tmp_path / "full.parquet").code == 0
    before, after = pa.csv.read_csv(people), pa.parquet.read_table(tmp_path / "full.parquet")
    assert after.schema.types == before.schema.types
    for name in before.column_names:
        there = before[name].is_valid()
        assert after[name].filter(there).equals(before[name].filter(there))


def test_a_model_that_was_fitted_from_python_fills_a_file(vae, tmp_path):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a": random.normal(size=40), "b": pd.Categorical(random.choice(["x", "y"], 40))})
    TabularVAE(latent_dim=2, width=8, epochs=1, neighbour_weight=0.0).fit(table).save(tmp_path / "model")
    wanted = with_holes("b,a\nx,0.5\n@,0.25\ny,@\n", tmp_path / "in.csv")
    assert vae("impute", tmp_path / "model", tmp_path / "in.csv", "--out", tmp_path / "out.csv").code == 0
    assert wanted.fullmatch((tmp_path / "out.csv").read_bytes())


@pytest.mark.parametrize("verb", ["evaluate", "map"])
def test_a_session_of_python_that_names_no_source_asks_for_the_data(vae, tmp_path, verb):
    numbers, out = np.random.default_rng(0).normal(size=(40, 2)), tmp_path / "model"
    TabularVAE(width=8, epochs=1).fit(numbers, session=Session(out))
    words = ("--out", tmp_path / "map.png") if verb == "map" else ()
    assert "does not say what it was fitted on: name the data" in vae(verb, out, *words).refusal()


def test_words_stay_words_in_a_file_where_all_look_like_numbers(vae, tmp_path):
    codes = [["01", "1", "X1"][row % 3] for row in range(60)]
    (tmp_path / "old.csv").write_text("code,age\n" + "".join(f"{code},{20 + len(code)}\n" for code in codes))
    model = tmp_path / "model"
    assert vae("fit", "tabular", tmp_path / "old.csv", "--out", model, *SMALL, "--epochs", "1").code == 0
    wanted = with_holes("code,age\n01,21\n1,@\n@,21\n", tmp_path / "new.csv")
    assert vae("impute", model, tmp_path / "new.csv", "--out", tmp_path / "full.csv").code == 0
    assert wanted.fullmatch((tmp_path / "full.csv").read_bytes())
    assert len(vae("anomalies", model, tmp_path / "new.csv", "--json").json()["rows"]) == 3
    assert vae("encode", model, tmp_path / "new.csv", "--out", tmp_path / "z.csv").code == 0
    assert vae("evaluate", model, tmp_path / "new.csv").code == 0


def test_a_named_set_keeps_its_label_and_its_model_reads_it_from_a_file(vae, wine_model, tmp_path):
    full, own = tmp_path / "full.csv", shutil.copytree(wine_model, tmp_path / "own")
    assert vae("impute", own, "wine", "--out", full).code == 0
    assert pa.csv.read_csv(full).column_names[-1] == "class"
    named, read = (vae("evaluate", own, source, "--json").json() for source in ("wine", full))
    assert named["accuracy"] == read["accuracy"]


def test_an_odd_row_is_the_first_anomaly(vae, people, people_model, tmp_path):
    table = pa.csv.read_csv(people).to_pylist()
    table[41]["height"] = 400.0
    pa.csv.write_csv(pa.Table.from_pylist(table), tmp_path / "new.csv")
    found = vae("anomalies", people_model, tmp_path / "new.csv", "--top", "3", "--out", tmp_path / "s.csv", "--json")
    rows = found.json()["rows"]
    assert (len(rows), rows[0]["row"], rows[0]["id"]) == (3, 41, "41")
    assert rows[0]["because"].startswith("height 400 (expected ")
    written = pa.csv.read_csv(tmp_path / "s.csv").to_pylist()
    assert [row["id"] for row in written] == list(range(100))
    assert written[41]["because"] == rows[0]["because"]
    scores = [row["anomaly_score"] for row in written]
    assert max(scores) == pytest.approx(rows[0]["anomaly_score"])


@pytest.mark.parametrize(("verb", "figure"), [("anomalies", "anomaly_score"), ("predict", "probability")])
def test_rows_are_scored_in_parts_that_change_nothing(verb, figure, vae, wine_model, tmp_path, monkeypatch):
    def scored(name):
        assert vae(verb, wine_model, "wine", "--out", tmp_path / name, "--json").json()["rows_written"] == 178
        table = pa.csv.read_csv(tmp_path / name)
        return table.drop_columns(figure).to_pylist(), table[figure].to_pylist()

    at_once, figures = scored("at_once.csv")
    monkeypatch.setattr("vaeworks.tabular.commands.AT_ONCE", 50)
    in_parts, others = scored("in_parts.csv")
    assert at_once == in_parts
    assert figures == pytest.approx(others, rel=1e-12)


def test_rows_are_drawn_with_labels_or_for_one(vae, wine_model, tmp_path):
    assert vae("sample", wine_model, "-n", "30", "--out", tmp_path / "some.csv").code == 0
    assert set(pa.csv.read_csv(tmp_path / "some.csv")["class"].to_pylist()) <= {0, 1, 2}
    given = ("--where", "class=1", "--where", "alcohol=12.5")
    assert vae("sample", wine_model, "-n", "20", *given, "--out", tmp_path / "one.parquet").code == 0
    one = pa.parquet.read_table(tmp_path / "one.parquet").to_pydict()
    assert (set(one["class"]), set(one["alcohol"])) == ({"1"}, {12.5})


def test_predict_names_a_class_for_every_row(vae, wine_model, tmp_path):
    rows = vae("predict", wine_model, "wine", "--json").json()["rows"]
    assert len(rows) == 178
    assert {row["class"] for row in rows} == {"0", "1", "2"}


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_a_file_is_scored_with_all_its_columns(vae, wine_model, tmp_path, ending):
    wine, own = load_table("wine").whole(), tmp_path / "new.csv"
    columns = {"key": [f"{row:03d}" for row in range(178)], "note": ["NA"] * 178}
    pa.csv.write_csv(pa.table({**columns, **{name: wine.X[name] for name in wine.X.column_names}}), own)
    out = tmp_path / f"out.{ending}"
    assert vae("predict", wine_model, own, "--out", out, "--json").json()["rows_written"] == 178
    if ending == "jsonl":
        found = [json.loads(line) for line in out.read_text().splitlines()]
    elif ending == "parquet":
        found = pa.parquet.read_table(out).to_pylist()
    else:
        found = list(csv.DictReader(out.read_text().splitlines(), delimiter="\t" if ending == "tsv" else ","))
    assert [(row["key"], row["note"]) for row in found] == list(zip(*columns.values(), strict=True))
    assert list(found[0])[-2:] == ["class", "probability"]
    assert [row["class"] for row in found] == [
        row["class"] for row in vae("predict", wine_model, own, "--json").json()["rows"]
    ]


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    """Objects one a line, whose words are dates and times, with holes in both, and a key that one lacks."""
    rows = [
        {
            "size": row % 7 + 0.5,
            "day": f"2026-01-{row % 28 + 1:02d}",
            "at": f"2026-02-01T10:{row:02d}:00",
            "id": 10**24 + row,
        }
        for row in range(60)
    ]
    rows[3]["day"], rows[4]["at"] = None, None
    del rows[5]["size"]
    path = tmp_path_factory.mktemp("visits") / "visits.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def visits_model(vae, visits):
    out = visits.parent / "model"
    assert vae("fit", "tabular", visits, "--drop", "id", "--out", out, *SMALL).code == 0
    return out


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_words_of_a_jsonl_stay_to_the_letter_where_its_holes_are_filled(vae, visits, visits_model, tmp_path):
    before = lines(visits)
    for ending in ("jsonl", "csv"):
        out = tmp_path / f"full.{ending}"
        assert vae("impute", visits_model, visits, "--out", out, "--json").json()["holes_filled"] == 3
        after = lines(out) if ending == "jsonl" else list(csv.DictReader(out.read_text().splitlines()))
        assert [int(row["id"]) for row in after] == [row["id"] for row in before]
        for name in ("day", "at"):
            kept = [row for row in range(60) if before[row][name] is not None]
            assert [after[row][name] for row in kept] == [before[row][name] for row in kept]
        assert re.fullmatch(r"2026-01-\d\d", after[3]["day"])
        assert re.fullmatch(r"2026-02-01T10:\d\d:00", after[4]["at"])
        assert 0.5 <= float(after[5]["size"]) <= 6.5


def test_words_of_a_jsonl_stay_to_the_letter_where_it_is_scored(vae, visits, visits_model, tmp_path):
    assert vae("anomalies", visits_model, visits, "--out", tmp_path / "scores.jsonl").code == 0
    names = ("day", "at", "id")
    own = [{name: row[name] for name in names} for row in lines(visits)]
    assert [{name: row[name] for name in names} for row in lines(tmp_path / "scores.jsonl")] == own


def test_drawn_rows_are_a_jsonl_too(vae, visits_model, tmp_path):
    assert vae("sample", visits_model, "-n", "5", "--out", tmp_path / "new.jsonl", "--json").json()["rows_written"] == 5
    days = [row["day"] for row in lines(tmp_path / "new.jsonl")]
    assert len(days) == 5
    assert all(re.fullmatch(r"2026-01-\d\d", day) for day in days)


def test_a_map_is_a_picture(vae, wine_model, people_model, people, tmp_path):
    assert vae("map", wine_model, "--out", tmp_path / "wine.png", "--json").json()["points"] == 178
    with Image.open(tmp_path / "wine.png") as picture:
        assert min(picture.size) > 500
        assert len(picture.convert("RGB").quantize(64).getcolors()) > 10
    assert vae("map", people_model, people, "--out", tmp_path / "people.svg").code == 0


@pytest.mark.slow
def test_a_report_is_a_page(vae, wine_model, tmp_path):
    assert vae("report", wine_model, "--out", tmp_path / "report.html").code == 0
    assert "alcohol" in (tmp_path / "report.html").read_text()


def test_columns_may_come_in_another_order_and_others_beside(vae, people, people_model, tmp_path):
    table = pa.csv.read_csv(people)
    pa.csv.write_csv(table.select(["town", "age", "id", "height"]), tmp_path / "other.csv")
    for source, out in ((people, "a.csv"), (tmp_path / "other.csv", "b.csv")):
        assert vae("encode", people_model, source, "--out", tmp_path / out).code == 0
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sample", "{people}", "--out", "x.txt"), "must end in .csv or .tsv or .jsonl or .parquet"),
        (("sample", "{people}", "--out", "x.csv", "--where", "town"), "COLUMN=VALUE, not 'town'"),
        (("sample", "{people}", "--out", "x.csv", "--where", "town=Basel"), "'Basel', which it did not"),
        (("sample", "{people}", "--out", "x.csv", "--where", "hair=red"), "no column 'hair'"),
        (("sample", "{people}", "--out", "x.csv", "--where", "town=Basel", "--where", "town=Bern"), "two values"),
        (("predict", "{people}", "{file}"), "fitted without labels"),
        (("impute", "{people}", "wine", "--out", "x.csv"), "wine has no column 'height', 'age', 'town'"),
        (("fit", "tabular", "{file}", "--out", "m", "--drop", "id", "--kind", "age=big"), "cannot be 'big'"),
        (("fit", "tabular", "{file}", "--out", "m", "--drop", "hair"), "no column 'hair'"),
        (("fit", "tabular", "{file}", "--out", "m", "--label", "hair"), "no column 'hair'"),
        (("fit", "tabular", "{file}", "--out", "m", "--from", "{people}", "--drop", "age"), "model reads column 'age'"),
        (("fit", "tabular", "rotten", "--out", "m"), "use vae fit text rotten"),
    ],
)
def test_a_mistake_is_one_sentence(vae, people, people_model, words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = vae(*(word.format(people=people_model, file=people) for word in words)).refusal()
    assert sentence in said


def test_numbers_too_large_to_compute_with_are_refused_before_anything_is_written(vae, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("a,b\n" + "".join(f"{row},{row % 7}.5\n" for row in range(60)) + "60,1e300\n")
    said = vae("fit", "tabular", path, "--out", tmp_path / "m", *SMALL).refusal()
    assert "column 'b' holds 1e+300" in said
    assert [entry.name for entry in tmp_path.iterdir()] == ["large.csv"]


def test_a_fit_that_diverges_is_a_mistake_and_leaves_no_model(vae, tmp_path):
    words = ("--out", tmp_path / "m", "--epochs", "4", "--width", "16", "--learning-rate", "1e6")
    result = vae("fit", "tabular", "wine", *words, "--json")
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[-1].startswith("vae: training broke: ")
    assert not (tmp_path / "m").exists()


def test_weights_of_nan_fill_no_holes(vae, people, people_model, tmp_path):
    own = shutil.copytree(people_model, tmp_path / "own")
    tensors = load_file(own / "model.safetensors")
    save_file({name: torch.full_like(tensor, torch.nan) for name, tensor in tensors.items()}, own / "model.safetensors")
    said = vae("impute", own, people, "--out", tmp_path / "full.csv").refusal()
    assert "damaged" in said
    assert "model.safetensors" in said
    assert not (tmp_path / "full.csv").exists()


@pytest.mark.slow
def test_a_fit_ends_well_where_the_system_does_not_count_memory(vae, people, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    result = vae("fit", "tabular", people, "--out", tmp_path / "m", *SMALL)
    assert result.code == 0, result.err
    assert [line.split()[-1] for line in result.out.splitlines() if line.startswith("peak memory bytes")] == ["-"]
    report = vae("report", tmp_path / "m", people, "--out", tmp_path / "report.html")
    assert report.code == 0, report.err


@pytest.mark.slow
def test_a_set_with_parts_is_fitted_to_its_own_and_judged_by_its_test_part(vae, tmp_path, monkeypatch):
    rows = load_table("wine").whole().take(np.random.default_rng(0).permutation(178))
    sizes = {"train": range(100), "validation": range(100, 140), "test": range(140, 178)}
    parts = {split: rows.take(np.array(some)) for split, some in sizes.items()}
    monkeypatch.setattr("vaeworks.datasets.named.penguins.load", lambda data: DataSet("penguins", parts, "class"))
    said = vae("fit", "tabular", "penguins", "--out", tmp_path / "m", *SMALL, "--json").json()
    assert said["examples"] == 40
    assert load(tmp_path / "m").metrics_["fit"]["source"]["rows"] == 100
    figures = vae("evaluate", tmp_path / "m", "--json").json()
    assert (figures["split"], figures["examples"]) == ("test", 38)
    assert len(vae("predict", tmp_path / "m", "penguins", "--json").json()["rows"]) == 178


def test_where_so_few_rows_left_none_to_hold_out_all_judge(vae, people, tmp_path):
    pa.csv.write_csv(pa.csv.read_csv(people).slice(0, 2), tmp_path / "two.csv")
    assert vae("fit", "tabular", tmp_path / "two.csv", "--out", tmp_path / "m", *SMALL, "--epochs", "2").code == 0
    figures = vae("evaluate", tmp_path / "m", "--samples", "0", "--json").json()
    assert (figures["split"], figures["examples"]) == ("all, since so few rows left none to hold out", 2)


@pytest.mark.slow
def test_latin_1_is_refused_and_read_and_filled_when_named(vae, tmp_path):
    rows = [f"{('café', 'thé')[row % 2]},{row % 2 * 3 + row % 5 / 10}" for row in range(60)]
    content = "\n".join(["boisson,prix", *rows, ",0.2", ""]).encode("latin-1")
    (tmp_path / "carte.csv").write_bytes(content)
    fit = ("fit", "tabular", tmp_path / "carte.csv", "--out", tmp_path / "m", *SMALL)
    assert vae(*fit).refusal() == (
        "column 'boisson' is not in UTF-8: name the encoding of its file with --encoding, such as latin-1, or leave "
        "the column out"
    )
    assert vae(*fit, "--encoding", "latin-1").code == 0
    impute = ("impute", tmp_path / "m", tmp_path / "carte.csv", "--out", tmp_path / "full.csv")
    assert vae(*impute, "--encoding", "latin-1", "--json").json()["holes_filled"] == 1
    assert (tmp_path / "full.csv").read_bytes() == content.replace(b"\n,0.2", "\ncafé,0.2".encode("latin-1"))


@pytest.mark.parametrize(("kept", "columns"), [((), ["age", "town"]), (("--keep", "name"), ["name", "age", "town"])])
def test_columns_that_name_rows_are_left_out_with_a_word(vae, tmp_path, kept, columns):
    rows = [f"{1000 + 7 * row},Person {row},{20 + row * 7 % 40},{['Bern', 'Zug'][row % 2]}" for row in range(60)]
    (tmp_path / "new.csv").write_text("\n".join(["customer_id,name,age,town", *rows]))
    result = vae("fit", "tabular", tmp_path / "new.csv", *kept, "--out", tmp_path / "m", *SMALL, "--epochs", "1")
    assert "'customer_id' is left out: it names rows" in result.err
    assert ("'name' is left out" in result.err) == (not kept)
    assert [column.name for column in load(tmp_path / "m").reader_.columns] == columns
    out = tmp_path / "scored.csv"
    assert vae("anomalies", tmp_path / "m", tmp_path / "new.csv", "--out", out).code == 0
    assert out.read_text().splitlines()[0] == "customer_id,name,age,town,anomaly_score,because"
