"""The ladder of convolutions: sizes, and a KL that agrees with Monte Carlo."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vaeworks import ImageVAE
from vaeworks.core.batch import Batch
from vaeworks.image.data import ImageReader, Scale
from vaeworks.image.networks import channels, halvings, sizes

SMALL = {"latent_dim": 3, "width": 4, "level_units": 2, "epochs": 1, "batch_size": 8, "device": "cpu"}


def built(shape, **settings):
    model = ImageVAE(**{**SMALL, **settings})
    model.reader_ = ImageReader(shape, "bernoulli", Scale(0.5, 0.5), None)
    torch.manual_seed(0)
    return model._build(None)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3]), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_every_size_comes_back_as_it_was(height, width, colours, levels):
    model = built((colours, height, width), levels=levels)
    pixels = torch.randint(2, (2, colours, height, width)).float()
    evidence = model.evidence(Batch(pixels), samples=2)
    assert evidence.log_likelihood.shape == (2, 2)
    assert evidence.kl.shape == (levels, 2, 2)
    assert evidence.elbo().isfinite().all()


def test_sizes_halve_down_to_four():
    assert sizes((1, 28, 28)) == [(7, 7), (14, 14)]
    assert sizes((1, 28, 20)) == [(7, 5), (14, 10)]
    assert sizes((3, 64, 64)) == [(4, 4), (8, 8), (16, 16), (32, 32)]
    assert sizes((1, 1, 1)) == [(1, 1)]
    for shape in ((1, 28, 28), (3, 64, 64), (1, 8, 8), (1, 1, 1)):
        assert len(channels(shape, 4)) == halvings(shape) == len(sizes(shape))


@torch.no_grad()
def test_the_kl_of_each_level_is_the_mean_log_ratio():
    """The closed form given the z above, against the sampled log-ratio, both averaged over draws."""
    model = built((1, 8, 8), levels=3).eval()
    for parameter in model.parameters():  # posterior and prior start out almost equal
        parameter.add_(0.1 * torch.randn_like(parameter))
    batch = Batch(torch.randint(2, (1, 1, 8, 8)).float())
    evidence = model.evidence(batch, samples=4000)
    sampled = evidence.log_posterior - evidence.log_prior
    errors = sampled.std(1) / 4000**0.5
    assert (evidence.kl.mean(1) > 0.01).all()
    assert ((evidence.kl.mean(1) - sampled.mean(1)).abs() < 4 * errors + 1e-3).all()


@torch.no_grad()
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_an_image_is_encoded_alike_alone_and_in_a_batch(levels):
    model = built((1, 8, 8), levels=levels).eval()
    pixels = torch.randint(2, (5, 1, 8, 8)).float()
    assert_close(model.encode(pixels).mean[2:3], model.encode(pixels[2:3]).mean)


def test_a_lower_level_learns_from_the_encoder():
    model = built((1, 8, 8), levels=2)
    (-model.evidence(Batch(torch.randint(2, (4, 1, 8, 8)).float())).elbo().mean()).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
