"""Times at equal steps: which step they have, where some are missing, and how they go on."""

import logging
from dataclasses import dataclass
from typing import Self

import numpy as np

from ...errors import VaeworksError

log = logging.getLogger(__name__)
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Step:
    """From one time of a series to the next.

    Attributes
    ----------
    months : int
        Calendar months; 0 where it is of one length always.
    length : numpy.timedelta64
        That length; 0 where it is months.
    """

    months: int
    length: np.timedelta64

    @classmethod
    def of(cls, times: np.ndarray) -> Self:
        """The usual one of times in order: whole months where all fall on one day of the month, or on its last."""
        gaps = np.diff(times)
        if (gaps >= 28 * DAY).all() and (same_day(times) or last_days(times)):
            return cls(int(np.median(np.diff(months_of(times)))), np.timedelta64(0, "s"))
        return cls(0, np.median(gaps.astype("timedelta64[s]").astype(np.int64)).astype("timedelta64[s]"))

    def places(self, times: np.ndarray) -> np.ndarray:
        """How many steps each is after the first, as float."""
        if self.months:
            return np.diff(months_of(times), prepend=months_of(times)[:1]).cumsum() / self.months
        return (times - times[0]) / self.length

    def after(self, first: np.datetime64, places: np.ndarray) -> np.ndarray:
        """The times so many steps after one."""
        if not self.months:
            return first + places * self.length
        month = first.astype("datetime64[M]")
        rest = first - month.astype("datetime64[s]")
        begun = month + (places * self.months).astype("timedelta64[M]")
        if (first + DAY).astype("datetime64[M]") > month and rest >= 27 * DAY:
            return (begun + 1).astype("datetime64[s]") - (((month + 1).astype("datetime64[s]")) - first)
        return begun.astype("datetime64[s]") + rest

    def in_words(self) -> str:
        if self.months:
            return "1 month" if self.months == 1 else f"{self.months} months"
        seconds = int(self.length.astype(np.int64))
        unit, name = next(
            (u, n) for u, n in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")) if not seconds % u
        )
        count = seconds // unit
        return f"1 {name}" if count == 1 else f"{count} {name}s"


def months_of(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[M]").astype(np.int64)


def same_day(times: np.ndarray) -> bool:
    days = times - times.astype("datetime64[M]").astype("datetime64[s]")
    return bool((days == days[0]).all())


def last_days(times: np.ndarray) -> bool:
    return bool((months_of(times + DAY) > months_of(times)).all())


def on_a_grid(name: str, times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows in the order of their times, with rows of NaN where a step is missing; what was done is said.

    Raises
    ------
    VaeworksError
        For two different rows of one time, and for times of no regular step.
    """
    if (np.diff(times) < np.timedelta64(0, "s")).any():
        log.warning("%s: the rows are not in the order of their times, so they are sorted", name)
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
    times, values = without_doubles(name, times, values)
    if len(times) < 3:
        raise VaeworksError(f"{name} has {len(times)} times, of which no step can be told: bring more rows")
    step = Step.of(times)
    places = step.places(times)
    odd = np.flatnonzero(np.abs(places - np.rint(places)) > 1e-6)
    if len(odd):
        raise VaeworksError(
            f"{name}: the usual step is {step.in_words()}, but {said(times[odd[0]])} falls between steps: bring rows "
            "at equal steps, such as means by hour or day"
        )
    rows = np.rint(places).astype(np.int64)
    missing = int(rows[-1]) + 1 - len(rows)
    if not missing:
        return times, values
    log.warning("%s: %s of %s steps of %s are missing", name, f"{missing:,}", f"{rows[-1] + 1:,}", step.in_words())
    filled = np.full((rows[-1] + 1, values.shape[1]), np.nan)
    filled[rows] = values
    return step.after(times[0], np.arange(rows[-1] + 1)), filled


def without_doubles(name: str, times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    again = np.flatnonzero(np.diff(times) == np.timedelta64(0, "s")) + 1
    for row in again:
        if not np.array_equal(values[row], values[row - 1], equal_nan=True):
            raise VaeworksError(
                f"{name} has two different rows of {said(times[row])}: keep one, or bring their mean; several series "
                "in one table belong into columns of their own"
            )
    if len(again):
        log.warning("%s: %s rows are there twice, and are read once", name, f"{len(again):,}")
    return np.delete(times, again), np.delete(values, again, axis=0)


def said(time: np.datetime64) -> str:
    return str(time).removesuffix("T00:00:00").replace("T", " ")
