"""Tables of any origin as columns of numbers and words, and back."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np

from ..errors import VaeworksError
from .moments import in_seconds, is_moment, type_named

SAFE_TYPES = ("bool", "boolean", "str", "string", "Int64", "Float64", "float32")  # hold whatever a model may draw


@dataclass(frozen=True)
class Frame:
    """A table, column by column.

    Attributes
    ----------
    columns : dict of str to ndarray (N,)
        Numbers as float64 with NaN where missing, dates and times in seconds, or objects (text, truth values) with None
        where missing.
    whole : set of str
        Columns that are stored as whole numbers.
    ordered : dict of str to list
        The categories, from low to high, of columns that declare their order.
    container : str
        'array', 'pandas', 'polars' or 'arrow': what to give rows back in.
    dtypes : dict of str to str
        The types of a pandas DataFrame's columns, to give them back in.
    moments : dict of str to str
        The types of columns of dates and times, as Arrow calls them.
    labels : dict of str to int or list
        What a pandas DataFrame calls columns whose names are numbers or have several parts.
    """

    columns: dict[str, np.ndarray]
    whole: set[str] = field(default_factory=set)
    ordered: dict[str, list] = field(default_factory=dict)
    container: str = "array"
    dtypes: dict[str, str] = field(default_factory=dict)
    moments: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)


def is_frame(X: Any) -> bool:
    """Whether X is a pandas or polars DataFrame or a pyarrow Table, rather than an array."""
    return hasattr(X, "columns") and hasattr(X, "shape")


def eager(X: Any) -> Any:
    """The table itself, where polars was to read it lazily."""
    return X.collect() if hasattr(X, "collect") else X


def container_of(X: Any) -> str:
    """Whose table it is: 'pandas', 'polars' or 'arrow'."""
    module = type(X).__module__.split(".")[0]
    return module if module in ("pandas", "polars") else "arrow"


def names_in(X: Any) -> list[str]:
    """The names of a DataFrame's or Table's columns; whole numbers, which pandas takes for names, as text."""
    import pyarrow as pa

    return [str(name) for name in (X.column_names if isinstance(X, pa.Table) else X.columns)]


def frame_of(X: Any) -> Frame:
    """Read a pandas or polars DataFrame or a pyarrow Table.

    Raises
    ------
    VaeworksError
        For duplicated names, columns that mix text and numbers, and types that are neither.
    """
    import pyarrow as pa

    container = container_of(X)
    names = names_in(X)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise VaeworksError(f"the table has more than one column {twice[0]!r}: rename them")
    try:
        table = X if isinstance(X, pa.Table) else X.to_arrow() if container == "polars" else from_pandas(X)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise VaeworksError(
            f"a column mixes types ({str(error).splitlines()[0]}): make it all text or numbers"
        ) from error
    except pa.ArrowNotImplementedError as error:
        raise VaeworksError(f"a column cannot be modelled ({error.args[-1]}): leave it out") from error
    types = {name: table.column(index).type for index, name in enumerate(names)}
    check_types(types)
    found = {name: read_column(name, table.column(index)) for index, name in enumerate(names)}
    return Frame(
        found,
        whole={name for name, kind in types.items() if pa.types.is_integer(kind)},
        ordered={
            name: table.column(name).chunk(0).dictionary.to_pylist()
            for name, kind in types.items()
            if pa.types.is_dictionary(kind) and kind.ordered and table.num_rows
        },
        container=container,
        dtypes={str(name): str(dtype) for name, dtype in X.dtypes.items()} if container == "pandas" else {},
        moments={name: str(kind) for name, kind in types.items() if is_moment(kind)},
        labels=labels_of(X.columns) if container == "pandas" else {},
    )


def labels_of(names: Iterable[Any]) -> dict[str, Any]:
    """By their names as text, those that are whole numbers, or that have several parts, each such or text."""
    parts = {str(name): [*name] if isinstance(name, tuple) else name for name in names if not isinstance(name, str)}
    plain = {name: json_of(label) for name, label in parts.items()}
    return {name: label for name, label in plain.items() if label is not None}


def json_of(label: Any) -> Any:
    """A whole number, or a list of such or text; None for what is neither, as a date is."""
    if isinstance(label, list):
        each = [part if isinstance(part, str) else json_of(part) for part in label]
        return None if None in each else each
    return int(label) if isinstance(label, Integral) and not isinstance(label, bool) else None


def from_pandas(X: Any) -> Any:
    import pyarrow as pa

    dense = {column: dtype.subtype for column, dtype in X.dtypes.items() if str(dtype).startswith("Sparse")}
    return pa.Table.from_pandas(X.astype(dense) if dense else X, preserve_index=False)


def read_column(name: str, column: Any) -> np.ndarray:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return np.array(column.to_pylist(), dtype=object)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(np.float64)
    return in_seconds(column) if is_moment(kind) else np.full(len(column), np.nan)


def check_types(types: dict[str, Any]) -> None:
    """Refuse all columns at once that hold neither numbers nor text nor dates."""
    import pyarrow as pa

    plain = ("boolean", "string", "large_string", "integer", "floating", "decimal", "null")
    values = {name: kind.value_type if pa.types.is_dictionary(kind) else kind for name, kind in types.items()}
    odd = {
        name: kind
        for name, kind in values.items()
        if not is_moment(kind) and not any(getattr(pa.types, f"is_{each}")(kind) for each in plain)
    }
    if binary := [name for name, kind in odd.items() if pa.types.is_binary(kind)]:
        raise VaeworksError(
            f"column {binary[0]!r} is not in UTF-8: name the encoding of its file with --encoding, such as latin-1, or "
            "leave the column out"
        )
    if odd:
        held = ", ".join(f"{name!r} ({kind})" for name, kind in odd.items())
        dropped = " ".join(f"--drop {name}" for name in odd)
        raise VaeworksError(
            f"columns that hold neither numbers nor text nor dates cannot be modelled: {held}. Turn them into numbers "
            f"or text, or leave them out ({dropped})"
        )


def columns_of_objects(X: np.ndarray, names: list[str]) -> Frame:
    """An array of objects, (N, D), of which each column is numbers or text."""
    return Frame({name: typed(name, X[:, index]) for index, name in enumerate(names)})


def typed(name: str, values: np.ndarray) -> np.ndarray:
    """Numbers where all that are there are numbers, else text."""
    there = [value for value in values if not is_hole(value)]
    if all(isinstance(value, Real | np.bool_) for value in there):
        return np.array([math.nan if is_hole(value) else float(value) for value in values])
    if all(isinstance(value, str) for value in there):
        return np.array([None if is_hole(value) else str(value) for value in values], dtype=object)
    odd = next(value for value in there if not isinstance(value, str))
    raise TypeError(
        f"column {name!r}: each argument must be a string or a number, and one column only one of them; "
        f"not {type(odd).__name__} as {odd!r}"
    )


def is_hole(value: Any) -> bool:
    return value is None or (value != value) is not False


def as_container(values: dict[str, np.ndarray], columns: list, container: str) -> Any:
    """Values in what the table to fit came in; an array where all are numbers, else an array of objects."""
    if container == "pandas":
        return as_pandas(values, columns)
    if container == "array":
        plain = all(own.dtype.kind in "if" for own in values.values())
        return np.column_stack([own if plain else own.astype(object) for own in values.values()])
    import pyarrow as pa

    types = {column.name: type_named(column.moment) for column in columns if column.moment}
    table = pa.table({name: pa.array(own.tolist(), types.get(name)) for name, own in values.items()})
    if container == "polars":
        import polars as pl

        return pl.from_arrow(table)
    return table


def as_pandas(values: dict[str, np.ndarray], columns: list) -> Any:
    """Values as a DataFrame, columns of the types that they had in the fit, where these hold any value."""
    import pandas as pd

    types: dict[str, Any] = {
        column.name: column.dtype for column in columns if column.dtype in SAFE_TYPES or column.moment
    }
    types |= {
        column.name: pd.CategoricalDtype(column.categories, ordered=column.kind == "ordinal")
        for column in columns
        if column.dtype == "category" and column.categories  # those of numbers may be modelled as numbers
    }
    table = pd.DataFrame(values).astype(types)
    labels = [column.name if column.label is None else column.label for column in columns]
    if all(isinstance(label, list) for label in labels):
        table.columns = pd.MultiIndex.from_tuples([tuple(label) for label in labels])
    elif not any(isinstance(label, list) for label in labels):
        table.columns = pd.Index(labels)
    return table
