"""What is known about each column: its kind, its categories, and how its numbers are scaled."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from ..errors import VaeworksError
from .frames import Frame
from .moments import as_moments, read_moment, step_of

KINDS = ("real", "positive", "count", "binary", "categorical", "ordinal")
DISCRETE = ("binary", "categorical", "ordinal")
MOST_CATEGORIES = 1000
KNOTS = 100
HEAVY_TAILED = 8.0  # kurtosis
LARGEST = 1e150  # its square is finite, and so is the sum of very many
LUMP, MANY_VALUES, MOST_DECIMALS, FARTHEST, LEAST_SKEWNESS = 0.1, 20, 6, 40.0, 0.5
STEP = 1e-9  # of t


@dataclass(frozen=True)
class Column:
    """One column of a table, in JSON's types.

    Attributes
    ----------
    name, kind : str
    categories : list
        Of a binary, categorical or ordinal column, in the order of their indices.
    centre, spread : float
        Of a number u (its logarithm, where the column is positive): t = (u - centre) / spread.
    knots : list of [t, score]
        Further, where t is not near normal: a piecewise linear map onto normal scores.
    whole, integer : bool
        Whether values are given back rounded, and as integers.
    dtype : str
        In the pandas DataFrame of the fit, or else empty.
    low, high : float or None
        The least and the largest number, beyond which none is drawn.
    decimals : int or None
        With how many numbers are written, where that is plain.
    lumps : list of [t, score, score]
        Values that many rows share among many others, and the normal scores between which they lie.
    moment : str
        The type of a date or time, as Arrow calls it, whose numbers are steps since 1970 or midnight; or else empty.
    step : float
        Of a date or time, in seconds.
    label : int or list or None
        What the pandas DataFrame of the fit called it, where that is a number or has several parts.
    """

    name: str
    kind: str
    categories: list = field(default_factory=list)
    centre: float = 0.0
    spread: float = 1.0
    knots: list = field(default_factory=list)
    whole: bool = False
    integer: bool = False
    dtype: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int | None = None
    lumps: list = field(default_factory=list)
    moment: str = ""
    step: float = 1.0
    label: Any = None

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The values as float64, (N,), categories as their indices, NaN where missing.

        Raises
        ------
        VaeworksError
            For values that the column cannot hold.
        """
        if self.kind in DISCRETE:
            return self._indices(values)
        if values.dtype == object:
            given = [value for value in values if value is not None]
            if not given:
                return np.full(len(values), np.nan)
            if not all(isinstance(value, bool) for value in given):
                held = "dates or times" if self.moment else "numbers"
                raise VaeworksError(f"column {self.name!r} holds {held}, and {given[0]!r} is text: mend that value")
            values = np.array([np.nan if value is None else float(value) for value in values])
        self._check(values)
        return values / self.step

    def _check(self, values: np.ndarray) -> None:
        if np.isinf(values).any():
            raise infinite(self.name)
        known = values[~np.isnan(values)]
        low = {"positive": known <= 0, "count": (known < 0) | (known != np.round(known))}.get(self.kind)
        if low is not None and low.any():
            wanted = {"positive": "values above 0", "count": "whole numbers from 0 up"}[self.kind]
            raise VaeworksError(
                f"column {self.name!r} is of kind {self.kind}, which is for {wanted}, and holds "
                f"{known[low][0]:g}: mend the value, or declare the column as real"
            )

    def _indices(self, values: np.ndarray) -> np.ndarray:
        places = {category: index for index, category in enumerate(self.categories)}
        found = np.empty(len(values))
        for row, value in enumerate(values.tolist()):
            missing = value is None or value != value
            if not missing and value not in places:
                known = ", ".join(map(str, self.categories[:10]))
                raise VaeworksError(
                    f"column {self.name!r} holds {value!r}, which it did not when the model was fitted "
                    f"(it knows {known}): replace it, or leave it out as missing"
                )
            found[row] = np.nan if missing else places[value]
        return found

    def values(self, numbers: np.ndarray) -> np.ndarray:
        """The inverse of `numbers`, without holes."""
        if self.kind in DISCRETE:
            found = np.array(self.categories, dtype=object)[numbers.astype(int)]
            plain = all(isinstance(each, float) for each in self.categories)
            return found if not plain else found.astype(int if self.integer else float)
        if self.moment:
            return as_moments(numbers * self.step, self.moment)
        return numbers.astype(np.int64) if self.integer and (numbers == np.round(numbers)).all() else numbers

    def real(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers as the data could have them: with their decimals, and between their ends."""
        if self.kind in DISCRETE:
            return numbers
        decimals = 0 if self.whole or self.kind == "count" else self.decimals
        found = numbers if decimals is None else numbers.round(decimals)
        return np.clip(found, self.low, self.high) + 0.0 if self.low is not None else found + 0.0  # no -0

    def parsed(self, word: Any) -> float:
        """The number of one value, which may be written as text."""
        if self.kind in DISCRETE:
            word = next((category for category in self.categories if str(category) == str(word)), word)
            if isinstance(self.categories[0], float) and not isinstance(word, float):
                word = as_number(self.name, word)
            return float(self._indices(np.array([word], dtype=object))[0])
        number = read_moment(self.name, self.moment, word) if self.moment else as_number(self.name, word)
        return float(self.numbers(np.array([number]))[0])

    def to_state(self) -> dict:
        return asdict(self)


def as_number(name: str, word: Any) -> float:
    try:
        return float(word)
    except (TypeError, ValueError) as error:
        raise VaeworksError(f"column {name!r} holds numbers, and {word!r} is none: give a number") from error


def learn_columns(frame: Frame, kinds: dict[str, str], scaling: str) -> list[Column]:
    """Infer the kind and the scale of every column, but for those that `kinds` declares.

    Raises
    ------
    VaeworksError
        For a declared column or kind that does not exist, and for columns that hold nothing.
    """
    unknown = [name for name in kinds if name not in frame.columns]
    if unknown:
        raise VaeworksError(f"there is no column {unknown[0]!r}: the columns are {', '.join(list(frame.columns)[:20])}")
    return [
        replace(
            learn_column(name, frame, kinds.get(name), scaling),
            dtype=frame.dtypes.get(name, ""),
            label=frame.labels.get(name),
        )
        for name in frame.columns
    ]


def learn_column(name: str, frame: Frame, kind: str | None, scaling: str) -> Column:
    values, ordered = frame.columns[name], frame.ordered.get(name)
    if kind is not None and kind not in KINDS:
        raise VaeworksError(f"column {name!r} cannot be {kind!r}: choose one of {', '.join(KINDS)}")
    distinct = categories_of(values)
    if not distinct:
        raise VaeworksError(f"column {name!r} is missing everywhere: leave it out")
    if isinstance(distinct[-1], float) and np.isinf(distinct).any():
        raise infinite(name)
    if isinstance(distinct[-1], float) and kind not in DISCRETE:
        check_size(name, distinct[0], distinct[-1])
    if name in frame.moments:
        return moments(name, values, frame.moments[name], kind, scaling)
    typed = frame.container != "array"
    counted = name in frame.whole or (typed and values.dtype == float and bool(np.isnan(values).any()))
    kind = kind or ("ordinal" if ordered else kind_of(values, distinct, counted, typed))
    whole = name in frame.whole or (values.dtype == float and all(value == round(value) for value in distinct[:1000]))
    if kind in DISCRETE:
        return discrete(name, kind, ordered or distinct, name in frame.whole)
    if values.dtype == object and not all(isinstance(value, bool) for value in distinct):
        raise VaeworksError(f"column {name!r} holds text, so it cannot be {kind}: declare it categorical or ordinal")
    bare = Column(name, kind, whole=whole, integer=name in frame.whole)
    numbers = bare.numbers(values)
    return scaled(bare, numbers[~np.isnan(numbers)], scaling)


def moments(name: str, seconds: np.ndarray, moment: str, kind: str | None, scaling: str) -> Column:
    """A column of dates or times, counted in the longest step that they keep to."""
    if kind not in (None, "real"):
        raise VaeworksError(f"column {name!r} holds dates or times, so it cannot be {kind}: leave the kind out")
    known = seconds[~np.isnan(seconds)]
    step = step_of(known)
    whole = bool((known % step == 0).all())
    return scaled(Column(name, "real", whole=whole, moment=moment, step=step), known / step, scaling)


def categories_of(values: np.ndarray) -> list:
    if values.dtype != object:
        return np.unique(values[~np.isnan(values)]).tolist()
    return sorted({value for value in values if value is not None})


def kind_of(values: np.ndarray, distinct: list, whole: bool, typed: bool) -> str:
    """The kind that values look like: see `TabularVAE`."""
    if values.dtype == object:
        return "binary" if len(distinct) == 2 else "categorical"
    whole = whole and all(value == round(value) for value in distinct)
    if whole and distinct == [0.0, 1.0]:
        return "binary"
    if whole and distinct[0] in (0.0, 1.0) and len(distinct) > 2 and counts(values[~np.isnan(values)]):
        return "count"
    if (
        typed
        and distinct[0] > 0
        and len(distinct) > 2
        and skewness(np.log(distinct)) < 1 < skewness(np.array(distinct))
    ):
        return "positive"
    return "real"


def counts(values: np.ndarray) -> bool:
    """Whether whole numbers are spread as counts are: most of them low, and without lumps among large ones."""
    lumps = shared_by_many(values)
    rest = values[~np.isin(values, lumps)]
    return skewness(values) >= LEAST_SKEWNESS and max(lumps, default=0.0) <= 1 and not (lumps and np.median(rest) > 20)


def infinite(name: str) -> VaeworksError:
    return VaeworksError(f"column {name!r} holds infinite values: replace them, or leave them out as missing")


def check_size(name: str, low: float, high: float) -> None:
    """Refuse a column of numbers that has none, or some whose squares are not finite."""
    if np.isnan(low):
        raise VaeworksError(f"column {name!r} is missing everywhere: leave it out")
    most = max(low, high, key=abs)
    if abs(most) > LARGEST:
        raise VaeworksError(
            f"column {name!r} holds {most:g}, and numbers beyond {LARGEST:g} are too large to compute with: mend the "
            "value, leave it out as missing, or give the column in a larger unit"
        )


def skewness(values: np.ndarray) -> float:
    return float(np.mean(((values - values.mean()) / (values.std() or 1.0)) ** 3))


def discrete(name: str, kind: str, categories: list, integer: bool) -> Column:
    if kind == "binary" and len(categories) > 2:
        raise VaeworksError(f"column {name!r} has {len(categories)} values, so it cannot be binary: leave the kind out")
    if len(categories) > MOST_CATEGORIES:
        raise VaeworksError(
            f"column {name!r} has {len(categories)} different values, which are no categories: leave it out"
        )
    return Column(name, kind, list(categories), integer=integer)


def scaled(column: Column, numbers: np.ndarray, scaling: str) -> Column:
    """With the centre and spread of its numbers, and knots where they are far from normal or rounded."""
    u = np.log(numbers) if column.kind == "positive" else np.log1p(numbers) if column.kind == "count" else numbers
    centre, spread = float(u.mean()), float(u.std()) or 1.0
    t = (u - centre) / spread
    found = replace(column, centre=centre, spread=spread, low=float(numbers.min()), high=float(numbers.max()))
    found = replace(found, decimals=decimals_of(numbers))
    if not bent(column, t, scaling):
        return found
    lumps = lumps_of(t)
    return replace(found, knots=parted_at(normal_scores(t), lumps), lumps=lumps)


def bent(column: Column, t: np.ndarray, scaling: str) -> bool:
    """Whether a column is brought to normal scores: if asked for, or if its values are rounded or heavy-tailed."""
    if column.kind == "count" or scaling in ("standard", "table") or len(np.unique(t)) < 3:
        return False
    return scaling == "quantile" or bool(np.mean(t**4) > HEAVY_TAILED) or bool(shared_by_many(t))


def decimals_of(numbers: np.ndarray) -> int | None:
    """With how many the numbers are written; None where they have more than are plain."""
    return next((places for places in range(MOST_DECIMALS + 1) if (numbers.round(places) == numbers).all()), None)


def shared_by_many(values: np.ndarray) -> list[float]:
    """The values that a tenth of the rows has, among at least 20 others."""
    distinct, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    return distinct[counts >= LUMP * counts.sum()].tolist() if len(distinct) > MANY_VALUES else []


def lumps_of(t: np.ndarray) -> list:
    """Each such value with the normal scores of the shares of rows below it, and up to it."""
    ranks = [(value, float((t < value).mean()), float((t <= value).mean())) for value in shared_by_many(t)]
    return [[value, *np.clip(ndtri([below, upto]), -FARTHEST, FARTHEST).tolist()] for value, below, upto in ranks]


def normal_scores(t: np.ndarray) -> list:
    """At most 100 knots [t, score]: the normal score of a value is that of its mid-rank."""
    distinct, counts = np.unique(t, return_counts=True)
    scores = ndtri((np.cumsum(counts) - 0.5 * counts) / len(t))
    if len(distinct) > KNOTS:
        keep = np.unique(np.searchsorted(np.cumsum(counts), np.linspace(0, len(t), KNOTS)).clip(0, len(distinct) - 1))
        distinct, scores = distinct[keep], scores[keep]
    return np.stack([distinct, scores], 1).tolist()


def parted_at(knots: list, lumps: list) -> list:
    """The knots, with a step at each value that many rows share: what is beside it has no score of its own."""
    below, above = ([value - STEP, low] for value, low, _ in lumps), ([value + STEP, high] for value, _, high in lumps)
    return sorted([*knots, *below, *above])


def of_one_unit(low: np.ndarray, high: np.ndarray) -> bool:
    """Whether most columns span nearly the whole range of the table, as pixels do: they then share one scale."""
    least, most = np.nanmin(low), np.nanmax(high)
    reach = 0.1 * most - 0.1 * least
    return len(low) > 2 and bool(np.mean((low <= least + reach) & (high >= most - reach)) >= 0.5)


def extremes(matrix: Any) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of every column, as float64, holes left out; NaN where there are but holes."""
    if hasattr(matrix, "tocsr"):
        low, high = (ends.toarray().ravel() for ends in (matrix.nanmin(0), matrix.nanmax(0)))
    else:
        low, high = np.fmin.reduce(matrix), np.fmax.reduce(matrix)
    return low.astype(np.float64), high.astype(np.float64)
