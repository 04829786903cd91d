"""`TabularVAE` against closed forms, scikit-learn's own checks, and the tables that people have."""

import logging
from copy import deepcopy

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from scipy.linalg import subspace_angles
from scipy.stats import multivariate_normal
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.manifold import trustworthiness
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from vaeworks import TabularVAE, VaeworksError, load

from ..toys import linear_gaussian_data

LINEAR = linear_gaussian_data(rows=400).double().numpy()
RANDOM = np.random.default_rng(0)
PEOPLE = pd.DataFrame(
    {
        "height": RANDOM.normal(170, 10, 300),
        "children": RANDOM.poisson(1.5, 300),
        "town": RANDOM.choice(["Bern", "Genf", "Zug"], 300),
        "member": RANDOM.random(300) < 0.5,
        "grade": pd.Categorical(RANDOM.choice(["low", "mid", "top"], 300), ["low", "mid", "top"], ordered=True),
    }
)
PEOPLE.loc[PEOPLE["town"] == "Zug", "height"] += 60.0
SMALL = {"latent_dim": 2, "width": 16, "epochs": 5, "neighbour_weight": 0.0, "device": "cpu"}


@pytest.fixture(scope="module")
def linear():
    """A linear encoder and decoder with one noise scale: probabilistic PCA."""
    settings = {"latent_dim": 2, "depth": 0, "scaling": "table", "neighbour_weight": 0.0, "validation_fraction": 0.0}
    return TabularVAE(**settings, epochs=150, learning_rate=0.02, batch_size=40, device="cpu").fit(LINEAR)


@pytest.fixture(scope="module")
def people():
    return TabularVAE(**{**SMALL, "epochs": 60}, learning_rate=1e-2).fit(PEOPLE)


