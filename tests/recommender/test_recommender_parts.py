"""The likelihood, the networks, EASE and the regulariser, each against something that is not ours."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from torch.distributions import Categorical, Independent, MixtureSameFamily, Multinomial, Normal
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.evidence import Level
from vaeworks.core.posteriors import NormalPosterior
from vaeworks.recommender import likelihoods
from vaeworks.recommender.data import interactions_of
from vaeworks.recommender.ease import best_linear, ease
from vaeworks.recommender.networks import HistoryEncoder, LinearPath
from vaeworks.recommender.regulariser import CompositeRegulariser, composite_log_prob

IDS = torch.tensor([[0, 3, 4], [2, -1, -1], [-1, -1, -1]])


def multi_hot(ids, items):
    return torch.stack([torch.bincount(row[row >= 0], minlength=items) for row in ids]).float()


def test_the_multinomial_is_that_of_torch_but_for_the_number_of_orders():
    logits = torch.randn(3, 6, generator=torch.Generator().manual_seed(0))
    mine = likelihoods.Multinomial(logits).log_prob(IDS)
    for row, counts in enumerate(multi_hot(IDS, 6)):
        total = int(counts.sum())
        orders = torch.lgamma(torch.tensor(total + 1.0))
        theirs = Multinomial(total, logits=logits[row]).log_prob(counts) - orders if total else torch.tensor(0.0)
        assert_close(mine[row], theirs)


def test_the_sparse_first_layer_is_the_dense_one():
    encoder = HistoryEncoder(6, 4, dropout=0.0)
    hot = multi_hot(IDS, 6)
    dense = hot @ encoder.table / hot.sum(1, keepdim=True).clamp(min=1).sqrt() + encoder.bias
    assert_close(encoder(IDS), torch.tanh(dense))


def test_the_linear_path_is_the_dense_product_and_silent_for_items_that_it_does_not_join():
    weights, which = torch.randn(3, 3), torch.tensor([0, 2, 4])
    path = LinearPath(weights, which, 6, 2.0, trained=False)
    full = torch.zeros(6, 6)
    full[which[:, None], which] = weights
    assert_close(path(IDS), 2.0 * multi_hot(IDS, 6) @ full)


def test_a_trained_path_keeps_its_diagonal_of_0():
    path = LinearPath(torch.zeros(6, 6), torch.arange(6), 6, 2.0, trained=True)
    optimizer = torch.optim.AdamW(path.parameters())
    path(IDS).square().sub(path(IDS)).sum().backward()
    assert path.weights.grad.abs().sum() > 0
    optimizer.step()
    assert path.weights.diagonal().abs().max() == 0


@pytest.fixture
def matrix():
    return csr_matrix((np.random.default_rng(0).random((60, 7)) < 0.4).astype(np.float32))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_each_column_of_ease_is_a_ridge_regression_on_the_other_items(matrix, dropout):
    """With dropout p in expectation: a further penalty of p / (1 - p) times an item's count on its weight."""
    dense = matrix.toarray().astype(np.float64)
    weights = ease(torch.from_numpy(dense.T @ dense), 3.0, dropout).double().numpy()
    penalty = 3.0 + dropout / (1 - dropout) * dense.sum(0)
    for item in range(7):
        others = np.delete(np.arange(7), item)
        scale = np.sqrt(penalty[others])
        ridge = Ridge(alpha=1.0, fit_intercept=False).fit(dense[:, others] / scale, dense[:, item])
        np.testing.assert_allclose(weights[others, item], ridge.coef_ / scale, atol=1e-5)
        assert weights[item, item] == 0


def test_the_judge_decides_the_penalty(matrix):
    assert best_linear(interactions_of(matrix), 7, lambda linear: -abs(linear.penalty - 800)).penalty == 800
    assert best_linear(interactions_of(matrix), 7, lambda linear: -abs(linear.penalty - 25)).penalty == 25


def test_only_the_items_that_most_users_have_are_joined(matrix):
    counts = np.asarray(matrix.sum(0)).ravel()
    joined = best_linear(interactions_of(matrix), 3, None).which.numpy()
    assert counts[joined].min() >= np.delete(counts, joined).max()


def test_the_composite_prior_is_torchs_mixture_of_its_parts():
    z, mean, scale = torch.randn(5, 2), torch.randn(5, 2), torch.rand(5, 2) + 0.5
    parts = Independent(
        Normal(
            torch.stack([torch.zeros(5, 2), mean, torch.zeros(5, 2)], 1),
            torch.stack([torch.ones(5, 2), scale, torch.full((5, 2), np.exp(5.0))], 1),
        ),
        1,
    )
    mixture = MixtureSameFamily(Categorical(torch.tensor([3 / 20, 3 / 4, 1 / 10]).expand(5, 3)), parts)
    assert_close(composite_log_prob(z, Independent(Normal(mean, scale), 1)), mixture.log_prob(z))


def test_the_old_posterior_is_renewed_after_so_many_passes():
    encoder, posterior = HistoryEncoder(6, 4, 0.0), NormalPosterior(4, 2)
    regulariser = CompositeRegulariser(encoder, posterior, 0.1, steps=2)
    q = posterior(encoder(IDS))
    level = Level(q.rsample(), q, q)
    regulariser([level], Batch(IDS), None)
    with torch.no_grad():
        encoder.bias += 1.0
    regulariser([level], Batch(IDS), None)
    assert not torch.equal(regulariser.encoder.bias, encoder.bias)
    regulariser([level], Batch(IDS), None)
    assert torch.equal(regulariser.encoder.bias, encoder.bias)
