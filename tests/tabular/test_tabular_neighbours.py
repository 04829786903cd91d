"""The neighbour term against brute force."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from torch.testing import assert_close

from vaeworks.tabular.neighbours import MOST_TOGETHER, grouped_order, nearest, partner_cross_entropy


def test_neighbours_are_the_exact_ones():
    rows = np.random.default_rng(0).normal(size=(200, 8))
    _, exact = NearestNeighbors(n_neighbors=6).fit(rows).kneighbors(rows)
    assert (np.sort(nearest(rows, 5)) == np.sort(exact[:, 1:])).mean() > 0.99  # float32 may swap a tie


@given(st.integers(3, 120), st.integers(0, 1000))
def test_an_order_has_every_row_once_and_groups_a_row_with_neighbours(count, seed):
    random = np.random.default_rng(seed)
    neighbours = nearest(random.normal(size=(count, 3)), 4)
    order, groups = grouped_order(neighbours, random)
    assert sorted(order.tolist()) == list(range(count))
    sizes = np.bincount(groups)
    assert sizes.max() <= MOST_TOGETHER
    assert (sizes[groups] > 1).mean() >= 0.5
    for number in range(len(sizes)):
        first, *others = order[groups == number]
        assert set(others) <= set(neighbours[first].tolist())


def test_cross_entropy_over_several_partners_is_their_mean():
    z = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    three = partner_cross_entropy(z, torch.tensor([0, 0, 0, 1, 2]))
    total = 0.0
    for row, others in {0: (1, 2), 1: (0, 2), 2: (0, 1)}.items():
        attraction = 1 / (1 + ((z - z[row]) ** 2).sum(1))
        chances = attraction / (attraction.sum() - attraction[row])
        total -= sum(chances[other].log() for other in others) / 2
    assert_close(three, total / 3, atol=1e-5, rtol=1e-5)


def test_cross_entropy_is_that_of_finding_the_partner():
    z, pairs = torch.randn(6, 2, generator=torch.Generator().manual_seed(0)), torch.tensor([4, 4, 1, 7, 7, 2])
    total, partner = 0.0, {0: 1, 1: 0, 3: 4, 4: 3}
    for row, other in partner.items():
        attraction = 1 / (1 + ((z - z[row]) ** 2).sum(1))
        total -= (attraction[other] / (attraction.sum() - attraction[row])).log()
    assert_close(partner_cross_entropy(z, pairs), total / 4, atol=1e-5, rtol=1e-5)


def test_rows_without_a_partner_cost_nothing():
    z = torch.randn(4, 2, requires_grad=True)
    loss = partner_cross_entropy(z, torch.tensor([1, 0, 3, 2]))
    loss.backward()
    assert loss.item() == 0.0
    assert not z.grad.any()
