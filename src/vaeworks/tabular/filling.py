"""Tables in which only the holes are set: what was observed stays as it is stored, in value and in type."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from .columns import Column
from .frames import container_of, is_frame, names_in
from .moments import is_moment

MOST_DIGITS = 100  # more than a decimal of Arrow has


@dataclass(frozen=True)
class Filling:
    """What goes into the holes of one column.

    Attributes
    ----------
    place : int
        Of the column in the table.
    holes : ndarray of bool (N,)
        At least one.
    values : ndarray
        As many as holes: numbers, words or truth values, in the model's own types.
    categories : list
        All that the model knows, in its order; empty where it has numbers.
    """

    place: int
    holes: np.ndarray
    values: np.ndarray
    categories: list


def filled(X: Any, columns: list[Column], holes: np.ndarray, numbers: np.ndarray) -> Any:
    """A copy of a table whose holes are set, in the types that its columns have where these hold what was found.

    Parameters
    ----------
    X : ndarray, sparse matrix, pandas or polars DataFrame, or pyarrow Table, of N rows and D columns
    columns : list of Column
    holes : ndarray of bool (N, D)
    numbers : ndarray (N, D)
        What to fill in, in the table's own units, categories as their indices.
    """
    if hasattr(X, "tocsr"):
        return filled_sparse(X, numbers)
    names = names_in(X) if is_frame(X) else [column.name for column in columns]
    places = {name: place for place, name in enumerate(names)}
    changes = [
        Filling(places[column.name], own, column.values(numbers[own, index]), column.categories)
        for index, (column, own) in enumerate(zip(columns, holes.T, strict=True))
        if own.any()
    ]
    fill = {"pandas": filled_pandas, "polars": filled_polars, "arrow": filled_arrow}
    return fill[container_of(X)](X, changes) if is_frame(X) else filled_array(X, changes)


def filled_sparse(X: Any, numbers: np.ndarray) -> Any:
    """In the same form; what is not stored is 0, and no hole."""
    entries = X.tocoo(copy=True)
    entries.sum_duplicates()
    holes = np.isnan(entries.data)
    entries.data[holes] = numbers[entries.row[holes], entries.col[holes]]
    return entries.asformat(X.format)


def filled_array(X: Any, changes: list[Filling]) -> np.ndarray:
    result = np.array(X)
    for each in changes:
        if isinstance(each.values[0], str):  # an array of numbers holds them only where the column was all holes
            result = result.astype(object, copy=False)
        there = result[~each.holes, each.place]
        kind = type_of_objects(there.tolist()) if result.dtype == object else type_of_numbers(result.dtype)
        result[each.holes, each.place] = as_numpy(in_type(each.values, kind), result.dtype)
    return result


def type_of_objects(values: list) -> Any:
    """The type of Arrow that holds them all: of numbers that are stored in more than one way float64."""
    import pyarrow as pa

    try:
        return pa.array(values).type
    except (pa.ArrowException, OverflowError):
        return pa.float64()


def type_of_numbers(dtype: np.dtype) -> Any:
    import pyarrow as pa

    return pa.from_numpy_dtype(np.dtype(dtype.type)) if dtype.itemsize <= 8 else pa.float64()


def as_numpy(values: Any, dtype: Any) -> Any:
    """An array of Arrow as what an array of this type takes: a list of objects, or numbers."""
    return values.to_numpy(zero_copy_only=False) if getattr(dtype, "kind", "O") == "f" else values.to_pylist()


def filled_pandas(X: Any, changes: list[Filling]) -> Any:
    result = X.copy()
    for each in changes:
        result.isetitem(each.place, pandas_column(X.iloc[:, each.place], each))
    return result


def pandas_column(own: Any, filling: Filling) -> Any:
    """A Series with its holes set."""
    import pandas as pd

    return pd.Series(pandas_values(own, filling), index=own.index, dtype=own.dtype if own.dtype == object else None)


def pandas_values(own: Any, filling: Filling) -> Any:
    import pandas as pd
    import pyarrow as pa

    stored = pa.array(own, from_pandas=True)
    if isinstance(own.dtype, pd.CategoricalDtype):
        return pandas_categories(own, arrow_column(stored, filling).combine_chunks())
    if isinstance(own.dtype, pd.ArrowDtype):
        return pd.arrays.ArrowExtensionArray(arrow_column(stored, filling))
    new = in_type(filling.values, stored.type)
    if new.type != stored.type and own.dtype != object:  # no value of the column is there
        return new.to_pylist()
    plain = isinstance(own.dtype, np.dtype)
    values = own.to_numpy(copy=True) if plain else own.array.copy()
    values[filling.holes] = as_numpy(new, own.dtype if plain else None)
    return values


def pandas_categories(own: Any, column: Any) -> Any:
    """Arrow's categories as a Categorical with the type of the Series, which takes further ones in where there are."""
    import pandas as pd

    known, kind = own.cat.categories, own.dtype
    if len(column.dictionary) != len(known):
        index = pd.Index(column.dictionary.to_pylist(), dtype=known.dtype if len(known) else None)
        kind = pd.CategoricalDtype(index, kind.ordered)
    return pd.Categorical.from_codes(column.indices.to_numpy(), dtype=kind)


