"""Settings to begin with: presets, further parameters, another model."""

import pytest

from vaeworks import load
from vaeworks.datasets.registry import NAMED
from vaeworks.estimator.presets import Preset, preset_for
from vaeworks.kinds import KINDS
from vaeworks.text.presets import PRESETS

SIZES = ("--epochs", "1", "--latent-dim", "3", "--embedding-dim", "8", "--encoder-units", "8")


EVERY = [(word, name) for word, kind in KINDS.items() for name in kind.presets()]


@pytest.mark.parametrize(("word", "name"), EVERY)
def test_every_preset_holds_parameters_that_a_model_takes(word, name):
    KINDS[word].estimator_class()(**KINDS[word].presets()[name].parameters).check_parameters()


def test_a_data_set_has_its_own_preset():
    assert preset_for(PRESETS, "imdb", None, further=False) is PRESETS["imdb"]
    assert preset_for(PRESETS, "mine.csv", None, further=False) == Preset()
    assert preset_for(PRESETS, "imdb", None, further=True) is PRESETS["from"]
    assert preset_for(PRESETS, "imdb", "quick", further=True) is PRESETS["quick"]
    assert preset_for({}, "imdb", None, further=True) == Preset()
    assert set(PRESETS) & set(NAMED) == {"imdb"}


def test_options_go_before_the_preset(vae, reviews, tmp_path):
    small = ("--bigram-buckets", "0", "--decoder-units", "8", "--tail-tokens", "3", "--rate", "none")
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


def test_a_model_that_went_on_from_one_with_a_bar_is_silent_in_python(vae, own_model, reviews, tmp_path):
    load(own_model).set_params(verbose=True).save(tmp_path / "verbose")
    begun = ("fit", "text", reviews / "reviews.csv", "--from", tmp_path / "verbose", "--epochs", "1")
    assert vae(*begun, "--out", tmp_path / "m").code == 0
    assert load(tmp_path / "m").verbose is False


def test_mistakes(vae, own_model, reviews, tmp_path):
    fit = ("fit", "text", reviews / "reviews.csv", "--out", tmp_path / "m")
    assert "no preset 'slow'" in vae(*fit, "--preset", "slow").refusal()
    assert "No such option: --hidden" in vae(*fit, "--hidden", "3").refusal()
    assert "--dropout must be a number of at least 0 and below 1, not 2.0" in vae(*fit, "--dropout", "2").refusal()
    assert "--only prior trains one part of a fitted model" in vae(*fit, "--only", "prior").refusal()
    assert "other sizes" in vae(*fit, "--from", own_model, "--latent-dim", "9").refusal()
    assert "no model at nowhere" in vae(*fit, "--from", "nowhere").refusal()
