"""Two levels of linear-Gaussian latents, whose likelihood is a normal density."""

import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.choosing import from_prior, replay
from vaeworks.core.model import importance_bound

from ..toys import two_level_likelihood, two_level_vae


@torch.no_grad()
def made():
    """A model whose posteriors are broad, so that a sum of importance weights converges."""
    torch.manual_seed(1)
    model = two_level_vae()
    for posterior in (model.posterior, model.blocks[0].posterior):
        posterior.linear.weight.mul_(0.3)
    return model, torch.randn(8, 3)


@torch.no_grad()
def test_importance_bound_over_two_levels_reaches_the_exact_likelihood():
    model, x = made()
    bound = importance_bound(model, Batch(x), samples=40_000, at_once=10_000)
    assert_close(bound, two_level_likelihood(model, x), atol=0.05, rtol=0)


@torch.no_grad()
def test_draws_from_both_priors_alone_give_the_same_likelihood():
    model, x = made()
    _, state, condition = model.descend(Batch(None), from_prior, 200_000)
    means, scale = model.decoder(state, condition).entries.mean, model.decoder.log_scale.exp()
    brute = torch.stack([torch.distributions.Normal(means, scale).log_prob(row).sum(1).logsumexp(0) for row in x])
    assert_close(brute - torch.tensor(200_000.0).log(), two_level_likelihood(model, x), atol=0.05, rtol=0)


@torch.no_grad()
def test_elbo_over_two_levels_is_below_the_exact_likelihood():
    model, x = made()
    exact = two_level_likelihood(model, x)
    assert (model.evidence(Batch(x), samples=500).elbo() < exact).all()


@torch.no_grad()
def test_replaying_the_latents_of_a_pass_gives_its_state():
    model, x = made()
    levels, state, _ = model.descend(Batch(x), from_prior, 3)
    assert_close(model.descend(Batch(None), replay([level.z for level in levels]), len(state))[1], state)


@torch.no_grad()
def test_evidence_has_one_entry_for_each_level_sample_and_example():
    model, x = made()
    evidence = model.evidence(Batch(x), samples=5)
    assert evidence.kl.shape == evidence.log_prior.shape == evidence.log_posterior.shape == (2, 5, 8)
    assert evidence.log_likelihood.shape == evidence.log_labels.shape == (5, 8)
