"""Settings to begin with: presets, further parameters, another model."""

import pytest

from vaeworks import TextVAE, load
from vaeworks.datasets.registry import NAMED
from vaeworks.text.presets import PRESETS, preset_for

SIZES = ("--epochs", "1", "--latent-dim", "3", "--set", "embedding_dim=8", "--set", "encoder_units=8")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_holds_parameters_that_a_model_takes(name):
    TextVAE(**PRESETS[name].parameters)._check_parameters()


def test_a_data_set_has_its_own_preset():
    assert preset_for("imdb", None, further=False) is PRESETS["imdb"]
    assert preset_for("mine.csv", None, further=False) is PRESETS["default"]
    assert preset_for("imdb", None, further=True) is PRESETS["from"]
    assert preset_for("imdb", "quick", further=True) is PRESETS["quick"]
    assert set(PRESETS) & set(NAMED) == {"imdb"}


def test_options_and_further_parameters_go_before_the_preset(vae, reviews, tmp_path):
    small = ("--set", "bigram_buckets=0", "--set", "decoder_units=8", "--set", "tail_tokens=3", "--rate", "0")
    source = reviews / "reviews.txt"
    assert vae("fit", "text", source, "--out", tmp_path / "m", "--preset", "quick", *SIZES, *small).code == 0
    parameters = load(tmp_path / "m").get_params()
    assert parameters["max_tokens"] == PRESETS["quick"].parameters["max_tokens"]
    assert (parameters["tail_tokens"], parameters["bigram_buckets"], parameters["rate"]) == (3, 0, None)


def test_a_fit_goes_on_from_a_model(vae, model, own_model, reviews, tmp_path):
    found = vae(
        "fit", "text", reviews / "reviews.csv", "--from", own_model, "--out", tmp_path / "m", "--epochs", "1", "--json"
    )
    assert found.json()["epochs"] == 1
    begun, again = load(own_model), load(tmp_path / "m")
    assert again.reader_.vocabulary.to_json() == begun.reader_.vocabulary.to_json()
    assert again.latent_dim == begun.latent_dim
    assert again.learning_rate == PRESETS["from"].parameters["learning_rate"]
    assert again.metrics_["fit"]["source"]["start"] == str(own_model)


def test_mistakes(vae, own_model, reviews, tmp_path):
    fit = ("fit", "text", reviews / "reviews.csv", "--out", tmp_path / "m")
    assert "no preset 'slow'" in vae(*fit, "--preset", "slow").refusal()
    assert "--set takes NAME=VALUE" in vae(*fit, "--set", "dropout").refusal()
    assert "the parameters are averaging" in vae(*fit, "--set", "hidden=3").refusal()
    assert "dropout" in vae(*fit, "--set", "dropout=2").refusal()
    assert "other sizes" in vae(*fit, "--from", own_model, "--latent-dim", "9").refusal()
    assert "no model at nowhere" in vae(*fit, "--from", "nowhere").refusal()
