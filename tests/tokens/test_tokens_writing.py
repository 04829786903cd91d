"""Tokens as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.tokens.vocabulary import Vocabulary
from vaeworks.tokens.writing import Forms, Writing

TEXTS = [
    "We met Quentin Tarantino in New York, and I'm glad. The film by Tarantino was dull.",
    "However, the critic said: I'm not a fan of New York. She said what he said, he said no.",
    "Was it a film by Quentin? Did he say that he was dull?",
]
FORMS = Forms()
FORMS.see(TEXTS)
LEARNED = FORMS.writing(["quentin", "tarantino", "new", "york", "i'm", "however", "he", "said", "no", "film"])


def tokens(text):
    """As a model says it: small letters, and a space between all tokens."""
    vocabulary = Vocabulary.learn([[text]], 1000, min_count=1)
    return vocabulary.decode(vocabulary.encode([text])[0])


@pytest.mark.parametrize(
    "text",
    [
        "The film by Quentin Tarantino, which I'm fond of, is \"great\"! It's well-made: 10/10 (or $5).",
        '"What a film", he said. He was dull... but it\'s rated 8.5.',
        "The actors' work was fine; New York was not.",
        "Dull.<br /><br />He said 'no'.",
        "100% of it, and/or (some) [of it]? Yes!",
        "感人难看。好看。",
    ],
)
def test_a_text_comes_back_as_it_was_written(text):
    assert LEARNED.written(tokens(text)) == text.replace("<br />", "\n")


def test_first_words_of_sentences_say_nothing_of_their_case():
    assert "however" not in LEARNED.forms
    assert LEARNED.forms["tarantino"] == "Tarantino"
    assert "he" not in LEARNED.forms


def test_only_words_with_an_id_are_kept():
    assert FORMS.writing(["york", "the", None]).forms == {"york": "York"}


def test_earlier_models_know_but_one_form():
    assert Writing().written("i saw what i saw .") == "I saw what I saw."


@given(st.text())
def test_nothing_but_case_and_spaces_changes(text):
    def bare(written):
        return "".join(written.replace("<br />", "").lower().split())

    said = tokens(text) if text.strip() else ""
    assert bare(LEARNED.written(said)) == bare(said)
