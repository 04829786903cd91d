"""The model of two levels that ships: small, reviews come back in their own words, and a label is turned."""

import pytest

from vaeworks import load
from vaeworks.pretrained import located

MOST_BYTES = 12_000_000
REVIEW = (
    "This was one of the best films I have seen this year. The story is simple, but the acting is superb. "
    "I did not want it to end."
)


@pytest.fixture(scope="module")
def sentences():
    return load("imdb-sentences")


def test_it_is_small():
    assert sum(path.stat().st_size for path in located("imdb-sentences").rglob("*")) <= MOST_BYTES


def test_a_review_comes_back_in_its_own_words(sentences):
    [found] = sentences.reconstruct([REVIEW])
    words = REVIEW.lower().replace(".", " .").replace(",", " ,").split()
    kept = sum(word in found.split() for word in words) / len(words)
    assert kept > 0.7
    assert sentences.predict([found]).tolist() == ["positive"]


@pytest.mark.slow
def test_a_label_is_turned_and_what_needs_no_change_stays(sentences):
    pan = "We saw it on a Monday. The acting is terrible and the plot is a mess. A complete waste of time."
    [found] = sentences.rewrite([pan], "positive")
    assert sentences.predict([found]).tolist() == ["positive"]
    assert found.startswith("We saw it on a Monday.")


def test_its_figures_are_of_the_test_reviews(sentences):
    figures = sentences.metrics_
    assert (figures["dataset"], figures["split"], figures["examples"]) == ("imdb", "test", 2500)
    assert figures["kl_nats"] > 500
    assert not figures["collapsed"]
    assert "importance_samples_on_100" in figures
