"""A linear-Gaussian VAE is probabilistic PCA, whose likelihood and posterior are known (Tipping & Bishop 1999)."""

import pytest
import torch
from sklearn.decomposition import PCA
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.model import importance_bound
from vaeworks.fitting.plan import Phase, Plan, Schedule
from vaeworks.fitting.training import fit

from ..toys import Examples, linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=200)
PCA_OF_X = PCA(n_components=2).fit(X.double().numpy())
EXACT = torch.from_numpy(PCA_OF_X.score_samples(X.double().numpy())).float()


@torch.no_grad()
def probabilistic_pca(posterior_log_variance=0.0):
    """The maximum-likelihood model with its exact posterior; the argument is added to the posterior's log-variance."""
    components, noise = torch.tensor(PCA_OF_X.components_).float(), float(PCA_OF_X.noise_variance_)
    strengths, centre = torch.tensor(PCA_OF_X.explained_variance_).float(), torch.tensor(PCA_OF_X.mean_).float()
    loadings = components.T * (strengths - noise).sqrt()
    project = (loadings / strengths).T
    model = linear_vae()
    model.decoder.network.weight.copy_(loadings)
    model.decoder.network.bias.copy_(centre)
    model.decoder.log_scale.fill_(0.5 * torch.tensor(noise).log())
    model.posterior.linear.weight.copy_(torch.cat([project, torch.zeros_like(project)]))
    model.posterior.linear.bias.copy_(
        torch.cat([-project @ centre, (noise / strengths).log() + posterior_log_variance])
    )
    return model


@torch.no_grad()
def test_elbo_under_the_exact_posterior_is_the_exact_likelihood_on_average():
    torch.manual_seed(0)
    elbo = probabilistic_pca().evidence(Batch(X), samples=2000).elbo()
    assert_close(elbo, EXACT, atol=0.15, rtol=0)
    assert_close(elbo.mean(), EXACT.mean(), atol=0.01, rtol=0)


@torch.no_grad()
def test_one_draw_from_the_exact_posterior_weighs_the_exact_likelihood():
    assert_close(probabilistic_pca().evidence(Batch(X)).importance_bound(), EXACT, atol=1e-3, rtol=1e-4)


@torch.no_grad()
def test_importance_bound_reaches_the_exact_likelihood_from_a_wrong_posterior():
    torch.manual_seed(0)
    model = probabilistic_pca(posterior_log_variance=0.7)
    evidence = model.evidence(Batch(X), samples=4096)
    assert_close(evidence.importance_bound().mean(), EXACT.mean(), atol=0.01, rtol=0)
    assert evidence.elbo().mean() < EXACT.mean() - 0.2


@torch.no_grad()
@pytest.mark.parametrize("log_variance", [-1.0, 0.7])
def test_elbo_misses_the_likelihood_by_the_kl_to_the_exact_posterior(log_variance):
    torch.manual_seed(0)
    wrong, right = probabilistic_pca(log_variance), probabilistic_pca()
    gap = torch.distributions.kl_divergence(wrong.encode(X), right.encode(X))
    elbo = wrong.evidence(Batch(X), samples=2000).elbo()
    assert_close(elbo.mean(), (EXACT - gap).mean(), atol=0.01, rtol=0)


@torch.no_grad()
def test_chunked_importance_bound_reaches_the_exact_likelihood():
    torch.manual_seed(0)
    bound = importance_bound(probabilistic_pca(0.7), Batch(X), samples=1001, at_once=100)
    assert_close(bound.mean(), EXACT.mean(), atol=0.02, rtol=0)


@pytest.mark.slow
def test_training_reaches_the_likelihood_of_probabilistic_pca():
    torch.manual_seed(0)
    model, epochs = linear_vae(), 60
    phase = Phase(epochs, learning_rate=Schedule(0.05, 0.0, epochs, "cosine"))
    fit(model, Examples(Batch(X), 20), Plan((phase,), weight_decay=0.0))
    with torch.no_grad():
        elbo = model.evidence(Batch(X), samples=1000).elbo().mean()
    assert_close(elbo, EXACT.mean(), atol=0.02, rtol=0)
