"""`Seq2SeqVAE`: it learns a small language with two words for one, and its code says which."""

import logging
import math
import random

import numpy as np
import pytest
from sklearn.base import clone

from vaeworks import Seq2SeqVAE, VaeworksError, load

from .conftest import ANIMALS, tiny


def test_it_translates_a_small_language(small_translator, small_language):
    sources, targets = small_language
    both = {source: set() for source in sources}
    for source, target in zip(sources, targets, strict=True):
        both[source].add(target)
    found = small_translator.predict(sorted(both))
    assert sum(text in both[source] for source, text in zip(sorted(both), found, strict=True)) >= 0.9 * len(both)


def test_its_code_says_what_the_source_leaves_open(small_translator):
    """Draws of z give the other name of the animal, of which two are right."""
    for animal, names in ANIMALS.items():
        [found] = small_translator.alternatives([f"A {animal} runs at home."], n=2)
        assert set(found) == {f"Ein {name} rennt zu hause." for name in names}


def test_shuffled_codes_cost_what_z_holds(small_translator, small_language):
    figures = small_translator.evaluate(*small_language, samples=10)
    assert figures["nats_lost_by_shuffling_z"] > 0.3
    assert figures["kl_nats"] > 0.3
    assert figures["negative_importance_bound_nats"] <= figures["negative_elbo_nats"] + 0.01
    assert 1 < figures["perplexity_importance"] <= figures["perplexity_elbo"] * 1.001
    assert "nrefs:1" in figures["bleu_signature"]
    assert figures["bleu"] > 60
    assert figures["bleu_lower"] >= figures["bleu"]


def test_what_the_source_leaves_open_costs_log_two(small_translator, small_language):
    """The exact entropy of a target: one of two names."""
    bounds = small_translator.score_samples(*small_language, samples=50)
    assert bounds.mean() == pytest.approx(-math.log(2), abs=0.25)


def test_a_wrong_target_scores_low(small_translator):
    sources = ["A dog runs at home."] * 2
    right, wrong = small_translator.score_samples(sources, ["Ein hund rennt zu hause.", "Ein pferd frisst am meer."])
    assert right - wrong > 5


def test_codes_are_the_prior_s_mean(small_translator, small_language):
    codes = small_translator.transform(small_language[0][:10])
    assert codes.shape == (10, 4)
    assert list(small_translator.get_feature_names_out()) == [f"seq2seqvae{unit}" for unit in range(4)]


def test_rows_come_back_in_their_order_whatever_their_length(small_translator):
    sources = ["A horse sleeps by the sea.", "A dog.", "A cat eats in the park.", "Dog", "A horse eats at home."] * 9
    together = small_translator.predict(sources)
    assert together == [small_translator.predict([source])[0] for source in sources]


def test_a_beam_of_one_is_greedy_and_a_wider_one_is_no_less_probable(small_translator, small_language):
    sources = sorted(set(small_language[0]))
    greedy, wide = small_translator.predict(sources, beam=1), small_translator.predict(sources, beam=8)
    cost = small_translator.token_counts
    of_greedy, of_wide = (
        small_translator.score_samples(sources, found, samples=50) / cost(found) for found in (greedy, wide)
    )
    assert of_wide.mean() >= of_greedy.mean() - 0.01


def test_case_spaces_and_signs_come_back():
    sources = [f"{number} apples, please!" for number in range(10)] * 6
    targets = [f"Bitte {number} Äpfel (“süß”) … don't!" for number in range(10)] * 6
    found = tiny(epochs=30, rate=None).fit(sources, targets).predict(sources[:10])
    assert {"".join(sign for sign in text if not sign.isdigit()) for text in found} == {"Bitte  Äpfel (“süß”) … don't!"}


@pytest.mark.slow
@pytest.mark.parametrize("network", ["recurrent", "transformer"])
def test_it_learns_to_reverse_digits(network):
    draw = random.Random(0)
    rows = [[draw.choice("0123456789") for _ in range(draw.randint(2, 6))] for _ in range(4200)]
    sources, targets = [" ".join(row) for row in rows], [" ".join(reversed(row)) for row in rows]
    model = tiny(
        network=network, layers=2, vocabulary_size=300, embedding_dim=64, units=64, epochs=14, batch_size=32, rate=None,
        bag_weight=0.0, latent_dim=2, dropout=0.0, decoder_dropout=0.0, averaging=0.98, learning_rate=4e-3,
    ).fit(sources[:4000], targets[:4000])  # fmt: skip
    right = np.mean(
        [found == target for found, target in zip(model.predict(sources[4000:]), targets[4000:], strict=True)]
    )
    assert right >= 0.99


def test_a_saved_model_is_the_same(small_translator, small_language, tmp_path):
    small_translator.save(tmp_path / "model")
    again = load(tmp_path / "model")
    some = small_language[0][:20]
    assert again.predict(some) == small_translator.predict(some)
    assert again.alternatives(some, 3) == small_translator.alternatives(some, 3)


def test_alternatives_are_repeatable_and_differ(small_translator, caplog):
    with caplog.at_level(logging.WARNING):
        first, again = (small_translator.alternatives(["A dog runs at home."], 40) for _ in range(2))
    assert first == again
    assert len(first[0]) == len(set(first[0])) < 40
    assert "1 of 1 sources have fewer than 40 alternatives that differ" in caplog.text


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (["a"], None, "a pair has a target: give the targets as y"),
        (["a", "b"], ["c"], "there are 2 sources but 1 targets: give one target a source"),
        ("a text", ["b"], "sources must be a list of strings, not one string"),
        (["a", "  "], ["b", "c"], "source 1 is empty: leave it out"),
        (["a", "b"], ["c", None], "target 1 is None, not a string"),
        ([], [], "there are no sources"),
        (["\ud800 a"], ["b"], "half of a character"),
        ({"a": 1}, ["b"], "not a dict"),
    ],
)
def test_pairs_that_are_none_are_refused(X, y, message):
    with pytest.raises(VaeworksError, match=message.replace("(", r"\(")):
        tiny().fit(X, y)


def test_a_sentence_of_ten_thousand_words_is_cut_and_said(small_translator, caplog):
    with caplog.at_level(logging.WARNING):
        [found] = small_translator.predict(["A dog runs " * 3333 + "at home."])
    assert "1 of 1 sources are cut to max_tokens (24)" in caplog.text
    assert isinstance(found, str)


def test_further_training_keeps_the_vocabulary(small_translator, small_language):
    from copy import deepcopy

    model = deepcopy(small_translator).set_params(epochs=1)
    before = model.reader_.vocabulary.to_json()
    model.go_on(["A bird sings."] * 20, ["Ein vogel singt."] * 20)
    assert model.reader_.vocabulary.to_json() == before


@pytest.mark.parametrize("odd", [{"beam": 0}, {"beam": -3}])
def test_a_beam_has_a_width(small_translator, odd):
    with pytest.raises(VaeworksError, match="a beam has a width of 1 or more"):
        small_translator.predict(["a"], **odd)


def test_sizes_must_fit_the_heads():
    with pytest.raises(VaeworksError, match="units must be a whole number that is a multiple of 4"):
        tiny(units=30).fit(["a"], ["b"])
    assert clone(Seq2SeqVAE(units=64)).units == 64
