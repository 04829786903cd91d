"""What columns look like, and the maps between their values, numbers and targets."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import norm
from torch.testing import assert_close

from vaeworks.errors import VaeworksError
from vaeworks.tabular.columns import Column, learn_column, learn_columns, normal_scores
from vaeworks.tabular.frames import Frame, frame_of
from vaeworks.tabular.learning import learn, matrix_of, moments
from vaeworks.tabular.scales import Scales

RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "height": RANDOM.normal(170, 10, 200),
        "income": RANDOM.lognormal(10, 1.5, 200),
        "children": RANDOM.poisson(1.5, 200),
        "year": RANDOM.integers(1990, 2020, 200),
        "member": RANDOM.random(200) < 0.5,
        "smoker": RANDOM.integers(0, 2, 200),
        "sex": RANDOM.choice(["f", "m"], 200),
        "town": RANDOM.choice(["Bern", "Genf", "Zug"], 200),
        "grade": pd.Categorical(RANDOM.choice(["low", "mid", "top"], 200), ["low", "mid", "top"], ordered=True),
        "constant": 3.0,
        "tails": RANDOM.standard_t(1.5, 200),
    }
)
KINDS = {
    "height": "real", "income": "positive", "children": "count", "year": "real", "member": "binary", "smoker": "binary",
    "sex": "binary", "town": "categorical", "grade": "ordinal", "constant": "real", "tails": "real",
}  # fmt: skip


def columns_of(table, kinds=None, scaling="auto"):
    return learn(frame_of(table), kinds or {}, scaling)[0]


def test_kinds_are_inferred_from_the_values():
    assert {column.name: column.kind for column in columns_of(TABLE)} == KINDS


def test_a_declared_kind_wins():
    kinds = {"year": "categorical", "income": "real", "town": "ordinal"}
    assert {column.name: column.kind for column in columns_of(TABLE, kinds)} == {**KINDS, **kinds}


@pytest.mark.parametrize("convert", [pl.from_pandas, lambda table: pa.Table.from_pandas(table)])
def test_every_kind_of_frame_is_read_alike(convert):
    plain = TABLE.drop(columns="grade")
    assert columns_of(convert(plain)) == [replace(column, dtype="") for column in columns_of(plain)]


def test_only_heavy_tails_are_bent():
    assert [column.name for column in columns_of(TABLE) if column.knots] == ["tails"]
    assert not [column for column in columns_of(TABLE, scaling="standard") if column.knots]
    assert {column.name for column in columns_of(TABLE, scaling="quantile") if column.knots} == {
        "height", "income", "year", "tails",
    }  # fmt: skip


def test_values_survive_a_round_trip_through_targets():
    columns = columns_of(TABLE)
    matrix = matrix_of(frame_of(TABLE), columns)
    scales = Scales(columns)
    numbers = scales.numbers(scales.targets(torch.from_numpy(matrix))).numpy()
    for index, column in enumerate(columns):
        back = column.values(numbers[:, index])
        if TABLE[column.name].dtype.kind == "f":
            assert np.allclose(back, TABLE[column.name])
        else:
            assert list(back) == list(TABLE[column.name])


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=300, unique=True), st.floats(-2e6, 2e6))
def test_bent_scales_are_monotone_and_invertible(values, place):
    numbers = np.array(values)
    spread = numbers.std()
    gaps = np.diff(np.sort(numbers)) / spread
    if gaps.min() < 1e-6:
        return
    column = Column("x", "real", [], numbers.mean(), spread, normal_scores((numbers - numbers.mean()) / spread))
    scales, x = Scales([column]), torch.tensor([[place], [place + 0.01 * spread]], dtype=torch.float64)
    low, high = scales.targets(x)
    assert low < high
    assert_close(scales.numbers(scales.targets(x)), x, rtol=1e-6, atol=1e-6 * float(spread))


def test_log_slopes_are_those_of_the_maps():
    columns = columns_of(TABLE[["height", "income", "tails"]])
    x = torch.from_numpy(matrix_of(frame_of(TABLE), columns))[:50] * 1.0001 + 1e-4  # beside the knots
    scales, step = Scales(columns), 1e-6
    slopes = (scales.targets(x + step * x.abs()) - scales.targets(x - step * x.abs())) / (2 * step * x.abs())
    assert_close(scales.log_slopes(scales.targets(x)), slopes.log(), rtol=1e-3, atol=1e-3)


def test_at_a_knot_the_density_is_the_lower_of_both_sides():
    column = Column("x", "real", [], 0.0, 1.0, [[0.0, -1.0], [1.0, 0.0], [3.0, 1.0]])
    slopes = Scales([column]).log_slopes(torch.tensor([[0.0], [-0.5], [0.5]], dtype=torch.float64)).exp()
    assert_close(slopes, torch.tensor([[0.5], [1.0], [0.5]], dtype=torch.float64))


def test_normal_scores_are_those_of_mid_ranks():
    knots = np.array(normal_scores(np.array([1.0, 2.0, 2.0, 4.0])))
    assert np.allclose(knots, [[1, norm.ppf(1 / 8)], [2, norm.ppf(1 / 2)], [4, norm.ppf(7 / 8)]])


def test_pixels_share_one_scale_and_measurements_do_not():
    pixels = RANDOM.integers(0, 256, (300, 20)).astype(np.uint8)
    columns, shared = learn(pixels, {}, "auto")
    assert shared
    assert len({column.spread for column in columns}) == 1
    assert not learn(RANDOM.normal(size=(300, 5)) * [1, 10, 100, 1000, 5], {}, "auto")[1]


def test_a_sparse_matrix_is_learned_as_a_dense_one():
    dense = RANDOM.poisson(0.3, (200, 6)).astype(float)
    for scaling in ("auto", "table"):
        ours, theirs = learn(sparse.csr_array(dense), {}, scaling)[0], learn(dense, {}, scaling)[0]
        for mine, other in zip(ours, theirs, strict=True):
            assert (mine.name, mine.kind) == (other.name, other.kind)
            assert np.allclose([mine.centre, mine.spread], [other.centre, other.spread])


@pytest.mark.parametrize(
    ("table", "kinds", "sentence"),
    [
        ({"a": [None, None, None]}, {}, "missing everywhere"),
        ({"a": [1.0, 2.0, -3.0]}, {"a": "positive"}, "values above 0, and holds -3"),
        ({"a": [1.0, 2.5, 3.0]}, {"a": "count"}, "whole numbers from 0 up, and holds 2.5"),
        ({"a": [1.0, np.inf, 3.0]}, {}, "infinite"),
        ({"a": ["x", "y", "z"]}, {"a": "binary"}, "3 values, so it cannot be binary"),
        ({"a": ["x", "y", "z"]}, {"a": "real"}, "holds text"),
        ({"a": ["x", "y", "z"]}, {"b": "real"}, "no column 'b'"),
        ({"a": ["x", "y", "z"]}, {"a": "colour"}, "choose one of real"),
        ({"a": [str(row) for row in range(1500)]}, {}, "no categories"),
        (
            {"a": [[1], [2], [3]], "b": pd.interval_range(0, 3), "c": [1, 2, 3]},
            {},
            r"'a' \(list.*'b' \(.*leave them out \(--drop a --drop b\)",
        ),
    ],
)
def test_columns_that_cannot_be_learned_are_refused(table, kinds, sentence):
    def read():
        frame = frame_of(pd.DataFrame(table))
        matrix_of(frame, learn_columns(frame, kinds, "auto"))

    with pytest.raises(VaeworksError, match=sentence):
        read()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"town": "Basel"}, "'Basel', which it did not when the model was fitted"),
        ({"height": "tall"}, "'tall' is text"),
        ({"income": -1.0}, "kind positive"),
    ],
)
def test_values_that_a_column_cannot_hold_are_refused(change, sentence):
    columns = columns_of(TABLE)
    with pytest.raises(VaeworksError, match=sentence):
        matrix_of(frame_of(TABLE[:1].assign(**change)), columns)


def test_names_that_occur_twice_are_refused():
    with pytest.raises(VaeworksError, match="more than one column 'a'"):
        frame_of(pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]))


def test_a_column_of_text_and_numbers_is_refused():
    with pytest.raises(VaeworksError, match="mixes types"):
        frame_of(pd.DataFrame({"a": [1.0, "two"]}))


FORMS = {
    "frame": lambda values: frame_of(pd.DataFrame(values, columns=["x0", "x1", "x2"])),
    "array": lambda values: values,
    "sparse": sparse.csr_matrix,
}


@pytest.mark.parametrize("scaling", ["auto", "table", "standard", "quantile"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [1e300, -1.7e308])
def test_a_column_of_numbers_whose_squares_are_infinite_is_refused_by_name(form, scaling, number):
    values = RANDOM.normal(size=(50, 3))
    values[7, 1] = number
    with pytest.raises(VaeworksError, match=r"column 'x1' holds .*e\+30.* too large"):
        learn(FORMS[form](values), {}, scaling)


def test_such_numbers_may_be_categories():
    values = np.column_stack([RANDOM.normal(size=50), np.where(np.arange(50) % 2, -1e308, 1.7e308)])
    columns, _ = learn(values, {"x1": "categorical"}, "auto")
    assert columns[1].categories == [-1e308, 1.7e308]


@pytest.mark.parametrize("scaling", ["auto", "table"])
@pytest.mark.parametrize("form", FORMS)
def test_a_column_that_is_missing_everywhere_is_refused_by_name(form, scaling):
    values = RANDOM.uniform(size=(50, 3))
    values[:, 1] = np.nan
    with pytest.raises(VaeworksError, match="column 'x1' is missing everywhere"):
        learn(FORMS[form](values), {}, scaling)


@pytest.mark.parametrize("size", [1e-140, 1e140])
def test_heavy_tails_are_seen_at_any_size(size):
    tails = TABLE[["tails", "height"]]
    found = columns_of(tails * size)
    assert [bool(column.knots) for column in found] == [bool(column.knots) for column in columns_of(tails)]
    assert np.allclose(found[0].knots, columns_of(tails)[0].knots)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64"])
def test_moments_of_sparse_numbers_are_those_of_dense_ones(dtype):
    dense = RANDOM.integers(0, 200, (50, 4)).astype(dtype)
    assert_close(moments(sparse.csr_matrix(dense)), moments(dense))


def test_moments_of_sparse_numbers_leave_holes_out():
    dense = RANDOM.integers(0, 5, (50, 4)).astype(float)
    dense[::3, 1] = np.nan
    assert_close(moments(sparse.csr_matrix(dense)), (np.nanmean(dense, 0), np.nanstd(dense, 0)))


def test_sparse_columns_are_read_as_what_they_hold():
    sparse = pd.DataFrame({"a": pd.arrays.SparseArray([0.0, 0.0, 1.5]), "b": [1.0, 2.0, 3.0]})
    np.testing.assert_array_equal(frame_of(sparse).columns["a"], [0.0, 0.0, 1.5])


def test_columns_that_arrow_does_not_know_are_refused_by_name():
    with pytest.raises(VaeworksError, match=r"cannot be modelled .*column z with type complex128"):
        frame_of(pd.DataFrame({"z": [1j, 2j]}))


def learned(values, kind=None):
    return learn_column("x", Frame({"x": np.asarray(values, dtype=float)}, container="pandas"), kind, "auto")


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=50), st.integers(0, 4), st.lists(st.floats(-1e9, 1e9)))
def test_a_number_that_is_given_back_could_be_one_of_the_data(values, places, others):
    values = np.round(values, places)
    column = learned(values, "real")
    found = column.real(np.array(others))
    assert ((found >= values.min()) & (found <= values.max())).all()
    assert column.decimals is not None
    assert column.decimals <= places
    np.testing.assert_array_equal(found.round(column.decimals), found)
    np.testing.assert_array_equal(column.real(values), values)
    assert not np.signbit(found[found == 0]).any()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.0, 1.0, np.nan] * 20, "binary"),
        (np.where(np.arange(300) % 9, np.random.default_rng(0).poisson(1.2, 300), np.nan), "count"),
        (np.append(np.random.default_rng(0).integers(1, 6, 300), np.nan), "real"),  # stars
        (np.append(np.random.default_rng(0).integers(1, 32, 300), np.nan), "real"),  # days
        (np.append(np.where(np.arange(300) % 2, 40, np.random.default_rng(0).poisson(20, 300)), [1, np.nan]), "real"),
        (np.append(np.where(np.arange(500) % 2, 0, np.random.default_rng(0).integers(1e3, 9e3, 500)), np.nan), "real"),
        ([0.5, 1.0, np.nan] * 20, "real"),
    ],
    ids=["flag", "count", "stars", "days", "hours", "gains", "halves"],
)
def test_whole_numbers_with_holes_are_what_they_would_be_without(values, kind):
    assert learned(values).kind == kind


def test_a_value_that_many_rows_share_is_one_of_many_scores():
    random = np.random.default_rng(0)
    values = np.where(random.random(4000) < 0.6, 0.0, random.lognormal(4, 1, 4000).round(2))
    column = learned(values)
    [[value, low, high]] = column.lumps
    assert value == pytest.approx((0 - column.centre) / column.spread)
    scores = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    drawn = Scales([column]).numbers(scores).numpy()
    assert np.isclose(drawn, 0.0).mean() == pytest.approx((values == 0).mean(), abs=0.01)
    assert (low, high) == (-40.0, pytest.approx(0.25, abs=0.05))
    others = np.unique(values)
    targets = Scales([column]).targets(torch.from_numpy(others)[:, None])
    np.testing.assert_allclose(Scales([column]).numbers(targets)[:, 0], others, atol=1e-6)


@pytest.mark.parametrize("lump", [0.0, 50.0, 100.0])
def test_a_density_at_a_value_that_many_rows_share_is_that_beside_it(lump):
    """And it is the slope of the map everywhere else, also right beside the value."""
    values = np.concatenate([np.linspace(0, 100, 201), np.full(150, lump)])
    column = learned(values)
    scales = Scales([column])
    places = torch.linspace(0.31, 99.72, 777, dtype=torch.float64)[:, None]
    slope = (scales.targets(places + 1e-6) - scales.targets(places - 1e-6)) / 2e-6
    assert_close(scales.log_slopes(scales.targets(places)).exp(), slope, rtol=0.3, atol=0)
    at = float(scales.log_slopes(scales.targets(torch.tensor([[lump]]))))
    beside = [lump + step for step in (-0.2, 0.2) if 0 <= lump + step <= 100]
    assert at == pytest.approx(min(float(scales.log_slopes(scales.targets(torch.tensor([[x]])))) for x in beside))
