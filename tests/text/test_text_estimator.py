"""`TextVAE`: fitted with all labels, some or none; its verbs agree with each other."""

import random

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.metrics import get_scorer

from vaeworks import TextVAE, VaeworksError
from vaeworks.core.choosing import from_prior
from vaeworks.estimator.sampling import draw_codes, prior_codes


@pytest.fixture(scope="module")
def few(tiny_text_model):
    """A quick, rough fit with some parameters changed."""

    def fit(X, y=None, **parameters):
        return clone(tiny_text_model).set_params(**{"epochs": 1, **parameters}).fit(X, y)

    return fit


@pytest.fixture(scope="module")
def unlabelled(few, tiny_corpus):
    return few(tiny_corpus[0])


def test_it_learns_the_labels(tiny_text_model, tiny_corpus):
    texts, labels = tiny_corpus
    assert (tiny_text_model.predict(texts) == labels).mean() > 0.97


def test_it_learns_to_reconstruct_what_a_text_is_about(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0][:40]
    kept = [
        text.split(": ")[1].split()[0] in again
        for text, again in zip(texts, tiny_text_model.reconstruct(texts), strict=True)
    ]
    assert np.mean(kept) > 0.5  # by chance, 0.25


def test_probabilities_of_the_classes_add_up_and_agree_with_the_prediction(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0][:20]
    probabilities = tiny_text_model.predict_proba(texts)
    assert probabilities.shape == (20, 2)
    assert np.allclose(probabilities.sum(1), 1)
    assert (tiny_text_model.classes_[probabilities.argmax(1)] == tiny_text_model.predict(texts)).all()


@pytest.mark.parametrize("verb", ["predict", "predict_proba"])
def test_without_labels_there_is_no_prediction(unlabelled, verb):
    assert not hasattr(unlabelled, verb)
    assert not hasattr(unlabelled, "classes_")


def test_without_labels_all_else_works(unlabelled, tiny_corpus):
    assert unlabelled.transform(tiny_corpus[0][:3]).shape == (3, 4)
    assert len(unlabelled.sample(2)) == 2
    assert not {"accuracy", "sentiment_accuracy"} & unlabelled.evaluate(tiny_corpus[0][:20]).keys()


def test_without_labels_there_is_no_sample_of_a_label(unlabelled):
    with pytest.raises(VaeworksError, match="without labels"):
        unlabelled.sample(label="good")


@pytest.mark.slow
def test_labels_of_which_most_are_missing_teach_the_rest(tiny_text_model, tiny_corpus):
    texts, labels = tiny_corpus
    some = [label if row % 10 < 3 else None for row, label in enumerate(labels)]
    model = clone(tiny_text_model).set_params(label_weight=30.0).fit(texts, some)
    unseen = [row for row, label in enumerate(some) if label is None]
    assert (model.predict(texts)[unseen] == np.array(labels)[unseen]).mean() > 0.7


@pytest.mark.slow
def test_three_classes_are_told_apart(few, tiny_corpus):
    themes = {"film": 10, "cast": 20, "story": 30}
    rows = [(text, themes[theme]) for text in tiny_corpus[0] for theme in themes if f" {theme} " in text]
    texts, labels = zip(*rows, strict=True)
    model = few(list(texts), list(labels), epochs=30, label_weight=30.0)
    assert model.classes_.tolist() == [10, 20, 30]
    assert (model.predict(texts) == np.array(labels)).mean() > 0.9


def test_the_code_of_a_text_does_not_depend_on_the_texts_beside_it(tiny_text_model, tiny_corpus):
    texts = [*tiny_corpus[0][:9], "great", "a film " * 8]
    alone = np.concatenate([tiny_text_model.transform([text]) for text in texts])
    assert np.allclose(tiny_text_model.transform(texts), alone, atol=1e-5)


def test_codes_come_in_the_order_of_their_texts(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0][:50]
    assert np.allclose(tiny_text_model.transform(texts[::-1]), tiny_text_model.transform(texts)[::-1], atol=1e-5)


def test_of_a_text_beyond_the_longest_both_ends_are_read(tiny_text_model):
    long = "the cast sings " * 100_000
    words = long.split()
    cut = " ".join([*words[: tiny_text_model.max_tokens], *words[-tiny_text_model.tail_tokens :]])
    assert np.allclose(tiny_text_model.transform([long]), tiny_text_model.transform([cut]), atol=1e-5)