def damaged(table, share=0.2, seed=1):
    """The same table with holes."""
    return table.mask(np.random.default_rng(seed).random(table.shape) < share)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_it_passes_every_check_of_scikit_learn(caplog):
    caplog.set_level(logging.ERROR, logger="vaeworks")
    results = check_estimator(
        TabularVAE(epochs=30, width=32, learning_rate=4e-3, device="cpu"),
        on_fail=None,
        expected_failed_checks={
            "check_classifiers_regression_target": "fractions are left aside, for a later regressor",
            "check_supervised_y_no_nan": "a label that is NaN is missing, and one that is infinite is a class",
        },
    )
    assert {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"} == {}
    assert [result["check_name"] for result in results if result["status"] == "skipped"] == ["check_array_api_input"]


def test_labels_in_a_column_are_read_with_a_word():
    X = np.arange(20.0).reshape(10, 2)
    with pytest.warns(DataConversionWarning):
        assert TabularVAE(epochs=1).fit(X, np.repeat([[0], [1]], 5, 0)).classes_.tolist() == [0, 1]


@pytest.mark.parametrize("scoring", [None, "accuracy", "roc_auc_ovr"])
def test_folds_of_rows_that_are_sorted_by_class_hold_every_class(scoring):
    y = np.repeat([0, 1, 2], 30)
    X = np.random.default_rng(0).normal(size=(90, 2)) + 3 * y[:, None]
    scores = cross_val_score(TabularVAE(epochs=60, width=32), X, y, scoring=scoring, cv=3)
    assert scores.min() > (-15 if scoring is None else 0.8)
    assert not is_classifier(TabularVAE(epochs=1).fit(X))


def test_it_votes_with_other_classifiers():
    y = np.repeat(["a", "b"], 40)
    X = np.random.default_rng(0).normal(size=(80, 2)) + 3 * (y == "b")[:, None]
    voting = VotingClassifier([("vae", TabularVAE(epochs=20, width=32)), ("line", LogisticRegression())], voting="soft")
    assert voting.fit(X, y).score(X, y) > 0.9


@pytest.mark.slow
def test_a_linear_model_reaches_the_likelihood_of_probabilistic_pca(linear):
    exact = PCA(2).fit(LINEAR).score(LINEAR)  # Tipping & Bishop 1999
    assert exact - 0.05 < linear.score(LINEAR) < exact + 0.02


def test_a_linear_model_finds_the_subspace_of_pca(linear):
    loadings = linear.model_.decoder.network[-1].weight.detach().numpy()
    assert np.degrees(subspace_angles(loadings, PCA(2).fit(LINEAR).components_.T)).max() < 4


def test_anomaly_score_is_the_negative_likelihood(linear):
    exact = PCA(2).fit(LINEAR).score_samples(LINEAR)
    assert np.corrcoef(-linear.anomaly_score(LINEAR), exact)[0, 1] > 0.99


@pytest.mark.slow
def test_anomaly_scores_do_not_depend_on_how_a_column_is_bent():
    """A row is as odd by the logarithms of its numbers as by the numbers of a positive column."""
    random = np.random.default_rng(0)
    numbers = np.exp(random.normal(size=(300, 1)) + 0.3 * random.normal(size=(300, 4)))
    settings = {"latent_dim": 1, "neighbour_weight": 0, "width": 16, "epochs": 20, "scaling": "standard"}
    names = [f"x{index}" for index in range(4)]
    positive = TabularVAE(kinds=dict.fromkeys(names, "positive"), **settings).fit(numbers)
    real = TabularVAE(**settings).fit(np.log(numbers))
    np.testing.assert_allclose(positive.anomaly_score(numbers), real.anomaly_score(np.log(numbers)), rtol=1e-3)
    assert not np.allclose(positive.score_samples(numbers), real.score_samples(np.log(numbers)), atol=0.1)
    numbers[::2, 1] = numbers[1::3, 3] = np.nan
    np.testing.assert_allclose(positive.anomaly_score(numbers), real.anomaly_score(np.log(numbers)), rtol=1e-3)


def test_holes_are_filled_with_the_conditional_mean(linear):
    """Of the normal distribution that the linear model is, in closed form."""
    decoder = linear.model_.decoder
    spread, centres = linear.reader_.columns[0].spread, np.array([column.centre for column in linear.reader_.columns])
    loadings = decoder.network[-1].weight.detach().numpy() * spread
    mean = decoder.network[-1].bias.detach().numpy() * spread + centres
    noise = decoder.families[0](decoder.network[-1].bias[None]).stddev[0, 0].item() * spread
    covariance = loadings @ loadings.T + noise**2 * np.eye(5)
    rows = LINEAR[:50].copy()
    rows[:, [1, 3]] = np.nan
    seen, gone = [0, 2, 4], [1, 3]
    gain = covariance[np.ix_(gone, seen)] @ np.linalg.inv(covariance[np.ix_(seen, seen)])
    exact = mean[gone] + (rows[:, seen] - mean[seen]) @ gain.T
    filled = linear.impute(rows, samples=3000)
    assert np.array_equal(filled[:, seen], rows[:, seen])
    assert np.abs(filled[:, gone] - exact).mean() < 0.15 * np.abs(LINEAR[:50, gone] - exact).mean()


@pytest.mark.slow
def test_a_row_with_holes_is_scored_by_what_is_there(linear):
    linear = clone(linear).set_params(masking=0.4).fit(LINEAR)
    decoder, spread = linear.model_.decoder, linear.reader_.columns[0].spread
    loadings = decoder.network[-1].weight.detach().numpy() * spread
    mean = decoder.network[-1].bias.detach().numpy() * spread + [column.centre for column in linear.reader_.columns]
    noise = decoder.families[0](decoder.network[-1].bias[None]).stddev[0, 0].item() * spread
    seen = [0, 1, 3]
    covariance = (loadings @ loadings.T + noise**2 * np.eye(5))[np.ix_(seen, seen)]
    rows = np.full((40, 5), np.nan)
    rows[:, seen] = LINEAR[:40, seen]
    exact = multivariate_normal(mean[seen], covariance).logpdf(LINEAR[:40, seen])
    bound = linear.evaluate(rows, samples=2000)["importance_bound_nats"]
    assert abs(bound - exact.mean()) < 0.1


@pytest.mark.slow
def test_a_map_keeps_neighbours_of_one_class_better_than_without_the_neighbour_term():
    X, y = load_digits(return_X_y=True)
    near = {}
    for weight in (0.0, None):
        codes = TabularVAE(latent_dim=2, neighbour_weight=weight, width=64, epochs=80, device="cpu").fit_transform(X)
        near[weight] = cross_val_score(KNeighborsClassifier(5), codes, y, cv=5).mean()
        assert trustworthiness(X, codes, n_neighbors=5) > 0.94
    assert near[None] > max(near[0.0] + 0.02, 0.92)


@pytest.mark.slow
def test_filled_holes_come_nearer_than_means():
    X = StandardScaler().fit_transform(load_iris().data)
    holes = np.random.default_rng(0).random(X.shape) < 0.2
    model = TabularVAE(latent_dim=2, masking=0.2, neighbour_weight=0.0, device="cpu").fit(np.where(holes, np.nan, X))
    filled = model.impute(np.where(holes, np.nan, X))
    assert np.sqrt(((filled - X)[holes] ** 2).mean()) < 0.75 * X[holes].std()


@pytest.mark.slow
def test_several_imputations_differ_only_in_the_holes(people):
    table = damaged(PEOPLE[:60])
    one, other = people.impute(table, imputations=2)
    for name in table.columns:
        there = table[name].notna().to_numpy()
        assert list(one[name][there]) == list(table[name][there])
        assert one[name].notna().all()
    assert not one.equals(other)


@pytest.mark.parametrize("name", ["pandas", "polars", "arrow"])
def test_rows_come_back_in_the_form_and_types_of_the_fit(name):
    make = {"pandas": lambda x: x, "polars": pl.from_pandas, "arrow": pa.Table.from_pandas}[name]
    plain = PEOPLE.drop(columns="grade")
    drawn = TabularVAE(**SMALL).fit(make(plain)).sample(20)
    assert type(drawn) is type(make(plain))
    table = drawn if name == "pandas" else drawn.to_pandas()
    assert [str(kind) for kind in table.dtypes[:2]] == ["float64", "int64"]
    assert set(table["town"]) <= {"Bern", "Genf", "Zug"}
    assert set(table["member"]) <= {True, False}
    assert (table["children"] >= 0).all()


def test_a_pandas_table_keeps_its_index_and_types():
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "age": random.normal(40, 9, 60),
            "rooms": pd.array(random.integers(1, 9, 60), dtype="Int64"),
            "owner": random.random(60) < 0.5,
            "size": pd.Categorical(random.choice(["s", "m", "l"], 60), ["s", "m", "l"], ordered=True),
            "town": pd.Categorical(random.choice(["Bern", "Basel", "Biel"], 60)),
        },
        index=random.permutation(60) + 100,
    )
    model = TabularVAE(latent_dim=2, width=16, epochs=2).fit(table)
    holed = table.copy()
    holed.loc[holed.index[::3], ["age", "size", "rooms"]] = None
    filled = model.impute(holed)
    assert filled.index.equals(table.index)
    assert filled.dtypes.equals(table.dtypes)
    assert model.sample(3).dtypes.equals(table.dtypes)
    again = clone(model).fit(filled)
    assert [column.kind for column in again.reader_.columns] == [column.kind for column in model.reader_.columns]


