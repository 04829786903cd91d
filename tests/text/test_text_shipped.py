"""The model that ships is named where it knows the words, and only there."""

import pytest

from vaeworks import TextVAE, load
from vaeworks.text import estimator
from vaeworks.text.shipped import suggest_shipped
from vaeworks.tokens.vocabulary import Vocabulary

REVIEW = "the film is a good one but the cast is dull and I would not see it again"


@pytest.mark.parametrize(
    ("text", "said"),
    [(REVIEW, True), ("der Film ist gut aber die Schauspieler sind langweilig", False), ("我看了一部电影", False)],
)
def test_it_is_named_for_texts_whose_words_it_knows(caplog, text, said):
    suggest_shipped(Vocabulary.learn([[text]], 1000, min_count=1))
    assert ("--from imdb" in caplog.text) == said


def test_a_model_that_went_on_from_it_has_it_already(caplog):
    suggest_shipped(load("imdb").reader_.vocabulary)
    assert caplog.text == ""


@pytest.mark.parametrize(("plain", "said"), [(1.0, True), (0.0, False)])
def test_it_is_named_where_plain_words_do_better(caplog, monkeypatch, tiny_corpus, plain, said):
    monkeypatch.setattr(estimator, "tfidf_accuracy", lambda *_: {"tfidf_accuracy": plain})
    TextVAE(epochs=1, max_tokens=16, latent_dim=4, label_weight=0.0).fit(*tiny_corpus)
    assert ("--from imdb" in caplog.text) == said
