"""What was observed stays in `impute`, in value and in type, however a table is stored."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_series_equal
from scipy import sparse

from vaeworks import TabularVAE, load
from vaeworks.tabular.columns import Column
from vaeworks.tabular.filling import filled

RANDOM = np.random.default_rng(0)
ROWS = 60
BIG = 2**60 + 1
PEOPLE = pd.DataFrame(
    {
        "height": RANDOM.normal(170, 10, ROWS),
        "account": BIG + RANDOM.integers(0, 2**58, ROWS),
        "children": RANDOM.poisson(1.5, ROWS),
        "town": RANDOM.choice(["Bern", "Genf", "Zug"], ROWS),
        "member": RANDOM.random(ROWS) < 0.5,
        "size": pd.Categorical(RANDOM.choice(["s", "m", "l"], ROWS), ["s", "m", "l"], ordered=True),
        "stars": pd.Categorical(RANDOM.choice([1, 2, 3], ROWS), [1, 2, 3], ordered=True),
        "floor": pd.Categorical(RANDOM.choice([0, 1, 2, 5], ROWS)),
        "grade": pd.Categorical(RANDOM.choice([1.5, 2.5, 3.5], ROWS)),
    }
)
KINDS = {"account": "real", "grade": "categorical"}
SMALL = {"latent_dim": 2, "width": 8, "epochs": 1, "neighbour_weight": 0.0, "device": "cpu"}

HEIGHT = st.floats(100, 220)
SINGLE, HALF = st.floats(100, 220, width=32), st.floats(100, 220, width=16)
MONEY = st.decimals(100, 220, places=2)
WHOLE, ACCOUNT = st.integers(0, 100), st.integers(BIG, BIG + 2**58)
TOWN, TRUTH = st.sampled_from(["Bern", "Genf", "Zug"]), st.booleans()
SIZE, STARS, FLOOR = st.sampled_from("sml"), st.sampled_from([1, 2, 3]), st.sampled_from([0, 1, 2, 5])
GRADE = st.sampled_from([1.5, 2.5, 3.5])

PANDAS = {
    "float64": ("height", HEIGHT, "float64"),
    "float32": ("height", SINGLE, "float32"),
    "float16": ("height", HALF, "float16"),
    "Float32": ("height", SINGLE, "Float32"),
    "objects of Decimal": ("height", MONEY, object),
    "decimals of Arrow": ("height", MONEY, pd.ArrowDtype(pa.decimal128(10, 2))),
    "integers as float64": ("children", WHOLE, "float64"),
    "Int64": ("account", ACCOUNT, "Int64"),
    "UInt8": ("children", WHOLE, "UInt8"),
    "int64 of Arrow": ("account", ACCOUNT, pd.ArrowDtype(pa.int64())),
    "objects of int": ("account", ACCOUNT, object),
    "str": ("town", TOWN, "str"),
    "string": ("town", TOWN, "string"),
    "string of Arrow": ("town", TOWN, pd.ArrowDtype(pa.string())),
    "objects of str": ("town", TOWN, object),
    "categories of str": ("town", TOWN, pd.CategoricalDtype(["Zug", "Genf", "Bern", "Thun"])),
    "objects of bool": ("member", TRUTH, object),
    "boolean": ("member", TRUTH, "boolean"),
    "bool of Arrow": ("member", TRUTH, pd.ArrowDtype(pa.bool_())),
    "categories of bool": ("member", TRUTH, pd.CategoricalDtype([True, False])),
    "ordered categories of str": ("size", SIZE, PEOPLE["size"].dtype),
    "ordered categories of int": ("stars", STARS, PEOPLE["stars"].dtype),
    "categories of int": ("floor", FLOOR, PEOPLE["floor"].dtype),
    "categories of float": ("grade", GRADE, PEOPLE["grade"].dtype),
}
ARROW = {
    "float16": ("height", HALF.map(np.float16), pa.float16()),
    "float": ("height", SINGLE, pa.float32()),
    "double": ("height", HEIGHT, pa.float64()),
    "decimal128": ("height", MONEY, pa.decimal128(12, 4)),
    "decimal256": ("height", MONEY, pa.decimal256(60, 2)),
    "int64": ("account", ACCOUNT, pa.int64()),
    "uint64": ("account", ACCOUNT, pa.uint64()),
    "int8": ("children", WHOLE, pa.int8()),
    "string": ("town", TOWN, pa.string()),
    "large_string": ("town", TOWN, pa.large_string()),
    "bool": ("member", TRUTH, pa.bool_()),
    "dictionary of strings": ("town", TOWN, pa.dictionary(pa.int8(), pa.string())),
    "dictionary of integers": ("floor", FLOOR, pa.dictionary(pa.int32(), pa.int64())),
    "dictionary of floats": ("grade", GRADE, pa.dictionary(pa.int16(), pa.float32())),
    "dictionary of truth values": ("member", TRUTH, pa.dictionary(pa.int8(), pa.bool_())),
}
POLARS = {
    "Float32": ("height", SINGLE, pl.Float32),
    "Float64": ("height", HEIGHT, pl.Float64),
    "Decimal": ("height", MONEY, pl.Decimal(12, 2)),
    "Int64": ("account", ACCOUNT, pl.Int64),
    "UInt8": ("children", WHOLE, pl.UInt8),
    "String": ("town", TOWN, pl.String),
    "Boolean": ("member", TRUTH, pl.Boolean),
    "Categorical": ("town", TOWN, pl.Categorical),
    "Enum": ("size", SIZE, pl.Enum(["s", "m", "l"])),
}


def of_each(stores):
    """One test for each type; Hypothesis draws the rows."""
    return pytest.mark.parametrize("store", stores.values(), ids=stores.keys())


def drawn(rows, values):
    """Some values and some holes."""
    column = rows.draw(st.lists(st.none() | values, min_size=2, max_size=8))
    there = np.array([value is not None for value in column])
    assume(there.any() and not there.all())
    return column, there


@pytest.fixture(scope="module")
def people():
    return TabularVAE(**SMALL, kinds=KINDS).fit(PEOPLE)


@pytest.fixture(scope="module")
def numbers():
    return TabularVAE(**SMALL).fit(RANDOM.normal(170, 10, (ROWS, 3)))


@pytest.mark.slow
@of_each(PANDAS)
@given(rows=st.data())
@settings(max_examples=10)
def test_what_pandas_holds_stays(people, store, rows):
    name, values, dtype = store
    column, there = drawn(rows, values)
    table = PEOPLE.head(len(column)).copy()
    table[name] = pd.Series(column, dtype=dtype)
    full = people.impute(table, samples=5)
    pd.testing.assert_series_equal(full[name][there], table[name][there], check_exact=True)
    assert [type(value) for value in full[name][there]] == [type(value) for value in table[name][there]]
    assert full.notna().all(axis=None)
    pd.testing.assert_frame_equal(full.drop(columns=name), table.drop(columns=name), check_exact=True)


@pytest.mark.slow
@of_each(ARROW)
@given(rows=st.data())
@settings(max_examples=10)
def test_what_arrow_holds_stays(people, store, rows):
    name, values, kind = store
    column, there = drawn(rows, values)
    other = pa.Table.from_pandas(PEOPLE.head(len(column)))
    place = other.column_names.index(name)
    halves = [pa.array(column[:1], kind), pa.array(column[1:], kind)]
    table = other.set_column(place, pa.field(name, kind, metadata={"unit": "none"}), pa.chunked_array(halves, kind))
    full = people.impute(table, samples=5)
    assert full.schema.equals(table.schema, check_metadata=True)
    assert full[name].filter(there).to_pylist() == table[name].filter(there).to_pylist()
    assert full[name].null_count == 0
    assert full.drop_columns(name).equals(table.drop_columns(name))


@pytest.mark.slow
@of_each(POLARS)
@given(rows=st.data())
@settings(max_examples=10)
def test_what_polars_holds_stays(people, store, rows):
    name, values, dtype = store
    column, there = drawn(rows, values)
    table = pl.from_pandas(PEOPLE.head(len(column)).astype({"stars": int, "floor": int, "grade": float}))
    table = table.with_columns(pl.Series(name, column, dtype=dtype))
    full = people.impute(table, samples=5)
    assert_series_equal(full[name].filter(there), table[name].filter(there), check_exact=True)
    assert full.null_count().sum_horizontal().item() == 0
    assert full.drop(name).equals(table.drop(name))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", object])
@given(rows=st.data())
@settings(max_examples=10)
def test_what_an_array_holds_stays(numbers, dtype, rows):
    column, there = drawn(rows, HALF)
    table = np.full((len(column), 3), 170.25, dtype)
    table[:, 1] = [np.nan if value is None else value for value in column]
    full = numbers.impute(table, samples=5)
    assert full.dtype == table.dtype
    assert np.array_equal(full[there], table[there])
    assert np.array_equal(full[:, [0, 2]], table[:, [0, 2]])
    assert np.isfinite(full.astype(float)).all()


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_objects_of_an_array_stay_what_they_are(people):
    table = PEOPLE.head(6).astype(object).to_numpy()
    table[0, 1:] = None
    full = people.impute(table, samples=5)
    assert all(new is old for new, old in zip(full[1:].ravel(), table[1:].ravel(), strict=True))
    assert [type(value) for value in full[0]] == [float, int, int, str, bool, str, int, int, float]


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
@pytest.mark.parametrize("make", [sparse.coo_array, sparse.coo_matrix])
def test_a_sparse_matrix_stays_sparse(form, make):
    dense = RANDOM.poisson(0.4, (ROWS, 5)).astype(np.float32)
    model = TabularVAE(**SMALL).fit(sparse.csr_array(dense))
    holed = np.where((dense > 0) & (RANDOM.random(dense.shape) < 0.3), np.nan, dense)
    table = make(holed).asformat(form)
    full = model.impute(table, samples=5)
    assert (type(full), full.format, full.dtype) == (type(table), form, np.float32)
    there = ~np.isnan(holed)
    assert np.array_equal(full.toarray()[there], dense[there])
    assert np.isfinite(full.toarray()).all()


def test_the_table_that_is_given_keeps_its_holes(people, numbers):
    table, array = PEOPLE.head(4).copy(), np.full((3, 3), 170.0)
    table.loc[0, "height"] = array[0, 0] = np.nan
    people.impute(table, samples=5)
    numbers.impute(array, samples=5)
    assert (int(table.isna().sum().sum()), int(np.isnan(array).sum())) == (1, 1)


def test_names_index_and_attributes_of_a_pandas_table_stay():
    """Names that are whole numbers are names, wherever their columns stand."""
    table = pd.DataFrame(RANDOM.normal([0, 100, 200], size=(ROWS, 3)), columns=[7, 3, 5])
    table.index = pd.MultiIndex.from_product([["a", "b"], range(ROWS // 2)])
    table.attrs["origin"] = "here"
    table.iloc[::5, 0] = np.nan
    model = TabularVAE(**SMALL).fit(table)
    full = model.impute(table, samples=5)
    assert full.columns.equals(table.columns)
    assert full.index.equals(table.index)
    assert full.attrs == {"origin": "here"}
    assert table.fillna(full).notna().all(axis=None)
    turned = model.impute(table[[5, 7, 3]], samples=5)
    pd.testing.assert_frame_equal(turned[[7, 3, 5]], full)


def test_an_array_comes_back_as_an_array_from_a_model_of_a_table():
    table = pd.DataFrame(RANDOM.normal(size=(ROWS, 2)), columns=["a", "b"])
    with pytest.warns(UserWarning, match="valid feature names"):
        full = TabularVAE(**SMALL).fit(table).impute(table.to_numpy(), samples=5)
    assert isinstance(full, np.ndarray)


def with_one_hole(values, column, number):
    """A pandas column, its last value a hole, filled with what a model found for it."""
    table, holes = pd.DataFrame({column.name: values}), np.zeros((len(values), 1), bool)
    holes[-1] = True
    return filled(table, [column], holes, np.full((len(values), 1), number))[column.name]


@pytest.mark.parametrize(
    ("dtype", "number", "held"),
    [
        ("Int8", 1234.5, 127),
        ("Int8", -1234.5, -128),
        ("Int8", 3.6, 4),
        ("UInt16", -3.0, 0),
        ("UInt64", 1e30, 2**64 - 1),
        ("Int64", 1e30, 2**63 - 1),
        ("boolean", 0.7, True),
        ("Float32", 1e300, float(np.finfo(np.float32).max)),
        (pd.ArrowDtype(pa.decimal128(5, 2)), 1234.5, Decimal("999.99")),
        (pd.ArrowDtype(pa.decimal128(5, 2)), 0.126, Decimal("0.13")),
    ],
)
def test_a_type_takes_the_nearest_value_that_it_holds(dtype, number, held):
    one = Decimal(1) if isinstance(dtype, pd.ArrowDtype) else 1
    full = with_one_hole(pd.array([one, None], dtype=dtype), Column("a", "real"), number)
    assert full.dtype == pd.Series([], dtype=dtype).dtype
    assert full[1] == held


def test_categories_that_are_modelled_as_numbers_take_the_nearest_one():
    full = with_one_hole(pd.Categorical([3, 1, None], [3, 1, 2]), Column("a", "real"), 2.6)
    assert full.tolist() == [3, 1, 3]


@pytest.mark.parametrize(
    ("known", "ordered", "after"),
    [
        (["low", "top"], True, ["low", "mid", "top"]),
        (["top"], True, ["mid", "top"]),
        (["top", "low"], False, ["top", "low", "mid"]),
        ([], False, ["mid"]),
        (["mid", "new"], False, ["mid", "new"]),
    ],
)
def test_a_missing_category_is_added_in_its_place(known, ordered, after):
    """Where the rows at hand do not declare the category that is filled in."""
    values = pd.Categorical([None, None], known, ordered=ordered)
    full = with_one_hole(values, Column("a", "categorical", ["low", "mid", "top"]), 1.0)
    assert full[1] == "mid"
    assert (full.cat.categories.tolist(), full.cat.ordered) == (after, ordered)


@pytest.mark.parametrize("empty", [pd.Series([np.nan] * 3), pd.Series([None] * 3, dtype=object)])
def test_words_fill_a_column_in_which_nothing_is_there(people, empty):
    table = PEOPLE.head(3).assign(town=empty)
    for full in (people.impute(table, samples=5), people.impute(pa.Table.from_pandas(table), samples=5).to_pandas()):
        assert set(full["town"]) <= {"Bern", "Genf", "Zug"}


def test_every_imputation_is_the_table_but_for_its_holes(people):
    table = PEOPLE.head(8).copy()
    table.loc[[1, 4], ["height", "floor"]] = None
    for full in people.impute(table, samples=5, imputations=3):
        pd.testing.assert_frame_equal(full.drop(index=[1, 4]), table.drop(index=[1, 4]), check_exact=True)


def test_categories_of_numbers_are_drawn_as_numbers(people):
    assert people.sample(5)["floor"].notna().all()


@pytest.mark.parametrize(
    "names", [pd.Index([3, 1, 2]), pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]), pd.Index(["x", "y", "z"])]
)
def test_columns_keep_their_names_in_what_is_filled_and_drawn(names, tmp_path):
    table = pd.DataFrame(RANDOM.normal(size=(ROWS, 3)), columns=names)
    TabularVAE(**SMALL).fit(table).save(tmp_path / "model")
    model = load(tmp_path / "model")
    for found in (model.impute(table), model.sample(4), model.inverse_transform(model.transform(table))):
        pd.testing.assert_index_equal(found.columns, names)