def test_tables_of_polars_may_be_lazy(people):
    lazy = pl.from_pandas(PEOPLE).lazy()
    np.testing.assert_allclose(people.transform(lazy), people.transform(PEOPLE))


@pytest.mark.parametrize("draws", [{"samples": 0}, {"imputations": 0}])
def test_holes_are_not_filled_from_nothing(people, draws):
    with pytest.raises(VaeworksError, match="at least one"):
        people.impute(PEOPLE, **draws)


def test_codes_that_are_no_numbers_are_refused(people):
    with pytest.raises(VaeworksError, match="codes must be finite"):
        people.decode([[np.nan, 0.0]])


@pytest.mark.slow
def test_a_small_map_decodes_into_more_than_means():
    X = load_iris().data
    model = TabularVAE(latent_dim=2, device="cpu").fit(X)
    off = (model.inverse_transform(model.transform(X)) - X) / X.std(0)
    assert np.sqrt((off**2).mean()) < 0.6


@pytest.mark.parametrize("other", [PEOPLE.iloc[:, :2], PEOPLE.assign(more=1.5)])
def test_training_goes_on_only_from_a_model_of_the_same_columns(people, other):
    with pytest.raises(VaeworksError, match="the model to go on from has the columns"):
        deepcopy(people).go_on(other)


@pytest.mark.slow
def test_labels_with_fractions_are_left_to_a_regressor():
    X, y = load_diabetes(return_X_y=True)
    pipeline = make_pipeline(TabularVAE(latent_dim=4, width=32, epochs=20), LinearRegression()).fit(X, y + 0.5)
    assert pipeline[0].reader_.classes is None


