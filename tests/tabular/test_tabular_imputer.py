"""Filling holes as a step of scikit-learn's pipelines."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from vaeworks import TabularImputer, TabularVAE

SMALL = TabularVAE(epochs=60, width=32, device="cpu")


@pytest.fixture(scope="module")
def iris():
    table, species = load_iris(return_X_y=True, as_frame=True)
    return table.mask(np.random.default_rng(0).random(table.shape) < 0.3), species, table


def test_a_pipeline_with_holes_learns(iris):
    holes, species, _ = iris
    scores = cross_val_score(
        make_pipeline(TabularImputer(SMALL), LogisticRegression(max_iter=500)), holes, species, cv=3
    )
    assert scores.mean() > 0.8


def test_it_fills_better_than_means_and_leaves_what_was_there(iris):
    holes, _, table = iris
    imputer = TabularImputer(SMALL).fit(holes)
    full, gone = imputer.transform(holes), holes.isna()
    assert isinstance(full, pd.DataFrame)
    pd.testing.assert_frame_equal(full[~gone], holes)
    means = pd.DataFrame(SimpleImputer().fit_transform(holes), columns=holes.columns)
    error, usual = (((each - table)[gone] ** 2).sum().sum() for each in (full, means))
    assert error < 0.5 * usual
    assert imputer.get_feature_names_out().tolist() == list(holes)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_it_passes_every_check_of_scikit_learn():
    results = check_estimator(TabularImputer(TabularVAE(epochs=2, width=16, device="cpu"), samples=20), on_fail=None)
    assert {each["check_name"]: each["exception"] for each in results if each["status"] == "failed"} == {}
