"""What `evaluate` measures, and how its figures hang together."""

import math
import random
from copy import copy, deepcopy

import pytest

from vaeworks import TextVAE

FIGURES = {
    "negative_elbo_nats",
    "reconstruction_nats",
    "kl_nats",
    "importance_bound_nats",
    "importance_samples",
    "perplexity_elbo",
    "perplexity_importance",
    "token_accuracy_teacher_forced",
    "token_accuracy_free_running",
    "active_units",
    "latent_units",
    "mutual_information_nats",
    "kl_per_unit_nats",
    "examples",
    "tokens",
    "unknown_token_share",
    "seconds",
    "peak_memory_bytes",
    "collapsed",
    "accuracy",
}


@pytest.fixture(scope="module")
def figures(tiny_text_model, tiny_corpus):
    return tiny_text_model.evaluate(*tiny_corpus, samples=20)


def test_every_figure_is_there(figures):
    assert figures.keys() >= FIGURES


def test_every_figure_is_plain_and_finite(figures):
    import json

    json.dumps(figures, allow_nan=False)


def test_the_negative_elbo_is_reconstruction_and_kl(figures):
    assert figures["negative_elbo_nats"] == pytest.approx(figures["reconstruction_nats"] + figures["kl_nats"])


def test_the_importance_bound_is_not_below_the_elbo(figures):
    assert figures["importance_bound_nats"] >= -figures["negative_elbo_nats"] - 0.01
    assert figures["importance_samples"] == 20


def test_tokens_are_those_of_the_texts_and_an_end_mark_each(figures, tiny_text_model, tiny_corpus):
    ids = tiny_text_model.reader_.vocabulary.encode(tiny_corpus[0])
    assert figures["tokens"] == sum(min(len(row), tiny_text_model.max_tokens) + 1 for row in ids)
    assert figures["examples"] == 200


def test_perplexities_are_the_exponentials_of_the_bounds_a_token(figures):
    per_token = figures["examples"] / figures["tokens"]
    assert figures["perplexity_elbo"] == pytest.approx(math.exp(figures["negative_elbo_nats"] * per_token))
    assert figures["perplexity_importance"] == pytest.approx(math.exp(-figures["importance_bound_nats"] * per_token))
    assert figures["perplexity_importance"] <= figures["perplexity_elbo"] * 1.01


def test_a_perplexity_that_no_float_holds_is_infinite(tiny_text_model, tiny_corpus):
    model = deepcopy(tiny_text_model)
    model.model_.posterior.linear.bias.data[:2] = 1e6
    assert model.evaluate(tiny_corpus[0][:10])["perplexity_elbo"] == math.inf


def test_kl_per_unit_adds_up_to_the_kl(figures):
    assert sum(figures["kl_per_unit_nats"]) == pytest.approx(figures["kl_nats"], rel=1e-4)
    assert len(figures["kl_per_unit_nats"]) == figures["latent_units"] == 4


def test_true_words_before_a_guess_help_it(figures):
    assert 0.3 < figures["token_accuracy_free_running"] < figures["token_accuracy_teacher_forced"] <= 1


def test_the_accuracy_is_that_of_the_predictions(figures, tiny_text_model, tiny_corpus):
    texts, labels = tiny_corpus
    assert figures["accuracy"] == pytest.approx((tiny_text_model.predict(texts) == labels).mean())


def test_the_accuracy_counts_only_labels_that_are_there(tiny_text_model, tiny_corpus):
    texts, _ = tiny_corpus
    wrong = "bad" if tiny_text_model.predict(texts[:1])[0] == "good" else "good"
    mostly_missing = [wrong, *[None] * 9]
    assert tiny_text_model.evaluate(texts[:10], mostly_missing, samples=0)["accuracy"] == 0.0


def test_without_labels_there_is_no_accuracy(tiny_text_model, tiny_corpus):
    assert "accuracy" not in tiny_text_model.evaluate(tiny_corpus[0][:10], samples=0)


def test_the_name_of_the_label_stands_beside_the_accuracy(tiny_text_model, tiny_corpus):
    model = copy(tiny_text_model).set_params(label_name="sentiment")
    figures = model.evaluate(*tiny_corpus, samples=0)
    assert figures["label"] == "sentiment"
    assert figures["accuracy"] == (model.predict(tiny_corpus[0]) == tiny_corpus[1]).mean()


def test_old_names_stand_beside_the_new_ones_and_are_marked(tiny_text_model, tiny_corpus):
    figures = tiny_text_model.evaluate(tiny_corpus[0][:10], samples=5)
    assert figures["importance_bound_nats"] == -figures["negative_importance_bound_nats"]
    assert figures["deprecated_keys"] == ["importance_bound_nats"]


def test_without_samples_there_is_no_importance_bound(tiny_text_model, tiny_corpus):
    figures = tiny_text_model.evaluate(tiny_corpus[0][:10], samples=0)
    assert figures["importance_bound_nats"] is None
    assert figures["perplexity_importance"] is None


def test_figures_do_not_depend_on_the_size_of_batches(tiny_text_model, tiny_corpus, figures):
    from copy import copy

    other = copy(tiny_text_model).set_params(batch_size=7).evaluate(*tiny_corpus, samples=0)
    for name in (
        "kl_nats",
        "tokens",
        "token_accuracy_teacher_forced",
        "token_accuracy_free_running",
        "accuracy",
        "mutual_information_nats",
    ):
        assert other[name] == pytest.approx(figures[name], rel=1e-3), name


def test_tokens_that_the_model_does_not_know_are_counted_and_said(tiny_text_model, tiny_corpus, caplog):
    known = tiny_text_model.evaluate(*tiny_corpus, samples=0)
    assert known["unknown_token_share"] == 0
    assert "unknown to the model" not in caplog.text
    strange = tiny_text_model.evaluate(["我 看 了 一 部 电影"], samples=0)
    assert strange["unknown_token_share"] == pytest.approx(7 / 8)
    assert "88% of the tokens are unknown to the model" in caplog.text


def test_a_fit_says_how_many_tokens_it_does_not_know(tiny_text_model):
    assert tiny_text_model.metrics_["fit"]["held_out"]["unknown_token_share"] == 0


def test_texts_without_spaces_are_learned():
    """As reviews in Chinese, of which no two are the same."""
    draw = random.Random(0)
    texts, labels = [], []
    for row in range(400):
        sign = draw.choice("好美" if row % 2 else "坏丑")
        rest = draw.choices("我看了一部电影故事音乐画面演员", k=10)
        place = draw.randrange(10)
        texts.append("".join([*rest[:place], sign, *rest[place:]]))
        labels.append("pos" if row % 2 else "neg")
    model = TextVAE(latent_dim=4, epochs=12, max_tokens=16, encoder_units=32, decoder_units=32, learning_rate=1e-2)
    figures = model.fit(texts, labels).metrics_["fit"]["held_out"]
    assert figures["unknown_token_share"] == 0
    assert figures["accuracy"] > 0.9
