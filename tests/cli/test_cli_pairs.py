"""The verbs of pairs of texts, on a small language."""

import csv
import json

import pytest

SUBJECTS = {"A dog": "Ein Hund", "A cat": "Eine Katze", "A man": "Ein Mann"}
VERBS = {"runs": "rennt", "sleeps": "schläft"}
ROWS = [(f"{one} {verb}.", f"{SUBJECTS[one]} {VERBS[verb]}.") for one in SUBJECTS for verb in VERBS] * 12
SMALL = (
    "--vocabulary-size", "320", "--embedding-dim", "32", "--units", "32", "--posterior-units", "8", "--latent-dim", "2",
    "--epochs", "60", "--batch-size", "12", "--learning-rate", "0.01", "--rate", "none", "--averaging", "none",
    "--validation-fraction", "0", "--dropout", "0", "--decoder-dropout", "0", "--max-tokens", "20",
)  # fmt: skip


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("en\tde\n" + "".join(f"{one}\t{other}\n" for one, other in ROWS), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model(vae, pairs, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "en-de"
    result = vae("fit", "seq2seq", pairs, "--source", "en", "--target", "de", "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


def test_texts_are_translated(vae, model):
    [row, other] = vae("predict", model, "A dog runs.", "A cat sleeps.", "--json").json()["rows"]
    assert row == {"text": "A dog runs.", "translation": "Ein Hund rennt."}
    assert other["translation"] == "Eine Katze schläft."


def test_a_file_is_translated_line_by_line(vae, model, tmp_path):
    (tmp_path / "in.txt").write_text("A dog runs.\n\nA man sleeps.\n", encoding="utf-8")
    result = vae("predict", model, "--file", tmp_path / "in.txt", "--out", tmp_path / "out.txt")
    assert "1 texts are empty" in result.err
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "Ein Hund rennt.\n\nEin Mann schläft.\n"


def test_a_table_keeps_its_columns(vae, model, tmp_path):
    (tmp_path / "in.csv").write_text("id,en\n007,A dog runs.\n8,A cat runs.\n", encoding="utf-8")
    vae("predict", model, "--file", tmp_path / "in.csv", "--source", "en", "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {"id": "007", "en": "A dog runs.", "translation": "Ein Hund rennt."},
        {"id": "8", "en": "A cat runs.", "translation": "Eine Katze rennt."},
    ]


def test_alternatives_are_one_row_each(vae, model):
    rows = vae("predict", model, "A dog runs.", "--alternatives", "3", "--json").json()["rows"]
    assert [row["alternative"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["translation"] == "Ein Hund rennt."


def test_evaluate_gives_bleu_with_its_signature(vae, model, pairs):
    figures = vae("evaluate", model, pairs, "--samples", "5", "--beam", "2", "--json").json()
    assert figures["bleu"] > 90
    assert figures["beam"] == 2
    assert {"bleu_lower", "chrf", "bleu_signature", "nats_lost_by_shuffling_z", "perplexity_elbo"} <= figures.keys()
    assert "bleu" in vae("info", model, "--json").json()["figures"]


def test_score_finds_the_pair_that_does_not_belong_together(vae, model, pairs, tmp_path):
    lines = pairs.read_text(encoding="utf-8").splitlines()
    lines[5] = "A dog runs.\tEine Katze schläft."
    (tmp_path / "odd.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    [worst] = vae("score", model, tmp_path / "odd.tsv", "--worst", "1", "--json").json()["rows"]
    assert (worst["pair"], worst["target"]) == (5, "Eine Katze schläft.")
    vae("score", model, tmp_path / "odd.tsv", "--out", tmp_path / "scores.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(ROWS)
    assert min(rows, key=lambda row: row["bound_nats"])["pair"] == 5


def test_codes_and_a_report_are_written(vae, model, pairs, tmp_path):
    assert vae("encode", model, pairs, "--out", tmp_path / "z.csv", "--json").json()["rows_written"] == len(ROWS)
    vae("report", model, pairs, "--out", tmp_path / "report.html")
    assert "Translations" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no text was given: pass one in quotes, a file of them, or - for standard input"),
        (("A dog.", "--file", "in.txt"), "texts and a file were given: give one of them"),
        (("--file", "none.txt"), "cannot read none.txt: no such file or directory"),
    ],
)
def test_a_mistake_is_one_sentence(vae, model, words, message):
    assert message in vae("predict", model, *words).refusal()
