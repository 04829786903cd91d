"""Fits from every kind of file, and from texts that are long, marked up, missing or in another encoding."""

import json

import pytest

from vaeworks import load

FINE = [("the film was great.", "good"), ("the film was dull.", "bad")] * 10
SMALL = ("--epochs", "1", "--latent-dim", "2", "--max-tokens", "12")


@pytest.fixture
def fit(vae, tmp_path):
    """Fit on a file of this content."""

    def run(content, *words, name="some.csv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return vae("fit", "text", tmp_path / name, "--out", tmp_path / "model", *SMALL, *words)

    return run


def csv(*more, rows=FINE):
    return "text,label\n" + "".join(f"{text},{label}\n" for text, label in [*rows, *more])


@pytest.mark.slow
@pytest.mark.parametrize("source", ["reviews.csv", "reviews.tsv", "reviews.jsonl", "reviews.parquet"])
def test_every_format_fits_the_same_model(fitted, model, source):
    other = fitted(source, "--text", "review", "--label", "stars")
    assert (other / "model.safetensors").read_bytes() == (model / "model.safetensors").read_bytes()
    assert load(other).classes_.tolist() == [1, 5]


def test_a_folder_of_pos_and_neg_has_sentiments(fitted):
    fit = load(fitted("folder"))
    assert fit.classes_.tolist() == ["neg", "pos"]
    assert fit.label_name == "sentiment"


def test_a_folder_of_train_and_test_is_evaluated_on_test(vae, tmp_path):
    (tmp_path / "data").mkdir()
    for split, rows in (("train", FINE), ("validation", FINE[:4]), ("test", FINE[:6])):
        (tmp_path / "data" / f"{split}.csv").write_text(csv(rows=rows))
    assert vae("fit", "text", tmp_path / "data", "--out", tmp_path / "model", *SMALL).code == 0
    figures = vae("evaluate", tmp_path / "model", "--samples", "0", "--json").json()
    assert (figures["split"], figures["examples"]) == ("test", 6)


@pytest.mark.slow
def test_without_a_label_column_the_fit_is_unsupervised_and_predict_refuses(vae, unlabelled_model):
    assert load(unlabelled_model).reader_.classes is None
    assert "accuracy" not in vae("evaluate", unlabelled_model, "--samples", "0", "--json").json()
    said = vae("predict", unlabelled_model, "fine").refusal()
    assert said == "this model was fitted without labels, so it predicts none: fit it with --label"
    assert "without labels" in vae("sample", unlabelled_model, "--label", "good").refusal()


def test_an_empty_label_name_leaves_the_labels_out(fit, tmp_path):
    assert fit(csv(), "--label", "").code == 0
    assert load(tmp_path / "model").reader_.classes is None


def test_some_labels_may_be_missing(fit, tmp_path):
    assert fit(csv(("a film without a label", ""), ("another one", "NaN"))).code == 0
    assert load(tmp_path / "model").classes_.tolist() == ["bad", "good"]


def test_a_class_that_only_held_out_rows_have_is_a_class(fit, tmp_path):
    assert fit(csv(*((f"film {row}", f"class {row}") for row in range(40)))).code == 0
    assert len(load(tmp_path / "model").classes_) == 42


def test_rows_without_a_text_are_refused_or_dropped(fit, vae, tmp_path):
    content = csv(("", "good"), ('"  "', "bad"))
    assert "2 empty texts" in fit(content).refusal()
    assert not (tmp_path / "model").exists()
    assert fit(content, "--drop-empty").code == 0
    written = vae(
        "encode", tmp_path / "model", tmp_path / "some.csv", "--drop-empty", "--out", tmp_path / "codes.npz", "--json"
    )
    assert written.json()["rows_written"] == 20


@pytest.mark.parametrize(
    "missing", ['{"text": null, "label": "good"}', '{"text": NaN, "label": "good"}', '{"label": "good"}']
)
def test_a_text_that_is_missing_in_jsonl_is_refused(fit, missing):
    lines = [json.dumps({"text": text, "label": label}) for text, label in FINE]
    result = fit("\n".join([*lines, missing]), name="some.jsonl")
    assert "some.jsonl" in result.refusal()


@pytest.mark.slow
def test_a_text_of_a_million_words_is_cut(fit, tmp_path):
    lines = [json.dumps({"text": text, "label": label}) for text, label in [*FINE, ("great film " * 500_000, "good")]]
    assert fit("\n".join(lines), name="some.jsonl").code == 0
    model = load(tmp_path / "model")
    assert (model.max_tokens, model.tail_tokens) == (12, 800)
    whole, ends = model.transform(["great film " * 5_000, "great film " * (6 + 400)])
    assert whole.tolist() == ends.tolist()


def test_html_is_text(fit, vae, tmp_path):
    text = "<p>The film<br /><br/>was <b>great</b> &amp; more.</p>"
    assert fit(csv((text, "good"), (text, "bad"))).code == 0
    row = vae("reconstruct", tmp_path / "model", text, "--json").json()["rows"][0]
    assert row["original"] == text


def test_latin_1_is_refused_and_read_when_named(fit, tmp_path):
    content = csv(("un café très amer", "bad"), ("un café très amer", "bad")).encode("latin-1")
    assert fit(content).refusal() == (
        "some.csv is not UTF-8 (line 22): if it comes from Western Europe, --encoding latin-1 reads it"
    )
    assert fit(content, "--encoding", "latin-1").code == 0
    assert "très" in load(tmp_path / "model").reader_.vocabulary.words


def test_evaluate_reads_the_data_again_as_fit_did(fit, vae, tmp_path):
    content = csv(("un café", "bad"), ("", "good")).replace("text", "comment").encode("latin-1")
    assert fit(content, "--encoding", "latin-1", "--drop-empty", "--text", "comment").code == 0
    assert vae("evaluate", tmp_path / "model", "--samples", "0", "--json").json()["split"] == "held out"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("--prior", "vamp"), ("--prior", "flow"), ("--prior", "mixture"), ("--tokens", "subwords"), ("--rate", "0")],
    ids=" ".join,
)
def test_every_prior_and_token_is_fitted_saved_and_sampled(fit, vae, tmp_path, words):
    assert fit(csv(), *words).code == 0
    assert len(vae("sample", tmp_path / "model", "-n", "2", "--json").json()["texts"]) == 2
    assert vae("evaluate", tmp_path / "model", "--samples", "2", "--json").json()["importance_bound_nats"] < 0


def test_tensorboard_files_are_written(fit, tmp_path):
    pytest.importorskip("tensorboard")
    assert fit(csv(), "--tensorboard", str(tmp_path / "board")).code == 0
    assert len(list((tmp_path / "board").iterdir())) == 1


@pytest.mark.slow
def test_two_rows_are_enough_to_fit_and_to_report(fit, vae, tmp_path):
    assert fit(csv(rows=FINE[:2])).code == 0
    assert vae("report", tmp_path / "model", "--out", tmp_path / "page.html").code == 0