@pytest.mark.parametrize("text", ["zebra", "ᚠᛇᚻ", "👍🏽", "0", "\u200b"])
def test_a_text_of_unknown_words_has_a_code_too(tiny_text_model, text):
    assert np.isfinite(tiny_text_model.transform([text])).all()


def test_the_ends_of_an_interpolation_are_the_reconstructions(tiny_text_model, tiny_corpus):
    """Compared over one batch of two, since a tie between two words may fall otherwise in a batch of another size."""
    first, second = tiny_corpus[0][:2]
    assert tiny_text_model.interpolate(first, second, steps=2) == tiny_text_model.reconstruct([first, second])


def test_an_interpolation_has_as_many_texts_as_steps_and_goes_somewhere(tiny_text_model, tiny_corpus):
    walk = tiny_text_model.interpolate(*tiny_corpus[0][:2], steps=5)
    assert len(walk) == 5
    assert len(set(walk)) > 1


def test_a_sample_is_of_the_label_that_was_asked_for(tiny_text_model):
    chances = {
        label: tiny_text_model.predict_proba(tiny_text_model.sample(40, label=label))[:, 1].mean()
        for label in ("good", "bad")
    }
    assert chances["good"] > chances["bad"] + 0.4


def test_a_sample_of_an_unknown_label_is_refused(tiny_text_model):
    with pytest.raises(VaeworksError, match=r"'ugly'.*bad, good"):
        tiny_text_model.sample(label="ugly")


def test_a_seed_decides_a_sample(tiny_text_model):
    first, again, other = (tiny_text_model.sample(8, random_state=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_at_temperature_zero_the_words_follow_from_the_code(tiny_text_model):
    """All draws of a class whose codes are the same say the same."""
    codes = torch.from_numpy(np.repeat(tiny_text_model.transform(["a great day"]), 8, axis=0))
    said = tiny_text_model._written(codes, lambda likelihood: likelihood.sample(0.0))
    assert len(set(said)) == 1
    assert tiny_text_model.sample(8, temperature=0, random_state=1) == tiny_text_model.sample(
        8, temperature=0, random_state=1
    )


def test_sampling_leaves_the_random_state_of_its_caller(tiny_text_model):
    import torch

    state = torch.get_rng_state()
    tiny_text_model.sample(2)
    tiny_text_model.score(["a film"])
    assert torch.equal(torch.get_rng_state(), state)


def test_the_score_is_the_mean_bound_that_evaluation_reports(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0][:50]
    figures = tiny_text_model.evaluate(texts, samples=0)
    assert tiny_text_model.score(texts) == pytest.approx(-figures["negative_elbo_nats"], rel=1e-5)
    assert tiny_text_model.score_samples(texts).mean() == pytest.approx(tiny_text_model.score(texts))


def test_familiar_texts_score_above_scrambled_ones(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0][:50]
    scrambled = [" ".join(random.Random(0).sample(text.split(), len(text.split()))) for text in texts]
    assert tiny_text_model.score(texts) > tiny_text_model.score(scrambled) + 10


def test_subwords_spell_what_was_never_seen(few, tiny_corpus):
    model = few(*tiny_corpus, tokens="subwords", vocabulary_size=400, max_tokens=40)
    assert model.reader_.vocabulary.decode(model.reader_.vocabulary.encode(["unheard zebras"])[0]) == "unheard zebras"
    assert len(model.reconstruct(tiny_corpus[0][:2])) == 2


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"tokens": "letters"}, "tokens must be one of words, subwords, not 'letters'"),
        ({"prior": "cauchy"}, "prior must be one of .*, not 'cauchy'"),
        ({"latent_dim": 0}, "latent_dim must be a whole number of at least 1, not 0"),
    ],
)
def test_a_parameter_that_is_no_choice_is_refused(few, tiny_corpus, parameters, said):
    with pytest.raises(VaeworksError, match=said):
        few(*tiny_corpus, **parameters)


