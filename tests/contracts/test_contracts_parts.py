"""Parts of the user's own: in every kind, saved, and loaded again when they are handed over."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch import nn
from torch.distributions import Independent, Normal

from vaeworks import TabularVAE, TextVAE, VaeworksError, load
from vaeworks.cli.main import run

ROWS = np.random.default_rng(0).normal(size=(60, 3))


class WidePrior(nn.Module):
    """A normal prior whose deviation is learned."""

    def __init__(self, estimator):
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(estimator.latent_dim))

    def forward(self, condition, encode):
        return Independent(Normal(torch.zeros_like(self.log_scale), self.log_scale.exp()), 1)


def fitted(**parts):
    return TabularVAE(latent_dim=2, epochs=2, parts=parts).fit(ROWS)


def test_a_prior_of_ones_own_is_trained_and_stands_in_the_bound():
    model = fitted(prior=WidePrior)
    assert isinstance(model.model_.prior, WidePrior)
    assert (model.model_.prior.log_scale != 0).all()
    wide = model.score_samples(ROWS)
    with torch.no_grad():
        model.model_.prior.log_scale += 3
    assert (model.score_samples(ROWS) < wide).all()


def test_it_is_saved_and_loaded_when_it_is_handed_over(tmp_path, capsys):
    model = fitted(prior=WidePrior)
    model.save(tmp_path / "model")
    again = load(tmp_path / "model", parts={"prior": WidePrior})
    np.testing.assert_allclose(again.score_samples(ROWS), model.score_samples(ROWS), rtol=1e-6)
    with pytest.raises(VaeworksError, match=r"parts of its maker's own \(prior\): hand the same ones over in Python"):
        load(tmp_path / "model")
    assert run(["info", str(tmp_path / "model")]) in (0, None)  # its card and figures need no part
    with pytest.raises(VaeworksError, match="has its own decoder: leave 'decoder' out"):
        load(tmp_path / "model", parts={"prior": WidePrior, "decoder": nn.Identity})
    capsys.readouterr()


def test_a_module_is_copied_so_that_a_second_fit_begins_anew():
    own = WidePrior(SimpleNamespace(latent_dim=2))
    estimator = TabularVAE(latent_dim=2, epochs=2, parts={"prior": own})
    one, other = estimator.fit(ROWS).score_samples(ROWS), clone(estimator).fit(ROWS).score_samples(ROWS)
    np.testing.assert_array_equal(one, other)
    assert (estimator.model_.prior.log_scale != 0).all()
    assert (own.log_scale == 0).all()


def test_an_encoder_of_ones_own_reads_texts():
    class Bag(nn.Module):
        """Mean and maximum of word vectors, of the size that the posterior reads."""

        def __init__(self, estimator):
            super().__init__()
            self.words = nn.Embedding(len(estimator.reader_.vocabulary), 2 * estimator.encoder_units)

        def forward(self, tokens):
            vectors = self.words(tokens)
            return torch.cat([vectors.mean(1), vectors.amax(1)], dim=-1)

    model = TextVAE(epochs=1, parts={"encoder": Bag}).fit(["a film to love", "a film to forget"] * 20)
    assert model.transform(["a film"]).shape == (1, 32)


@pytest.mark.parametrize("parts", [{"price": nn.Identity}, {"prior": 3}, {"prior": lambda estimator: 3}])
def test_what_is_no_part_is_refused(parts):
    with pytest.raises(VaeworksError, match="parts"):
        fitted(**parts)