def test_labels_may_be_a_column_and_may_be_written_as_text():
    X, y = load_iris(return_X_y=True)
    model = TabularVAE(width=8, epochs=1).fit(X, pd.DataFrame({"label": y}))
    assert list(model.classes_) == [0, 1, 2]
    assert model.evaluate(X, y.astype(str))["accuracy"] == model.evaluate(X, y)["accuracy"]


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_rows_of_an_array_are_read_as_those_of_the_fitted_table(people):
    np.testing.assert_allclose(people.transform(PEOPLE.to_numpy(dtype=object)), people.transform(PEOPLE))


def test_rows_are_drawn_that_have_given_values(people):
    drawn = people.sample(300, where={"town": "Zug", "children": 2})
    assert set(drawn["town"]) == {"Zug"}
    assert set(drawn["children"]) == {2}
    assert drawn["height"].mean() > people.sample(300, where={"town": "Bern"})["height"].mean() + 30


@pytest.mark.slow
def test_labels_are_drawn_with_rows():
    X, y = load_iris(return_X_y=True)
    model = TabularVAE(latent_dim=4, prior="flow", device="cpu").fit(X, y)
    rows, labels = model.sample(300, labels=True)
    assert LogisticRegression(max_iter=1000).fit(X, y).score(rows, labels) > 0.8
    assert set(model.sample(5, label=2, labels=True)[1]) == {2}


@pytest.mark.slow
def test_a_label_that_is_missing_is_no_class():
    X, y = load_iris(return_X_y=True)
    partial = np.where(np.arange(150) % 3 == 0, y.astype(float), np.nan)
    model = TabularVAE(latent_dim=3, epochs=100, label_weight=10.0, device="cpu").fit(X, partial)
    assert list(model.classes_) == [0.0, 1.0, 2.0]
    assert (model.predict(X) == y).mean() > 0.85


def test_what_is_saved_and_loaded_draws_and_fills_alike(people, tmp_path):
    people.save(tmp_path / "people")
    again, table = load(tmp_path / "people"), damaged(PEOPLE[:40])
    assert again.impute(table).equals(people.impute(table))
    assert again.sample(10, random_state=3).equals(people.sample(10, random_state=3))
    assert list(again.feature_names_in_) == list(PEOPLE.columns)


def test_sparse_rows_are_read_as_dense_ones():
    dense = RANDOM.poisson(0.4, (200, 8)).astype(float)
    model = TabularVAE(**SMALL).fit(sparse.csr_matrix(dense))
    assert np.array_equal(model.transform(sparse.csr_matrix(dense)), model.transform(dense))
    assert np.allclose(TabularVAE(**SMALL).fit(dense).transform(dense), model.transform(dense))


def test_it_is_a_step_among_others():
    X, y = load_iris(return_X_y=True, as_frame=True)
    codes = ColumnTransformer([("vae", TabularVAE(**SMALL), list(X.columns[:3]))], remainder="passthrough")
    assert make_pipeline(codes, LogisticRegression()).fit(X, y).score(X, y) > 0.8
    named = TabularVAE(**SMALL).set_output(transform="pandas").fit_transform(X)
    assert list(named.columns) == ["tabularvae0", "tabularvae1"]


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_few_rows_are_fitted(rows):
    X = load_iris().data[:rows]
    assert np.isfinite(TabularVAE(**SMALL).fit(X).transform(X)).all()


def test_one_column_more_units_and_constants_are_fitted():
    X = np.column_stack([RANDOM.normal(size=100), np.full(100, 7.0)])
    model = TabularVAE(**{**SMALL, "latent_dim": 5}).fit(X)
    assert np.isfinite(model.score(X))
    assert np.allclose(model.sample(10)[:, 1], 7.0, atol=3.0)
    assert TabularVAE(**SMALL).fit(X[:, :1]).transform(X[:, :1]).shape == (100, 2)


def test_infinite_values_are_refused():
    with pytest.raises(VaeworksError, match="infinity"):
        TabularVAE(**SMALL).fit(np.array([[1.0, np.inf], [2.0, 3.0]]))
    with pytest.raises(VaeworksError, match="column 'a' holds infinite values"):
        TabularVAE(**SMALL).fit(pd.DataFrame({"a": [1.0, np.inf, 2.0]}))


