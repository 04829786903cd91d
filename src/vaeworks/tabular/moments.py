"""Dates and times as numbers of seconds, and back."""

import math
from datetime import UTC, datetime, time
from typing import Any

import numpy as np

from ..errors import VaeworksError

DAY = 86_400.0  # seconds
STEPS = (DAY, 3600.0, 60.0, 1.0)
PERIODS = (DAY, 7 * DAY, 365.2425 * DAY)  # of the hour, the weekday and the season


def is_moment(kind: Any) -> bool:
    """Whether a type of Arrow is one of dates, times of day, both, or how long something lasts."""
    import pyarrow as pa

    types = pa.types
    return types.is_date(kind) or types.is_time(kind) or types.is_timestamp(kind) or types.is_duration(kind)


def in_seconds(column: Any) -> np.ndarray:
    """A column of Arrow in seconds, since 1970 or midnight, (N,); NaN where missing."""
    import pyarrow as pa

    stored = pa.int32() if column.type.bit_width == 32 else pa.int64()
    numbers = column.cast(stored).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers * seconds_a_unit(column.type)


def as_moments(seconds: np.ndarray, moment: str) -> np.ndarray:
    """The dates or times of that type which are so many seconds away, as Python's own, (N,)."""
    import pyarrow as pa

    kind = type_named(moment)
    each = seconds_a_unit(kind)
    stored = pa.int32() if kind.bit_width == 32 else pa.int64()
    found = pa.array(np.round(seconds / each).astype(np.int64)).cast(stored).cast(kind)
    if moment.startswith(("timestamp[ns", "time64[ns", "duration[ns")):  # Python counts microseconds
        found = found.cast(type_named(moment.replace("[ns", "[us")), safe=False)
    return np.array(found.to_pylist(), dtype=object)


def type_named(moment: str) -> Any:
    """The type of Arrow that prints like this."""
    import pyarrow as pa

    kind, _, zone = moment.rstrip("]").partition(", tz=")
    plain = pa.type_for_alias(f"{kind}]")
    return pa.timestamp(plain.unit, zone) if zone else plain


def seconds_a_unit(kind: Any) -> float:
    if str(kind).startswith("date"):
        return DAY if kind.bit_width == 32 else 1e-3
    return {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[kind.unit]


def step_of(seconds: np.ndarray) -> float:
    """The longest of a day, an hour, a minute and a second of which all are whole multiples, else a second."""
    return next((step for step in STEPS if (seconds % step == 0).all()), 1.0)


def read_moment(name: str, moment: str, word: Any) -> float:
    """The seconds of a date or time that is written as ISO 8601 has it.

    Raises
    ------
    VaeworksError
    """
    try:
        if moment.startswith("duration"):
            return float(word)
        if moment.startswith("time") and not moment.startswith("timestamp"):
            return seconds_between(datetime.min, datetime.combine(datetime.min, time.fromisoformat(str(word))))
        return seconds_between(datetime(1970, 1, 1), datetime.fromisoformat(str(word)))
    except ValueError as error:
        usual = "a number of seconds" if moment.startswith("duration") else "one such as 2026-11-27 or 14:30"
        raise VaeworksError(f"column {name!r} holds dates or times, and {word!r} is none: give {usual}") from error


def seconds_between(start: datetime, end: datetime) -> float:
    """Where the end has no time zone, it is in UTC, as the start is."""
    return (end.replace(tzinfo=end.tzinfo or UTC) - start.replace(tzinfo=UTC)).total_seconds()


def periods_of(moment: str, step: float, reach: float) -> list[float]:
    """The seconds of those cycles of the calendar that a column tells apart: longer than its step, and within reach."""
    if moment.startswith("duration"):
        return []
    return [period for period in PERIODS if step < period <= reach]


def turns(seconds: Any, periods: list[float]) -> list[Any]:
    """Where in each cycle a moment stands, as a point on a circle."""
    angles = [seconds * (2 * math.pi / period) for period in periods]
    return [part for angle in angles for part in (angle.sin(), angle.cos())]
