"""Every mistake is one sentence on standard error and exit code 2; nothing is lost and nothing is left behind."""

import pytest

from vaeworks import TextVAE, VaeworksError

FIT = "fit text {reviews}/reviews.csv --text review --out {new}"
MISTAKES = {
    # What was typed, and a part of the sentence.
    "fot": "'fot'. Did you mean 'fit'?",
    "--nope": "No such option: --nope",
    "fit": "name the kind of data first: vae fit text ...",
    "fit {reviews}/reviews.csv --out {new}": (
        "choose one of text, image, tabular, recommender, denoiser, codec, seq2seq, forecast, as in vae fit text "
        "{reviews}/reviews.csv"
    ),
    "fit text": "Missing argument 'DATA'",
    "fit text {reviews}/reviews.csv": "Missing option '--out'",
    "evaluate": "name the model first: vae evaluate MODEL",
    "sample --seed 1 {model}": "name the model first: vae sample MODEL",
    "sample {model} --nope": "No such option: --nope",
    "interpolate {model} a": "Missing argument 'TO'",
    # Models.
    "evaluate {new}": "there is no model at {new}: give the folder that fit wrote",
    "info {new}": "there is no model at {new}",
    "info {reviews}": "{reviews} is not a model: it has no config.json",
    "predict {reviews}/reviews.csv fine": "is not a model",
    # Data.
    "fit text roten --out {new}": "'roten' (did you mean rotten?). The named data sets are: rotten, imdb",
    "fit text no.csv --out {new}": "there is no file or data set 'no.csv'",
    "datasets imbd": "(did you mean imdb?)",
    "fit text {reviews}/reviews.csv --text body --out {new}": (
        "reviews.csv has no column 'body'. Its columns are: review, stars, author. Name the text column with --text"
    ),
    "fit text {reviews}/reviews.csv --text review --label grade --out {new}": "Its columns are: review, stars, author.",
    "fit text {reviews}/reviews.csv --text review --label author --out {new} --data {reviews}": "--data holds a copy",
    "evaluate {model} {reviews}/reviews.csv --text body": "Its columns are: review, stars, author.",
    "evaluate {model} {reviews}/others.csv --text review --label author": "there is no class 'reader 0': the classes",
    FIT + " --encoding klingon": "no encoding is called 'klingon'",
    # Texts.
    "reconstruct {model}": "no text was given",
    "predict {model} --file {reviews}/no.txt": "cannot read {reviews}/no.txt: no such file or directory",
    "predict {model} --file {reviews}": "is a directory",
    # Names.
    FIT + " --device quantum": "quantum",
    "sample {model} --device quantum": "there is no device 'quantum' here: choose auto or one of cpu",
    "sample {model} --label 3": "there is no class '3': the classes are 1, 5",
    # Numbers; the limits of every parameter are tested with the fields.
    FIT + " --epochs 1.5": "--epochs must be a whole number of at least 1, not '1.5'",
    "sample {model} -n many": "-n",
    "sample {model} --temperature nan": "--temperature",
    "interpolate {model} a b --steps 1": "--steps",
    # Outputs.
    "encode {model} {reviews}/reviews.txt": "Missing option '--out'",
    "encode {model} {reviews}/reviews.txt --out {new}.json": "{new}.json must end in .parquet or .csv or .npz",
    "encode {model} {reviews}/reviews.txt --out {reviews}": "must end in",
    "encode {model} {reviews}/reviews.txt --out {reviews}/reviews.txt/codes.csv": "cannot write",
    "report {model} --out {reviews}": "cannot write {reviews}: is a directory",
    "report {model} --out {reviews}/reviews.txt/page.html": "cannot write",
    FIT + " --tensorboard {reviews}/reviews.txt/board": "ot a directory",
}


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("line", MISTAKES)
def test_every_mistake_is_one_sentence_and_changes_nothing(vae, model, reviews, tmp_path, line):
    names = {"model": model, "reviews": reviews, "new": tmp_path / "new"}
    before = contents(model) | contents(reviews)
    said = vae(*(word.format(**names) for word in line.split(" "))).refusal()
    assert MISTAKES[line].format(**names) in said
    assert contents(model) | contents(reviews) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "   "])
@pytest.mark.parametrize("verb", ["reconstruct", "predict"])
def test_an_empty_text_is_refused(vae, model, verb, text):
    assert "is empty" in vae(verb, model, text).refusal()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "some.csv is empty: it has no header and no rows"),
        ("text,label\n", "some.csv has a header (text, label) but no rows: add some"),
        ("text,label\nfine,a\nbad,a\n", "label column 'label' has only one class, 'a': name another"),
        ("text,label\nfine,\nbad,\n", "label column 'label' holds no values at all: name another"),
        ("text,label\nfine,a\n,b\n", "some.csv has 1 empty text in row 2 after the header: drop"),
        ("text,label\nfine,a\n,b,c\n", "has 3 values, but the header names 2 columns"),
        ("a,b\nfine,a\nbad,b\n", "does not say which column is the text. Its columns are: a, b."),
    ],
)  # fmt: skip
def test_data_that_cannot_be_learned_from_are_refused(vae, tmp_path, content, said):
    (tmp_path / "some.csv").write_text(content)
    assert said in vae("fit", "text", tmp_path / "some.csv", "--out", tmp_path / "model").refusal()
    assert [path.name for path in tmp_path.iterdir()] == ["some.csv"]


def test_a_precision_that_this_processor_lacks_is_refused(vae, reviews, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.ops.mkldnn._is_mkldnn_bf16_supported", lambda: False)
    words = ("--out", tmp_path / "model", "--device", "cpu", "--precision", "bf16-mixed")
    said = vae("fit", "text", reviews / "reviews.txt", *words).refusal()
    assert said == "this processor cannot compute in bf16-mixed: use precision 32-true, or a GPU"


def test_python_refuses_a_wrong_parameter_before_it_looks_at_the_data():
    with pytest.raises(VaeworksError, match=r"^latent_dim must be a whole number of at least 1, not 0$"):
        TextVAE(latent_dim=0).fit(None)
