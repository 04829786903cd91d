"""What a calendar says of a step: where it is in the day, the week and the year, as points on circles."""

import numpy as np

from ..datasets.series.grid import DAY, Step

YEAR, WEEK = 365.2425, 7.0
SUNDAY = np.datetime64("1970-01-04")


def covariates(times: np.ndarray | None, rows: int) -> np.ndarray:
    """Sine and cosine (T, K) of the cycles that are longer than a step; none without times."""
    if times is None:
        return np.zeros((rows, 0), dtype=np.float32)
    length = float(np.median(np.diff(times) / DAY))
    days = (times - SUNDAY) / DAY
    cycles = [cycle for cycle in (1.0, WEEK, YEAR) if length < cycle / 1.5]
    angles = [2 * np.pi * days / cycle for cycle in cycles]
    parts = [part for angle in angles for part in (np.sin(angle), np.cos(angle))]
    return np.stack(parts, axis=1).astype(np.float32) if parts else np.zeros((rows, 0), dtype=np.float32)


def going_on(times: np.ndarray | None, steps: int) -> np.ndarray | None:
    """The times of the next steps."""
    if times is None:
        return None
    return Step.of(times).after(times[0], np.arange(len(times), len(times) + steps))
