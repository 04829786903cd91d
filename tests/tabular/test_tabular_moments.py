"""Dates and times: numbers inside the model, and dates and times again in every answer."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks import TabularVAE, VaeworksError
from vaeworks.tabular.moments import as_moments, in_seconds, read_moment, step_of, type_named

SMALL = {"latent_dim": 2, "width": 16, "epochs": 2, "neighbour_weight": 0.0, "device": "cpu", "random_state": 0}
RANDOM, ROWS = np.random.default_rng(0), 200
DAYS = pd.Series(pd.Timestamp("2019-01-01") + pd.to_timedelta(RANDOM.integers(0, 1400, ROWS), unit="D"))
MINUTES = RANDOM.integers(0, 1440, ROWS)
TABLE = pd.DataFrame(
    {
        "day": DAYS,
        "at": (DAYS + pd.to_timedelta(MINUTES, unit="min")).dt.tz_localize("UTC").dt.tz_convert("Asia/Kolkata"),
        "date": [each.date() for each in DAYS],
        "clock": [dt.time(minute // 60, minute % 60) for minute in MINUTES.tolist()],
        "lasts": pd.to_timedelta(RANDOM.integers(0, 1000, ROWS), unit="s"),
        "x": RANDOM.normal(size=ROWS),
    }
)
HOLED = TABLE.copy()
for _row, _name in enumerate(TABLE.columns):
    HOLED.loc[_row, _name] = None


@pytest.mark.parametrize(
    ("moment", "values"),
    [
        ("date32[day]", st.dates()),
        ("date64[ms]", st.dates()),
        ("timestamp[s]", st.datetimes().map(lambda at: at.replace(microsecond=0))),
        ("timestamp[ms]", st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1))),
        ("timestamp[us, tz=Asia/Kolkata]", st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1))),
        ("time32[s]", st.times().map(lambda at: at.replace(microsecond=0))),
        ("time64[us]", st.times()),
        ("duration[ms]", st.timedeltas(dt.timedelta(0), dt.timedelta(days=10_000))),
    ],
)
@given(data=st.data())
def test_what_arrow_holds_is_counted_in_seconds_and_comes_back(moment, values, data):
    kind = type_named(moment)
    assert str(kind) == moment
    column = pa.chunked_array([pa.array(data.draw(st.lists(values, min_size=1, max_size=5))).cast(kind, safe=False)])
    back = pa.array(as_moments(in_seconds(column), moment).tolist(), kind)
    apart = [abs(a - b) for a, b in zip(in_seconds(column), in_seconds(pa.chunked_array([back])), strict=True)]
    assert max(apart) <= (0 if "us" not in moment else 1e-6)


def test_the_step_is_the_longest_that_all_keep_to():
    assert [step_of(np.array(each) * 1.0) for each in ([86400, 0], [7200, 3600], [90, 60], [60, 120], [0.5])] == [
        86400,
        3600,
        1,
        60,
        1,
    ]


def test_rows_are_drawn_in_the_types_and_steps_of_the_table_and_between_its_ends():
    drawn = TabularVAE(**SMALL).fit(TABLE).sample(50, random_state=1)
    assert (drawn.dtypes == TABLE.dtypes).all()
    assert (drawn["day"].dt.normalize() == drawn["day"]).all()
    assert (drawn["at"].dt.second == 0).all()
    assert {type(each) for each in drawn["date"]} == {dt.date}
    assert {type(each) for each in drawn["clock"]} == {dt.time}
    for name in TABLE:
        assert TABLE[name].min() <= drawn[name].min() <= drawn[name].max() <= TABLE[name].max()


@pytest.mark.parametrize("library", ["pandas", "arrow", "polars"])
def test_only_holes_are_filled(library):
    as_library = {"pandas": lambda table: table, "arrow": pa.Table.from_pandas, "polars": pl.from_pandas}[library]
    table = as_library(HOLED)
    full = TabularVAE(**SMALL).fit(as_library(TABLE)).impute(table)
    if library == "pandas":
        assert (full.dtypes == HOLED.dtypes).all()
    else:
        assert full.schema == table.schema
    before, after = (as_rows(each) for each in (table, full))
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        for place, (was, now) in enumerate(zip(old, new, strict=True)):
            assert now == was or (row == place and now is not None and now == now)
    assert not any(value is None or value != value for row in after for value in row)


def as_rows(table):
    table = (
        table if isinstance(table, pa.Table) else pa.table(table.to_arrow() if hasattr(table, "to_arrow") else table)
    )
    return [tuple(row.values()) for row in table.to_pylist()]


def test_the_calendar_is_read():
    labels = np.where(TABLE["day"].dt.day_of_week >= 5, "weekend", "week")
    model = TabularVAE(**{**SMALL, "epochs": 60}).fit(TABLE[["day", "x"]], labels)
    assert (model.predict(TABLE[["day", "x"]]) == labels).mean() > 0.95  # without: the share of week days, 0.7


def test_values_are_given_as_they_are_written():
    model = TabularVAE(**SMALL).fit(TABLE)
    drawn = model.sample(3, where={"day": dt.date(2020, 5, 1), "clock": "14:30", "at": "2020-05-01T10:00:00+02:00"})
    assert set(drawn["day"]) == {pd.Timestamp("2020-05-01")}
    assert set(drawn["clock"]) == {dt.time(14, 30)}
    assert set(drawn["at"]) == {pd.Timestamp("2020-05-01T08:00:00Z")}
    with pytest.raises(VaeworksError, match=r"'day' holds dates or times, and 'soon' is none: give one such as"):
        model.sample(3, where={"day": "soon"})
    assert read_moment("lasts", "duration[s]", "90") == 90


def test_dates_and_numbers_are_not_mixed_up():
    model = TabularVAE(**SMALL).fit(TABLE[["day", "x"]])
    with pytest.raises(VaeworksError, match="'x' held numbers or words when the model was fitted, and now holds dates"):
        model.transform(TABLE[["day"]].assign(x=TABLE["day"]))
    with pytest.raises(VaeworksError, match="'day' held dates or times when the model was fitted, and now holds num"):
        model.transform(TABLE[["x"]].assign(day=TABLE["x"])[["day", "x"]])
    with pytest.raises(VaeworksError, match="'day' holds dates or times, and 'soon' is text"):
        model.transform(TABLE[["x"]].assign(day="soon")[["day", "x"]])
    with pytest.raises(VaeworksError, match="'day' holds dates or times, so it cannot be count"):
        TabularVAE(kinds={"day": "count"}, **SMALL).fit(TABLE)
    assert model.transform(TABLE[["x"]].assign(day=pd.NaT)[["day", "x"]]).shape == (ROWS, 2)
    assert model.transform(TABLE[["date", "x"]].rename(columns={"date": "day"})).shape == (ROWS, 2)
