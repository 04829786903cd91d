"""Principal components in the place of columns: the same likelihood, by torch.distributions, and the same answers."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch.distributions import Normal
from torch.testing import assert_close

from vaeworks import TabularVAE, load
from vaeworks.tabular.components import COMPONENTS, Components, InSpan, behind_components, principal_axes
from vaeworks.tabular.networks import perceptron

COLUMNS = 220


@pytest.fixture(scope="module")
def rows():
    """As pixels: many columns of one unit that vary along few directions."""
    random = np.random.default_rng(0)
    codes = np.repeat(random.normal(size=(4, 6)) * 3, 75, 0) + random.normal(size=(300, 6))
    return codes @ random.normal(size=(6, COLUMNS)) + random.normal(size=(300, COLUMNS))


@pytest.fixture(scope="module")
def plane(rows):
    return TabularVAE(latent_dim=2, scaling="table", width=32, epochs=100, batch_size=64).fit(rows)


def test_axes_are_those_of_pca(rows):
    axes = principal_axes(rows, 0)
    expected = PCA(COMPONENTS, svd_solver="full").fit(rows).components_
    assert_close(np.abs(np.diag(expected[:6] @ axes[:, :6])), np.ones(6), rtol=0, atol=1e-6)
    assert principal_axes(rows[:COMPONENTS], 0) is None
    assert principal_axes(rows[:, :COMPONENTS], 0) is None


def test_the_density_of_whole_rows_is_that_of_their_columns(rows):
    axes = torch.from_numpy(principal_axes(rows, 0))
    places, scale, value = torch.randn(300, COMPONENTS).double(), torch.tensor([0.7]).double(), torch.from_numpy(rows)
    expected = Normal(places @ axes.T, 0.7).log_prob(value).sum(1)
    assert_close(InSpan(places, axes, scale).log_prob_of_rows(value), expected)


def test_an_encoder_starts_with_outputs_as_large_as_one_of_columns(rows):
    axes, targets = torch.from_numpy(principal_axes(rows, 0)).float(), torch.from_numpy(rows).float()
    torch.manual_seed(0)
    plain, _ = perceptron(COLUMNS, 1000, 1)
    behind = behind_components(perceptron(COMPONENTS, 1000, 1)[0], axes)
    assert isinstance(behind[0], Components)
    ratio = behind[1](behind[0](targets)).std() / plain[0](targets).std()
    assert 0.8 < ratio < 1.2


@pytest.mark.slow
def test_a_map_of_many_columns_works_along_components_and_scores_all_columns(plane, rows):
    assert plane.reader_.components == COMPONENTS
    z = torch.from_numpy(plane.transform(rows))
    target = (torch.from_numpy(rows) - plane.model_.decoder.scales.centre) / plane.model_.decoder.scales.spread
    row = plane.model_.decoder(z)
    assert_close(row.log_prob(target), row.log_prob(target, torch.ones_like(target).bool()), rtol=1e-5, atol=1e-3)


def test_holes_that_come_later_are_filled(plane, rows):
    holes = rows[:20].copy()
    holes[:, ::7] = np.nan
    filled = plane.impute(holes)
    means = np.broadcast_to(rows.mean(0), rows.shape)[:20]
    error, naive = (((guess - rows[:20])[:, ::7] ** 2).mean() for guess in (filled, means))
    assert error < 0.8 * naive


@pytest.mark.parametrize("compact", [False, True])
def test_what_is_saved_and_loaded_places_alike_along_the_same_axes(plane, rows, tmp_path, compact):
    plane.save(tmp_path / "model", compact=compact)
    again = load(tmp_path / "model")
    np.testing.assert_allclose(again.transform(rows), plane.transform(rows), atol=0.05 if compact else 1e-9)
    axes = again.model_.encoder[0].axes
    assert_close(axes.T @ axes, torch.eye(COMPONENTS).double(), rtol=0, atol=1e-5)


def test_densities_of_rows_are_exact_in_half_precision(rows):
    axes = torch.from_numpy(principal_axes(rows, 0)).float()
    value, scale = torch.from_numpy(rows).float(), torch.tensor([0.1])
    row = InSpan(value @ axes, axes, scale)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = row.log_prob_of_rows(value)
    assert_close(mixed, row.log_prob_of_rows(value), rtol=1e-4, atol=0.1)


def test_training_goes_on_from_a_fitted_model(plane, rows):
    other = rows[::-1][:200] + np.random.default_rng(1).normal(size=(200, COLUMNS))
    further = deepcopy(plane).set_params(epochs=1, batch_size=64).go_on(other)
    assert further.reader_.components == COMPONENTS
    assert_close(further.model_.encoder[0].axes, plane.model_.encoder[0].axes)
    assert_close(further.model_.decoder.families[0].axes, plane.model_.encoder[0].axes)


@pytest.mark.parametrize(
    "settings", [{"masking": 0.1}, {"scaling": "standard"}, {"neighbour_weight": 0.0}, {"depth": 0}]
)
def test_columns_are_read_where_components_do_not_stand_for_them(rows, settings):
    model = TabularVAE(latent_dim=2, width=8, epochs=1, **{"scaling": "table", **settings}).fit(rows)
    assert model.reader_.components == 0
