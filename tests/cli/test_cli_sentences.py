"""Texts with two levels, from the shell."""

import pytest

SMALL = (
    *("--levels", "2", "--latent-dim", "2", "--sentence-dim", "4", "--embedding-dim", "8", "--encoder-units", "8"),
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
    for row, stars in zip(rows, read, strict=True):
        assert (row["rewritten"] == row["text"]) is (stars == 5)


def test_a_label_that_is_none_is_refused(vae, two_levels):
    assert "4" in vae("rewrite", two_levels, "good", "--label", "4").err
    assert "between 0 and 1" in vae("rewrite", two_levels, "good bad", "--label", "5", "--sure", "7").refusal()