def test_numbers_too_far_from_those_of_the_fit_are_refused_by_name(people):
    odd = PEOPLE[:5].assign(height=[170.0, 1e200, 170.0, 170.0, np.nan])
    for verb in (people.transform, people.anomaly_score, people.impute):
        with pytest.raises(VaeworksError, match=r"column 'height' holds 1e\+200, which is too far"):
            verb(odd)
    with pytest.raises(VaeworksError, match=r"column 'height' holds 1e\+200"):
        people.sample(2, where={"height": 1e200})


def test_a_row_far_out_is_still_judged(people):
    odd = PEOPLE[:5].assign(height=[170.0, 1e30, 170.0, 170.0, np.nan])
    assert people.anomaly_score(odd).argmax() == 1
    assert np.isfinite(people.anomaly_score(odd)).all()


def test_validation_rows_too_far_for_training_are_refused_by_name():
    far = PEOPLE.assign(height=1e30)
    with pytest.raises(VaeworksError, match=r"column 'height' holds 1e\+30, which is too far"):
        TabularVAE(**SMALL).fit(PEOPLE, validation=(far, None))


def test_a_count_that_is_none_is_refused_with_what_to_declare():
    table = PEOPLE.assign(children=[0, 2**53] * 150)
    with pytest.raises(VaeworksError, match=r"column 'children' .* too large for a count.* declare the column as real"):
        TabularVAE(**SMALL, kinds={"children": "count"}).fit(table)
    assert TabularVAE(**SMALL, kinds={"children": "real"}).fit(table)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.drop(columns="town"), "Feature names seen at fit time, yet now missing"),
        (lambda table: table[table.columns[::-1]], "same order"),
        (lambda table: table.assign(town="Basel"), "'Basel', which it did not"),
        (lambda table: table.assign(height="tall"), "is text"),
    ],
)
def test_other_tables_than_that_of_the_fit_are_refused(people, change, sentence):
    with pytest.raises(VaeworksError, match=sentence):
        people.transform(change(PEOPLE[:5]))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n": 0}, "at least one"),
        ({"where": {"age": 3}}, "no column 'age'"),
        ({"where": {"town": "Basel"}}, "'Basel'"),
        ({"where": {"height": "tall"}}, "'tall' is none"),
        ({"label": "x"}, "without labels"),
        ({"labels": True}, "without labels"),
    ],
)
def test_what_cannot_be_sampled_is_refused(people, arguments, sentence):
    with pytest.raises(VaeworksError, match=sentence):
        people.sample(**arguments)


@pytest.fixture(scope="module")
def spending():
    """People of whom most spend nothing, rate with stars, and have an age in whole years."""
    random = np.random.default_rng(0)
    spent = np.where(random.random(500) < 0.6, 0.0, random.lognormal(4, 1, 500).round(2))
    columns = {"age": random.integers(18, 90, 500), "spent": spent, "stars": random.integers(1, 6, 500), "same": 7}
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def spending_model(spending):
    return TabularVAE(epochs=60, width=32).fit(spending)


def test_rows_that_are_drawn_could_be_real(spending, spending_model):
    drawn = spending_model.sample(1000, random_state=0)
    for name in spending:
        assert drawn[name].between(spending[name].min(), spending[name].max()).all()
        assert drawn[name].mean() == pytest.approx(spending[name].mean(), rel=0.35)
    assert (drawn["spent"] == 0).mean() == pytest.approx((spending["spent"] == 0).mean(), abs=0.1)
    np.testing.assert_array_equal(drawn["spent"].round(2), drawn["spent"])
    assert set(drawn["stars"]) == {1, 2, 3, 4, 5}
    assert set(drawn["same"]) == {7}
    assert drawn.dtypes.astype(str).to_dict() == spending.dtypes.astype(str).to_dict()


@pytest.mark.parametrize("imputations", [None, 2])
def test_what_fills_a_hole_could_be_real(spending, spending_model, imputations):
    holes = np.random.default_rng(1).random(spending.shape) < 0.2
    full = spending_model.impute(spending.astype(float).mask(holes), samples=50, imputations=imputations)
    for table in full if imputations else [full]:
        for place, name in enumerate(spending):
            filled = table[name][holes[:, place]]
            assert filled.between(spending[name].min(), spending[name].max()).all()
            np.testing.assert_array_equal(filled.round(2), filled)
