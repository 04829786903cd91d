"""What a denoiser's parts make of a picture, against the closed form of a linear normal decoder."""

import pytest
import torch
from torch.distributions import MultivariateNormal
from torch.testing import assert_close

from vaeworks import ImageDenoiser
from vaeworks.core.choosing import from_posterior
from vaeworks.core.model import importance_bound
from vaeworks.denoiser.data import PhotoReader
from vaeworks.denoiser.networks import COLOURS, PLANES
from vaeworks.pixels.networks import mixed

from .conftest import waves


@pytest.fixture
def model_and_batch():
    """An untrained model whose z matters, and one patch of 8 x 8 grey pixels."""
    estimator = ImageDenoiser(width=4, latent_dim=2, patch=8, batch_size=1, highest=5.0, device="cpu")
    photos = [photo[..., :1] for photo in waves(2, 8, 8)]
    estimator.reader_, data, _ = PhotoReader.learn(photos, None, estimator, 0.0)
    torch.manual_seed(0)
    model = estimator._build(data).eval()
    with torch.no_grad():
        model.conditioner.prior.weight.mul_(10)
    return model.double(), doubled(next(iter(data.epoch(0))))


def doubled(batch):
    return batch._mapped(lambda tensor: tensor if tensor.dtype == torch.bool else tensor.double())


def test_planes_and_back_are_the_same_colours_and_grey_has_none():
    pixels = torch.rand(2, 3, 4, 5) * 255
    assert_close(mixed(mixed(pixels, PLANES), COLOURS), pixels, rtol=0, atol=1e-3)
    grey = pixels[:, :1].expand(-1, 3, -1, -1)
    assert_close(mixed(grey, PLANES), torch.cat([grey[:, :1], torch.zeros(2, 2, 4, 5)], 1), rtol=0, atol=1e-3)


def exact_log_likelihood(model, batch):
    """log p(clean | noisy): the decoder's mean is linear in a normal z, so that the picture is normal."""
    condition = model.read(batch)[1]
    prior = model.prior(condition, None)
    mean, scale = prior.mean.flatten(), prior.stddev.flatten()
    likelihood = model.decoder(prior.mean, condition)
    columns = torch.autograd.functional.jacobian(
        lambda z: model.decoder(z.view_as(prior.mean), condition).mean().flatten(), mean
    )
    covariance = columns * scale.square() @ columns.T + torch.diag(likelihood.stddev().flatten().square())
    return MultivariateNormal(likelihood.mean().flatten(), covariance).log_prob(batch.target.flatten())


def test_the_bounds_lie_under_the_exact_likelihood_and_the_importance_bound_reaches_it(model_and_batch):
    model, batch = model_and_batch
    torch.manual_seed(0)
    exact = exact_log_likelihood(model, batch).detach()
    with torch.no_grad():
        elbo = torch.stack([model.evidence(batch, 100).elbo() for _ in range(5)]).mean()
        bound = importance_bound(model, batch, 100_000, 10_000)
    assert elbo < exact
    assert_close(bound[0], exact, rtol=0, atol=0.05)
    assert exact - elbo > 0.05  # or the test says nothing


def test_the_prior_and_the_default_picture_never_see_the_clean_one(model_and_batch):
    model, batch = model_and_batch
    clean = batch.target.clone().requires_grad_()
    batch.input = clean
    levels, state, condition = model.descend(batch, from_posterior)
    assert torch.autograd.grad(state.sum(), clean, retain_graph=True)[0].abs().max() > 0
    prior = levels[0].prior
    shown = model.decoder(prior.mean, condition).mean()
    for seen in (prior.mean, prior.stddev, shown):
        [gradient] = torch.autograd.grad(seen.sum(), clean, retain_graph=True, allow_unused=True)
        assert gradient is None


def test_the_bound_trains_no_part_of_the_mean_that_users_get(model_and_batch):
    model, batch = model_and_batch
    (-model.evidence(batch).elbo().sum()).backward()
    trained = {name for name, weight in model.conditioner.named_parameters() if weight.grad is not None}
    assert {name.split(".")[0] for name in trained} == {"scale", "prior", "gate"}


def test_grey_pictures_stay_grey_in_a_network_of_colours():
    estimator = ImageDenoiser(width=4, latent_dim=2, patch=8, device="cpu")
    estimator.reader_, data, _ = PhotoReader.learn(waves(2, 8, 8), None, estimator, 0.0)
    model = estimator._build(data).eval()
    batch = next(
        iter(PhotoReader(3, 1).data([photo[..., :1] for photo in waves(1, 8, 8)], None, estimator).epoch(None))
    )
    _, state, condition = model.descend(batch, from_posterior)
    found = model.decoder(state, condition).mean()
    assert_close(found[:, 0], found[:, 2], rtol=0, atol=1e-3)
    assert batch.observed[:, 0].all()
    assert not batch.observed[:, 1:].any()
