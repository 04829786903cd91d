"""Texts with two levels, from the shell."""

import numpy as np
import pandas as pd
import pytest

SMALL = (
    *("--levels", "2", "--latent-dim", "2", "--phrase-dim", "2", "--embedding-dim", "8", "--encoder-units", "8"),
    *("--decoder-units", "8", "--bigram-buckets", "0", "--epochs", "1", "--max-sentences", "3", "--batch-size", "20"),
)


@pytest.fixture(scope="module")
def two_levels(vae, reviews, tmp_path_factory):
    out = tmp_path_factory.mktemp("two") / "model"
    columns = ("--text", "review", "--label", "stars")
    result = vae("fit", "text", reviews / "reviews.csv", *columns, "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


@pytest.mark.parametrize(
    "line",
    [
        "reconstruct {model} good bad",
        "predict {model} good bad",
        "rewrite {model} good bad --label 5",
        "sample {model} -n 2",
        "interpolate {model} good bad --steps 3",
        "evaluate {model} --samples 2",
        "encode {model} {reviews}/reviews.txt --out {folder}/codes.csv",
        "report {model} --out {folder}/report.html",
    ],
)
def test_every_verb_of_texts_serves_two_levels(vae, two_levels, reviews, tmp_path, line):
    result = vae(*line.format(model=two_levels, reviews=reviews, folder=tmp_path).split(), "--json")
    assert result.code == 0, result.err
    assert result.json()


def test_a_report_shows_sentences_beside_what_they_became(vae, two_levels, tmp_path):
    vae("report", two_levels, "--out", tmp_path / "report.html")
    assert "Sentences" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_text_keeps_its_label_where_it_has_it(vae, two_levels):
    rows = vae("rewrite", two_levels, "good", "bad", "--label", "5", "--json").json()["rows"]
    read = [row["stars"] for row in vae("predict", two_levels, "good", "bad", "--json").json()["rows"]]
    assert all(row["rewritten"] == row["text"] for row, stars in zip(rows, read, strict=True) if stars == 5)


def test_a_label_that_is_none_is_refused(vae, two_levels):
    assert "4" in vae("rewrite", two_levels, "good", "--label", "4").err
    assert "between 0 and 1" in vae("rewrite", two_levels, "good bad", "--label", "5", "--sure", "7").refusal()


@pytest.mark.parametrize("suffix", ["csv", "parquet", "npz"])
def test_the_second_level_has_a_row_for_each_sentence(vae, two_levels, tmp_path, suffix):
    (tmp_path / "in.txt").write_text("One. Two. Three.\nFour.\nFive. Six.\n", encoding="utf-8")
    out = tmp_path / f"z.{suffix}"
    written = vae("encode", two_levels, tmp_path / "in.txt", "--level", "2", "--out", out, "--json").json()
    assert (written["rows_written"], written["latent_units"]) == (6, 22)
    if suffix == "npz":
        places = np.load(out)["places"]
    else:
        table = pd.read_csv(out) if suffix == "csv" else pd.read_parquet(out)
        places = table[["example", "place"]].to_numpy()
    assert places.tolist() == [[1, 1], [1, 2], [1, 3], [2, 1], [3, 1], [3, 2]]


def test_a_level_that_is_not_there_is_refused(vae, two_levels, tmp_path):
    (tmp_path / "in.txt").write_text("One.\n", encoding="utf-8")
    said = vae("encode", two_levels, tmp_path / "in.txt", "--level", "3", "--out", tmp_path / "z.csv").refusal()
    assert "the model has 2 level(s) of codes, so there is no level 3" in said


def test_ids_of_places_are_those_of_their_texts(vae, two_levels, tmp_path):
    (tmp_path / "new.csv").write_text("key,text\nfirst,A film to love. I saw it twice.\nsecond,A film to forget.")
    out = tmp_path / "codes.csv"
    said = ("--level", "2", "--id", "key", "--out", out)
    assert vae("encode", two_levels, tmp_path / "new.csv", *said).code == 0
    assert pd.read_csv(out)["key"].tolist() == ["first", "first", "second"]
