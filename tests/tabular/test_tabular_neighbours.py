"""The neighbour term against brute force."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from torch.testing import assert_close

from vaeworks.tabular.neighbours import nearest, paired_order, partner_cross_entropy


def test_neighbours_are_the_exact_ones():
    rows = np.random.default_rng(0).normal(size=(200, 8))
    _, exact = NearestNeighbors(n_neighbors=6).fit(rows).kneighbors(rows)
    assert (np.sort(nearest(rows, 5, 0)) == np.sort(exact[:, 1:])).mean() > 0.99  # float32 may swap a tie


@given(st.integers(3, 120), st.integers(0, 1000))
def test_an_order_has_every_row_once_and_pairs_neighbours(count, seed):
    random = np.random.default_rng(seed)
    neighbours = nearest(random.normal(size=(count, 3)), 4, 0)
    order, pairs = paired_order(neighbours, random)
    assert sorted(order.tolist()) == list(range(count))
    for number in set(pairs.tolist()) - {-1}:
        one, other = order[pairs == number]
        assert other in neighbours[one] or one in neighbours[other]
    assert (pairs >= 0).sum() >= count / 2


def test_cross_entropy_is_that_of_finding_the_partner():
    z, pairs = torch.randn(6, 2, generator=torch.Generator().manual_seed(0)), torch.tensor([4, 4, -1, 7, 7, -1])
    total, partner = 0.0, {0: 1, 1: 0, 3: 4, 4: 3}
    for row, other in partner.items():
        attraction = 1 / (1 + ((z - z[row]) ** 2).sum(1))
        total -= (attraction[other] / (attraction.sum() - attraction[row])).log()
    assert_close(partner_cross_entropy(z, pairs), total / 4, atol=1e-5, rtol=1e-5)


def test_rows_without_a_partner_cost_nothing():
    z = torch.randn(4, 2, requires_grad=True)
    loss = partner_cross_entropy(z, torch.tensor([-1, -1, 3, -1]))
    loss.backward()
    assert loss.item() == 0.0
    assert not z.grad.any()
