"""The translator that ships: small, right about plain captions, with alternatives, and its figures on the test set."""

import pytest

from vaeworks import load
from vaeworks.pretrained import located

MOST_BYTES = 8_000_000


@pytest.fixture(scope="module")
def translator():
    return load("en-de")


def test_it_is_small():
    assert sum(path.stat().st_size for path in located("en-de").rglob("*")) <= MOST_BYTES


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("Two men are cooking.", "Zwei Männer kochen"),
        ("A dog is running on the beach.", "Ein Hund rennt"),
        ("A woman in a red dress is singing.", "Eine Frau in einem roten Kleid singt"),
    ],
)
def test_plain_captions_are_translated(translator, caption, words):
    [found] = translator.predict([caption])
    assert found.startswith(words)


def test_alternatives_differ_and_the_first_is_the_translation(translator):
    caption = "A group of young people are standing in front of a building."
    [found] = translator.alternatives([caption], n=5)
    assert len(set(found)) == 5
    assert found[0] == translator.predict([caption])[0]
    assert all(text.startswith(("Eine", "Ein", "Mehrere", "Junge", "Die")) for text in found)


def test_its_figures_are_of_the_test_set_and_meet_what_the_readme_says(translator):
    figures = translator.metrics_
    assert figures["examples"] == 1000
    assert figures["split"] == "test"
    assert figures["bleu_lower"] >= 35.0
    assert figures["nats_lost_by_shuffling_z"] >= 1.0
    assert not figures["collapsed"]
    assert figures["importance_samples"] == 100


def test_its_card_says_what_it_does_not_know():
    card = (located("en-de") / "card.md").read_text(encoding="utf-8")
    assert "Captions of photos are all that it knows" in card
