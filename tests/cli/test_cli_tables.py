"""The verbs of tables, on wines and on a file with holes."""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from PIL import Image

from vaeworks import load
from vaeworks.datasets import DataSet, load_table

SMALL = ("--epochs", "60", "--learning-rate", "0.01", "--latent-dim", "3", "--set", "width=16")


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
    assert (whole["split"], whole["examples"]) == ("all", 178)
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
    assert after.column_names == before.column_names
    for name in before.column_names:
        for old, new in zip(before[name].to_pylist(), after[name].to_pylist(), strict=True):
            assert new is not None
            assert old is None or np.isclose(old, new) if name != "town" else old == new
    filled = [value for row, value in enumerate(after["height"].to_pylist()) if row % 9 == 0 and row % 2]
    assert np.mean(filled) > 165


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
    assert (len(rows), rows[0]["row"]) == (3, 41)
    assert pa.csv.read_csv(tmp_path / "s.csv").num_rows == 100


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


def test_a_map_is_a_picture(vae, wine_model, people_model, people, tmp_path):
    assert vae("map", wine_model, "--out", tmp_path / "wine.png", "--json").json()["points"] == 178
    with Image.open(tmp_path / "wine.png") as picture:
        assert min(picture.size) > 500
        assert len(picture.convert("RGB").quantize(64).getcolors()) > 10
    assert vae("map", people_model, people, "--out", tmp_path / "people.svg").code == 0


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
        (("sample", "{people}", "--out", "x.txt"), "must end in .csv or .parquet"),
        (("sample", "{people}", "--out", "x.csv", "--where", "town"), "COLUMN=VALUE, not 'town'"),
        (("sample", "{people}", "--out", "x.csv", "--where", "town=Basel"), "'Basel', which it did not"),
        (("sample", "{people}", "--out", "x.csv", "--where", "hair=red"), "no column 'hair'"),
        (("sample", "{people}", "--out", "x.csv", "--where", "town=Basel", "--where", "town=Bern"), "two values"),
        (("predict", "{people}", "{file}"), "fitted without labels"),
        (("impute", "{people}", "wine", "--out", "x.csv"), "wine has no column 'height', 'age', 'town'"),
        (("fit", "tabular", "{file}", "--out", "m", "--kind", "age=big"), "cannot be 'big'"),
        (("fit", "tabular", "{file}", "--out", "m", "--drop", "hair"), "no column 'hair'"),
        (("fit", "tabular", "{file}", "--out", "m", "--label", "hair"), "no column 'hair'"),
        (("fit", "tabular", "rotten", "--out", "m"), "use vae fit text rotten"),
    ],
)
def test_a_mistake_is_one_sentence(vae, people, people_model, words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = vae(*(word.format(people=people_model, file=people) for word in words)).refusal()
    assert sentence in said


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
