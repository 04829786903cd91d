"""What a fit says about itself when it went wrong, and what an estimator is after it was stopped."""

import pytest
from sklearn.base import clone

from vaeworks import TextVAE
from vaeworks.estimator.cautions import caution
from vaeworks.storage.session import Session

from ..toys import CtrlC

COLLAPSE, WARM_UP = "the posterior collapsed", "never reach their final values"


@pytest.fixture
def fitted(tiny_text_model, tiny_corpus):
    def fit(validation=None, **parameters):
        return clone(tiny_text_model).set_params(**{"epochs": 1, **parameters}).fit(*tiny_corpus, validation=validation)

    return fit


def test_a_collapse_is_said_with_what_to_change(fitted, caplog):
    model = fitted(rate=None, kl_warmup=0, label_weight=0.0, decoder_word_dropout=0.0, epochs=4)
    assert model.metrics_["fit"]["held_out"]["collapsed"]
    assert COLLAPSE in caplog.text
    assert "`rate`" in caplog.text


def test_a_model_that_did_not_collapse_is_not_said_to_have(tiny_text_model, caplog):
    figures = tiny_text_model.metrics_["fit"]["held_out"]
    assert not figures["collapsed"]
    caution(tiny_text_model.model_, tiny_text_model._plan(None), figures, tiny_text_model.history_)
    assert COLLAPSE not in caplog.text


def test_a_warm_up_that_outlasts_training_is_said(fitted, caplog):
    fitted(rate=None, kl_warmup=5)
    assert WARM_UP in caplog.text


def test_a_warm_up_that_ends_in_time_or_sets_nothing_is_not_said(fitted, caplog):
    fitted(rate=None, kl_warmup=1)
    fitted(rate=5.0, kl_warmup=5)
    assert WARM_UP not in caplog.text


def test_figures_of_the_fit_are_those_of_the_validation_data_given(fitted, tiny_corpus):
    texts, labels = tiny_corpus
    model = fitted(validation=(texts[:30], labels[:30]))
    assert model.metrics_["fit"]["held_out"]["examples"] == 30


@pytest.mark.parametrize("step", [3, 20])
def test_ctrl_c_leaves_a_fitted_estimator_after_the_first_epoch_and_none_before(tiny_text_model, tiny_corpus, step):
    model = clone(tiny_text_model)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*tiny_corpus, session=Session(monitors=[CtrlC(step)]))
    assert model.__sklearn_is_fitted__() is (step == 20)


def test_all_parameters_train_again_after_a_fit(tiny_text_model):
    assert all(parameter.requires_grad for parameter in tiny_text_model.model_.parameters())


def test_a_rate_that_training_never_reached_is_said(tiny_corpus, caplog):
    sizes = {"embedding_dim": 4, "encoder_units": 4, "decoder_units": 8, "bigram_buckets": 0, "max_tokens": 12}
    TextVAE(latent_dim=2, rate=15.0, epochs=1, **sizes).fit(tiny_corpus[0])
    assert "the rate was not held: asked for 15 nats" in caplog.text
