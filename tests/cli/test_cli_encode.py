"""Codes on disk are those of Python, one row a text, in the order given."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from vaeworks import load
from vaeworks.datasets import load_texts

READERS = {
    ".parquet": lambda path: pd.read_parquet(path).to_numpy(),
    ".csv": lambda path: pd.read_csv(path).to_numpy(),
    ".npz": lambda path: np.load(path)["codes"],
}


@pytest.fixture(scope="module")
def codes(model, reviews):
    (rows,) = load_texts(reviews / "reviews.txt").splits.values()
    return load(model).transform(rows)


@pytest.mark.parametrize("suffix", READERS)
def test_codes_equal_pythons_transform_in_order(vae, model, reviews, codes, tmp_path, suffix):
    out = tmp_path / f"codes{suffix}"
    written = vae("encode", model, reviews / "reviews.csv", "--text", "review", "--out", out, "--json").json()
    assert (written["rows_written"], written["latent_units"]) == codes.shape
    np.testing.assert_allclose(READERS[suffix](out), codes, rtol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == [out.name]


def test_an_ending_may_be_in_capitals_as_elsewhere(vae, model, reviews, tmp_path):
    out = tmp_path / "CODES.CSV"
    assert vae("encode", model, reviews / "reviews.txt", "--out", out).code == 0
    assert len(pd.read_csv(out)) == 100


def test_an_ending_is_refused_before_the_model_is_read(vae, reviews, tmp_path):
    (tmp_path / "config.json").write_text('{"kind": "text", "format": 1, "parameters": {}, "made_by": {}}')
    said = vae("encode", tmp_path, reviews / "reviews.txt", "--out", tmp_path / "codes.txt").refusal()
    assert said.startswith(f"{tmp_path / 'codes.txt'} must end in .parquet or .csv or .npz")


def test_every_unit_has_a_named_column(vae, model, reviews, tmp_path):
    vae("encode", model, reviews / "reviews.txt", "--out", tmp_path / "codes.parquet")
    names = pd.read_parquet(tmp_path / "codes.parquet").columns.tolist()
    assert names == load(model).get_feature_names_out().tolist()


def test_labels_that_the_model_does_not_know_are_no_obstacle(vae, model, tmp_path):
    (tmp_path / "other.csv").write_text("text,label\nfine,red\nbad,green\n")
    written = vae("encode", model, tmp_path / "other.csv", "--out", tmp_path / "codes.npz", "--json").json()
    assert written["rows_written"] == 2


def test_an_old_file_of_codes_is_replaced_whole(vae, model, reviews, tmp_path):
    out = tmp_path / "codes.csv"
    out.write_text("old")
    vae("encode", model, reviews / "reviews.txt", "--out", out)
    assert len(pd.read_csv(out)) == 100


def test_codes_that_cannot_be_written_leave_the_old_file(vae, model, reviews, tmp_path, monkeypatch):
    out = tmp_path / "codes.csv"
    out.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    said = vae("encode", model, reviews / "reviews.txt", "--out", out).refusal()
    assert said.startswith(f"cannot write {out}: no space left on device")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("codes.csv", "old")]


@pytest.mark.parametrize("suffix", READERS)
def test_ids_stand_before_the_codes_as_they_are_written(vae, model, tmp_path, suffix):
    rows = [f"{row:03d},NA,a film to love" for row in range(40)]
    (tmp_path / "new.csv").write_text("\n".join(["key,note,text", *rows]))
    out = tmp_path / f"codes{suffix}"
    assert vae("encode", model, tmp_path / "new.csv", "--id", "key", "--id", "note", "--out", out).code == 0
    if suffix == ".npz":
        found = {name: np.load(out)[name].tolist() for name in ("key", "note")}
    else:
        table = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out, dtype=str, keep_default_na=False)
        assert table.columns.tolist()[:3] == ["key", "note", load(model).get_feature_names_out()[0]]
        found = table.to_dict("list")
    assert (found["key"], found["note"]) == ([f"{row:03d}" for row in range(40)], ["NA"] * 40)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{folder}", "--id", "key"), "is no file with columns: leave out --id"),
        (("{file}", "--id", "name", "--drop-empty"), "Name another with --id"),
        (("{file}", "--id", "key", "--drop-empty"), "has 2 rows, of which 1 are read: leave out --id"),
    ],
)
def test_ids_that_cannot_be(vae, model, tmp_path, words, message):
    (tmp_path / "new.csv").write_text("key,text\nfirst,A film.\nsecond,\n")
    (tmp_path / "texts" / "pos").mkdir(parents=True)
    (tmp_path / "texts" / "pos" / "1.txt").write_text("A film.")
    words = [word.format(file=tmp_path / "new.csv", folder=tmp_path / "texts") for word in words]
    assert message in vae("encode", model, *words, "--out", tmp_path / "z.csv").refusal()


def test_row_groups_are_not_as_small_as_batches(vae, model, reviews, tmp_path):
    vae("encode", model, reviews / "reviews.txt", "--out", tmp_path / "codes.parquet")
    assert pq.ParquetFile(tmp_path / "codes.parquet").num_row_groups == 1
