"""The aggregated posterior: a mixture fitted to the codes of data, kept beside the model."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from vaeworks import ImageVAE, VaeworksError, load
from vaeworks.estimator.aggregated import AggregatedPosterior
from vaeworks.estimator.sampling import draw_codes

SMALL = {"latent_dim": 2, "width": 4, "epochs": 2, "batch_size": 20, "device": "cpu"}


def images():
    random = np.random.default_rng(0)
    return (random.integers(0, 40, (80, 6, 6)) + np.arange(80)[:, None, None] % 2 * 200).astype(np.uint8)


@pytest.mark.slow
def test_it_finds_two_clusters():
    random = np.random.default_rng(0)
    draws = random.normal(size=(2000, 2)) * 0.3 + np.where(random.random((2000, 1)) < 0.25, -4.0, 3.0)
    torch.manual_seed(0)
    sampled = AggregatedPosterior.fit(draws, seed=0).sample(4000)
    left = sampled[:, 0] < 0
    assert left.float().mean().item() == pytest.approx(0.25, abs=0.03)
    for side, centre in ((left, -4.0), (~left, 3.0)):
        assert_close(sampled[side].mean(0), torch.full((2,), centre), atol=0.05, rtol=0)
        assert_close(sampled[side].std(0), torch.full((2,), 0.3), atol=0.05, rtol=0)


@pytest.mark.parametrize("size", [np.nan, np.inf, 1e25], ids=str)
def test_codes_that_no_mixture_fits_are_refused(size):
    draws = np.outer(np.linspace(-1, 1, 100), [1.0, 1.0]) * size
    with pytest.raises(VaeworksError, match="no mixture fits the codes"):
        AggregatedPosterior.fit(draws, seed=0)


@pytest.mark.slow
def test_samples_come_from_it_and_it_is_saved(tmp_path):
    model = ImageVAE(**SMALL).fit(images())
    sampled = model.sample(4, prior="aggregated")
    assert not np.array_equal(sampled, model.sample(4))
    model.save(tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").sample(4, prior="aggregated"), sampled)


def test_a_model_without_it_says_so_and_can_be_given_one(tmp_path):
    model = ImageVAE(**SMALL).fit(images())
    model.aggregated_ = None
    model.save(tmp_path / "m")
    bare = load(tmp_path / "m")
    with pytest.raises(VaeworksError, match="fit_aggregated"):
        bare.sample(2, prior="aggregated")
    assert bare.fit_aggregated(images()).sample(2, prior="aggregated").shape == (2, 6, 6, 1)


def test_another_prior_to_draw_from_is_refused():
    with pytest.raises(VaeworksError, match="choose auto, model or aggregated"):
        ImageVAE(**SMALL).fit(images()).sample(2, prior="flow")


def test_one_image_has_none():
    assert ImageVAE(**SMALL, validation_fraction=0.0).fit(images()[:1]).aggregated_ is None


def test_draws_have_the_moments_of_the_mixture_and_no_temperature_gives_its_means():
    random = np.random.default_rng(0)
    codes = np.concatenate(
        [random.normal(size=(400, 2)) @ [[1, 0.8], [0, 0.3]] + centre for centre in ([0, 0], [9, 4])]
    )
    found = AggregatedPosterior.fit(codes, 0)
    torch.manual_seed(0)
    drawn = found.sample(40_000)
    np.testing.assert_allclose(drawn.mean(0), found.mixture.mean, atol=0.1)
    np.testing.assert_allclose(drawn.var(0), found.mixture.variance, rtol=0.05)
    still = {tuple(row) for row in found.sample(500, temperature=0.0).tolist()}
    assert still <= {tuple(row) for row in found.tensors["means"].tolist()}


def test_codes_for_a_label_come_from_where_codes_lie():
    """As where the posteriors left the prior, so that p(label | z) was never learned there."""
    images = np.zeros((200, 4, 4), np.uint8)
    labels = np.arange(200) % 2
    images[labels == 1, :2] = 255
    model = ImageVAE(latent_dim=2, epochs=5, width=4, batch_size=20).fit(images, labels)
    far = torch.tensor([[30.0, 30.0]])
    model.aggregated_ = AggregatedPosterior(torch.ones(1), far, 0.1 * torch.eye(2)[None])
    assert (draw_codes(model, 5, label=1) > 20).all()
    assert (draw_codes(model, 5) < 10).all()
    assert (draw_codes(model, 5, label=1, prior="model") < 10).all()