def filled_polars(X: Any, changes: list[Filling]) -> Any:
    names = X.columns
    return X.with_columns([polars_column(X.get_column(names[each.place]), each) for each in changes])


def polars_column(own: Any, filling: Filling) -> Any:
    import polars as pl
    import pyarrow as pa

    stored = own.to_arrow()
    column = arrow_column(stored, filling)
    kind: Any = own.dtype
    if isinstance(kind, pl.Enum):
        kind = pl.Enum(column.chunk(0).dictionary.to_pylist())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    elif column.type != stored.type:
        return pl.Series(own.name, column)
    return pl.Series(own.name, column).cast(kind)


def filled_arrow(X: Any, changes: list[Filling]) -> Any:
    for each in changes:
        column = arrow_column(X.column(each.place), each)
        X = X.set_column(each.place, X.field(each.place).with_type(column.type), column)
    return X


def arrow_column(own: Any, filling: Filling) -> Any:
    """A column of Arrow with its holes set: the values that are there are taken as they are stored."""
    import pyarrow as pa

    own = own if isinstance(own, pa.ChunkedArray) else pa.chunked_array([own])
    if pa.types.is_dictionary(own.type):
        return arrow_categories(own, filling)
    new = in_type(filling.values, own.type)
    if new.type != own.type:  # no value of the column is there
        return pa.chunked_array([new])
    places = np.arange(len(own))
    places[filling.holes] = len(own) + np.arange(len(new))
    return pa.chunked_array([*own.chunks, new]).take(pa.array(places))


def arrow_categories(own: Any, filling: Filling) -> Any:
    """A dictionary's column with its holes set to what is in the dictionary, to which missing categories are added."""
    import pyarrow as pa

    column, kind = own.unify_dictionaries().combine_chunks(), own.type
    known, new = column.dictionary.to_pylist(), in_type(filling.values, kind.value_type)
    wanted = new.to_pylist()
    if known and not filling.categories:
        wanted = nearest(known, wanted)
    categories = with_categories(known, wanted, filling)
    places = {category: place for place, category in enumerate(categories)}
    moved = np.array([places[category] for category in known] or [0])
    codes = moved[column.indices.fill_null(0).to_numpy()]
    codes[filling.holes] = [places[category] for category in wanted]
    values = column.dictionary if categories == known else pa.array(categories, new.type)
    indices = pa.array(codes, kind.index_type)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, values, ordered=kind.ordered)])


def nearest(known: list, wanted: list) -> list:
    """The known number that is nearest to each of those wanted."""
    numbers = np.array([np.nan if each is None else float(each) for each in known])
    return [known[int(np.nanargmin(np.abs(numbers - float(value))))] for value in wanted]


def with_categories(known: list, wanted: list, filling: Filling) -> list:
    """The known categories and those wanted, each of these behind what precedes it in the model's order."""
    own = dict(zip(filling.values.tolist(), wanted, strict=True))
    result = list(known)
    for place, category in enumerate(filling.categories):
        if category not in own or own[category] in result:
            continue
        before = [result.index(each) + 1 for each in filling.categories[:place] if each in result]
        result.insert(max(before, default=0), own[category])
    return result or list(dict.fromkeys(wanted))


def in_type(values: np.ndarray, kind: Any) -> Any:
    """What a model found in the type of a column, the nearest that it holds; in its own type where it holds none."""
    import pyarrow as pa

    if is_moment(kind):
        return pa.array(values.tolist()).cast(kind, safe=False)
    words = isinstance(values[0], str)
    if pa.types.is_null(kind) or words != (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return pa.array(values.tolist())
    if words:
        return pa.array(values.tolist(), kind)
    numbers = values.astype(np.float64)
    if pa.types.is_boolean(kind):
        return pa.array(numbers > 0.5)
    if pa.types.is_decimal(kind):
        return pa.array(as_decimals(numbers, kind.precision, kind.scale), kind)
    if pa.types.is_integer(kind):
        return pa.array(as_integers(numbers, np.iinfo(kind.to_pandas_dtype())), kind)
    limit = np.finfo(kind.to_pandas_dtype()).max
    return pa.array(numbers.clip(-limit, limit).astype(kind.to_pandas_dtype()), kind)


def as_integers(numbers: np.ndarray, limits: np.iinfo) -> list[int]:
    within = numbers.clip(float(limits.min), float(limits.max))
    return [min(max(round(number), int(limits.min)), int(limits.max)) for number in within.tolist()]


def as_decimals(numbers: np.ndarray, precision: int, scale: int) -> list[Decimal]:
    """The nearest of so many digits, so many of them behind the point."""
    with localcontext() as context:
        context.prec = MOST_DIGITS
        step = Decimal(1).scaleb(-scale)
        limit = (10**precision - 1) * step
        within = [min(max(Decimal(repr(number)), -limit), limit) for number in numbers.tolist()]
        return [number.quantize(step) for number in within]
