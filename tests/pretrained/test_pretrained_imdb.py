"""The model that ships: found by name, small, telling, and never written to."""

import hashlib

import pytest

from vaeworks import VaeworksError, load, pretrained
from vaeworks.cli.main import run
from vaeworks.pretrained import located, names, ships

MOST_BYTES = 12_000_000
PRAISE = "A wonderful, moving film with superb performances. I loved every minute of it."
PAN = "A dreadful, boring mess. The worst acting I have ever seen, and a complete waste of time."


@pytest.fixture(scope="module")
def imdb():
    return load("imdb")


def digest(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_it_is_small():
    assert names() == ["en-de", "imdb", "imdb-sentences", "natural", "photo"]
    assert sum(path.stat().st_size for path in located("imdb").rglob("*")) <= MOST_BYTES


def test_it_tells_praise_from_a_pan(imdb):
    assert imdb.predict([PRAISE, PAN]).tolist() == ["positive", "negative"]


@pytest.mark.slow
def test_its_reconstructions_keep_the_sentiment(imdb):
    assert imdb.predict(imdb.reconstruct([PRAISE, PAN])).tolist() == ["positive", "negative"]


@pytest.mark.slow
def test_samples_for_a_label_read_like_it(imdb):
    labels = ["positive"] * 4 + ["negative"] * 4
    samples = imdb.sample(4, "positive") + imdb.sample(4, "negative")
    assert sum(found == label for found, label in zip(imdb.predict(samples), labels, strict=True)) >= 7


def test_its_figures_are_of_the_test_reviews_and_meet_what_the_readme_says(imdb):
    figures = imdb.metrics_
    assert (figures["dataset"], figures["split"], figures["examples"]) == ("imdb", "test", 25_000)
    assert figures["kl_nats"] > 8
    assert figures["active_units"] >= 16


@pytest.mark.slow
def test_a_fitted_model_of_the_name_goes_first(tiny_text_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ships("imdb")
    (tmp_path / "imdb").mkdir()
    assert ships("imdb")  # a folder of reviews, say
    (tmp_path / "imdb").rmdir()
    tiny_text_model.save("imdb")
    assert not ships("imdb")
    assert load("imdb").latent_dim == tiny_text_model.latent_dim


def test_a_name_that_does_not_ship_is_refused_with_one_that_does():
    with pytest.raises(VaeworksError, match=r"no model at amazon: .* or one that ships \(en-de, imdb,"):
        load("amazon")


def test_no_verb_writes_to_it(tmp_path, capsys):
    before = digest(pretrained.HERE / "imdb")
    reviews = tmp_path / "reviews.csv"
    reviews.write_text(f'text,label\n"{PRAISE}",positive\n"{PAN}",negative\n', encoding="utf-8")
    run(["evaluate", "imdb", str(reviews), "--samples", "1", "--json"])
    assert '"sentiment_accuracy": 1.0' in capsys.readouterr().out
    assert digest(pretrained.HERE / "imdb") == before


def test_info_shows_the_model_and_the_data_set_of_its_name(capsys):
    run(["info", "imdb"])
    shown = capsys.readouterr().out
    assert "accuracy" in shown
    assert "data set" in shown
    assert "50,000" in shown
    run(["info", "rotten"])
    assert "data set" in capsys.readouterr().out


@pytest.mark.slow
def test_a_fit_goes_on_from_it(tmp_path, capsys):
    reviews = tmp_path / "reviews.csv"
    rows = [f'"{text} {row}",{label}' for row in range(20) for text, label in ((PRAISE, "positive"), (PAN, "negative"))]
    reviews.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    run(["fit", "text", str(reviews), "--from", "imdb", "--out", str(tmp_path / "mine"), "--epochs", "1"])
    assert load(tmp_path / "mine").predict([PRAISE, PAN]).tolist() == ["positive", "negative"]
