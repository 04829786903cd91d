"""From text to token ids and back: stable for any text, in any script."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeworks.tokens.vocabulary import END, PAD, START, UNKNOWN, Vocabulary

SENTENCES = [
    "The film was great, the plot was great and I can't say more.",
    "A naïve café critic didn't like the film.<br />Nor did I!",
    "फ़िल्म बहुत अच्छी थी । सिनेमा",
    "הסרט היה טוב מאוד, לא?",
    "great 👍🏽 film 👨‍👩‍👧 ❤️ plot 🎬",
]
KINDS = {pieces: Vocabulary.learn([SENTENCES], 600, pieces=pieces, min_count=1) for pieces in ("words", "subwords")}
both = pytest.mark.parametrize("vocabulary", KINDS.values(), ids=KINDS)
TEXTS = st.text() | st.lists(
    st.sampled_from(" ".join(SENTENCES).split()) | st.sampled_from(["<br />", "<unk>", "<pad>"])
).map(" ".join)


def tokens(vocabulary, text):
    return [vocabulary.words[index] for index in vocabulary.encode([text])[0]]


def there_and_back(vocabulary, text):
    return vocabulary.decode(vocabulary.encode([text])[0])


@both
@settings(max_examples=200)
@given(text=TEXTS)
def test_what_was_decoded_encodes_to_the_same_ids(vocabulary, text):
    ids = vocabulary.encode([text])[0]
    assert vocabulary.encode([vocabulary.decode(ids)])[0] == ids


@both
@settings(max_examples=100)
@given(text=TEXTS)
def test_every_text_has_an_id_and_none_of_padding_start_or_end(vocabulary, text):
    ids = vocabulary.encode([text])[0]
    assert ids
    assert not {PAD, START, END} & set(ids)
    assert all(0 <= index < len(vocabulary) for index in ids)


@settings(max_examples=200)
@given(text=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1))
def test_subwords_spell_whatever_stands_between_spaces(text):
    assert UNKNOWN not in KINDS["subwords"].encode([text])[0]


@both
@pytest.mark.parametrize("word", ["naïve", "café", "फ़िल्म", "अच्छी", "הסרט", "can't", "👍🏽", "👨‍👩‍👧", "❤️", "🎬"])
def test_a_word_of_any_script_survives(vocabulary, word):
    from unicodedata import normalize

    assert there_and_back(vocabulary, word) == normalize("NFC", word)


@pytest.mark.parametrize("word", ["फ़िल्म", "👍🏽", "👨‍👩‍👧", "❤️", "can't", "naïve"])
def test_a_word_or_emoji_with_its_marks_is_one_word(word):
    assert len(tokens(KINDS["words"], word)) == 1


def test_decomposed_accents_are_the_composed_ones():
    assert tokens(KINDS["words"], "cafe\u0301") == ["café"]


@pytest.mark.parametrize("mark", ["'", "\u2019"])
def test_an_apostrophe_stays_within_its_word_and_apart_around_it(mark):
    vocabulary = Vocabulary.learn([[f"don{mark}t say {mark}cinema{mark}"]], 50, min_count=1)
    assert tokens(vocabulary, f"don{mark}t say {mark}cinema{mark}") == [f"don{mark}t", "say", mark, "cinema", mark]


@pytest.mark.parametrize("written", ["<br />", "<BR>", "<br/>", "<Br  / >"])
def test_a_line_break_is_one_token_however_it_is_written(written):
    assert tokens(KINDS["words"], f"film{written}Nor") == ["film", "<br />", "nor"]


@both
def test_a_line_break_survives(vocabulary):
    assert there_and_back(vocabulary, "film<BR>nor") == "film <br /> nor"


def test_ids_of_words_are_sorted_by_frequency():
    vocabulary = Vocabulary.learn([["c c c c b b b", "a a d"]], 50, min_count=1)
    assert vocabulary.words == ["<pad>", "<unk>", "<start>", "<end>", "c", "b", "a", "d"]


def test_ids_of_subwords_are_sorted_by_frequency():
    texts = ["the cat the hat the mat a rat"] * 3
    vocabulary = Vocabulary.learn([texts], 320, pieces="subwords", min_count=1)
    ids = vocabulary.encode(texts)
    counts = [sum(row.count(index) for row in ids) for index in range(4, len(vocabulary) - 1)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_rare_words_and_words_beyond_the_size_are_unknown():
    vocabulary = Vocabulary.learn([["a a a b b b b once c c"]], 6, min_count=2)
    assert vocabulary.encode(["a b c once"]) == [[5, 4, UNKNOWN, UNKNOWN]]
    assert len(vocabulary) == 6


def test_case_is_folded_only_where_asked():
    folded, kept = (Vocabulary.learn([["Film film"]], 50, lower=lower, min_count=1) for lower in (True, False))
    assert tokens(folded, "FILM") == ["film"]
    assert tokens(kept, "Film film") == ["Film", "film"]


@both
def test_json_keeps_a_vocabulary_whole(vocabulary):
    again = Vocabulary.from_json(vocabulary.to_json())
    assert again.encode(SENTENCES) == vocabulary.encode(SENTENCES)
    assert again.words == vocabulary.words
    assert again.to_json() == vocabulary.to_json()


@pytest.mark.slow
def test_a_text_of_a_million_words_has_a_million_ids():
    assert KINDS["words"].encode(["film " * 1_000_000]) == [KINDS["words"].encode(["film"])[0] * 1_000_000]


@both
@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_text_without_a_token_is_one_unknown(vocabulary, text):
    assert vocabulary.encode([text]) == [[UNKNOWN]]


def test_padding_start_and_end_leave_nothing_in_what_is_decoded():
    ids = KINDS["words"].encode(["film plot"])[0]
    assert KINDS["words"].decode([START, *ids, END, PAD, PAD]) == "film plot"


SPACED = Vocabulary.learn([SENTENCES], 600, lower=False, pieces="spaced", min_count=1)


@settings(max_examples=200)
@given(text=st.text())
def test_spaced_pieces_give_a_text_back_as_it_was_but_for_runs_of_spaces(text):
    """And but for the composed forms of accents."""
    usual = SPACED.tokenizer.normalizer.normalize_str(text)
    assert there_and_back(SPACED, text) == usual or UNKNOWN in SPACED.encode([text])[0]


def test_spaced_pieces_keep_case_quotes_and_marks_where_they_stood():
    for text in ('"Go!" he said.', "Le café, l'été…", "1,000.50 %", "don't  stop"):
        assert there_and_back(SPACED, text) == " ".join(text.split())


@pytest.mark.parametrize("text", ["感人难看", "映画はカ", "ภาพ", "ຮູບ"])  # Han, Japanese, Thai, Lao
def test_scripts_without_spaces_are_read_sign_by_sign(text):
    vocabulary = Vocabulary.learn([[f"{text}film手"]], 100, min_count=1)
    *signs, word, last = tokens(vocabulary, f"{text}film手")
    assert ("".join(signs), word, last) == (text, "film", "手")
    assert len(signs) > 1
    assert all(len(sign) <= 2 for sign in signs)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("pre_tokenizer", {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Removed", "invert": True}),
        ("normalizer", {"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 10_000}),
        (
            "padding",
            {
                "strategy": {"Fixed": 10**9},
                "direction": "Right",
                "pad_to_multiple_of": None,
                "pad_id": 0,
                "pad_type_id": 0,
                "pad_token": "<pad>",
            },
        ),
    ],
)
def test_rules_that_are_none_of_ours_are_refused(name, rule):
    written = json.loads(Vocabulary.learn([["a b a b"]], 10).to_json())
    assert Vocabulary.from_json(json.dumps(written)).words[-2:] == ["a", "b"]
    with pytest.raises(ValueError, match="rules that are none of ours"):
        Vocabulary.from_json(json.dumps({**written, name: rule}))