@pytest.mark.parametrize(
    ("X", "y", "said"),
    [
        ("a film", None, "list of strings"),
        ([], None, "no texts"),
        (["a", None], None, "text 1 is None"),
        (["a", float("nan")], None, "text 1 is nan"),
        (["a", ""], None, "text 1 is empty"),
        (["a", "b"], [1], "2 texts but 1 labels"),
        (["a", "b", "c"], [1, 1, 1], "only one class"),
        (["a", "b", "c"], [1, "x", 1], "mix types"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(X, y, said):
    with pytest.raises(VaeworksError, match=said):
        TextVAE(device="cpu").fit(X, y)


@pytest.mark.parametrize(
    ("X", "said"), [("a film", "list of strings"), ([], "no texts|no examples"), ([None], "text 0 is None")]
)
def test_what_cannot_be_read_is_refused_after_the_fit_too(tiny_text_model, X, said):
    with pytest.raises(VaeworksError, match=said):
        tiny_text_model.transform(X)


def test_validation_labels_that_were_never_learned_are_refused(few, tiny_text_model, tiny_corpus):
    with pytest.raises(VaeworksError, match="'ugly'"):
        clone(tiny_text_model).fit(*tiny_corpus, validation=(["a film"], ["ugly"]))


def test_without_a_share_held_out_the_figures_are_those_of_all_texts(few, tiny_corpus):
    model = few(*tiny_corpus, validation_fraction=0.0)
    assert model.metrics_["fit"]["held_out"]["examples"] == 200
    assert model.history_[0]["validation"] is None


@pytest.mark.slow
def test_a_corpus_without_labels_does_not_collapse_at_the_default_rate():
    draw = random.Random(1)
    colours, animals, places = (
        ("red", "blue", "green", "black"),
        ("dog", "cat", "horse", "bird"),
        ("house", "river", "hill", "wood"),
    )

    def scene():
        colour, animal, place = draw.choice(colours), draw.choice(animals), draw.choice(places)
        return f"one {colour} {animal} went up to the {place} , the {place} was {colour} and so the {animal} sang"

    model = TextVAE(
        epochs=25,
        batch_size=20,
        learning_rate=1e-2,
        min_count=1,
        embedding_dim=16,
        encoder_units=16,
        decoder_units=32,
        dropout=0.1,
        bigram_buckets=0,
        device="cpu",
    ).fit([scene() for _ in range(300)])
    figures = model.evaluate([scene() for _ in range(100)], samples=0)
    assert not figures["collapsed"]


def test_a_reconstruction_does_not_depend_on_the_texts_beside_it(tiny_text_model, tiny_corpus):
    texts = tiny_corpus[0][:7]
    together = tiny_text_model.reconstruct(texts)
    assert [tiny_text_model.reconstruct([text])[0] for text in texts] == together


def test_of_the_candidates_the_one_whose_own_code_is_nearest_is_given(tiny_text_model, tiny_corpus):
    codes = tiny_text_model.transform(tiny_corpus[0][:20])
    likely = torch.from_numpy(codes)
    many, one = (tiny_text_model.decode(codes, count) for count in (16, 1))
    assert (tiny_text_model._densities(many, likely) >= tiny_text_model._densities(one, likely)).all()


def test_a_table_is_refused_where_a_column_is_meant():
    table = pd.DataFrame({"text": ["a", "b"]})
    with pytest.raises(VaeworksError, match="one column"):
        TextVAE().fit(table)


def test_codes_for_a_label_are_draws_from_the_posterior_given_it(tiny_text_model):
    """The mean of each unit under p(z | label) against importance weights on many draws from the prior."""
    torch.manual_seed(0)
    draws = prior_codes(tiny_text_model.model_, 40_000, from_prior)
    weights = tiny_text_model.model_.heads["label"](draws).probs[:, 1].detach()
    expected = (weights[:, None] * draws).sum(0) / weights.sum()
    drawn = draw_codes(tiny_text_model, 40_000, tiny_text_model.classes_[1], prior="model")
    torch.testing.assert_close(drawn.mean(0), expected, atol=0.03, rtol=0)


def test_no_texts_and_codes_of_another_width_are_refused(tiny_text_model):
    with pytest.raises(VaeworksError, match="at least one"):
        tiny_text_model.sample(0)
    with pytest.raises(VaeworksError, match="codes must be"):
        tiny_text_model.decode(np.zeros((2, 99)))


def test_scikit_learn_ranks_by_its_probabilities(tiny_text_model, tiny_corpus):
    texts, labels = tiny_corpus
    assert get_scorer("roc_auc")(tiny_text_model, texts, labels) > 0.9
