"""Series: times at equal steps, and what is odd about them refused or said."""

import logging

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks import VaeworksError
from vaeworks.datasets import load_series
from vaeworks.datasets.named import statsmodels_series
from vaeworks.datasets.series.grid import Step
from vaeworks.datasets.series.series import Series, first_held_out


def seconds(times):
    return np.asarray(times, dtype="datetime64[s]")


@pytest.mark.parametrize("frequency", ["h", "15min", "D", "7D", "MS", "ME", "QS", "YS", "2h"])
def test_times_go_on_as_pandas_has_them(frequency):
    times = seconds(pd.date_range("2019-11-30", periods=40, freq=frequency).to_numpy())
    step = Step.of(times[:20])
    assert np.array_equal(step.after(times[0], np.arange(40)), times)
    assert np.allclose(step.places(times), np.arange(40))


@given(st.integers(1, 28), st.integers(1, 12), st.integers(3, 30))
def test_any_day_of_the_month_goes_on(day, months, count):
    begun = np.datetime64("2001-03", "M") + np.arange(count) * months
    times = seconds(begun) + np.timedelta64(day - 1, "D")
    assert np.array_equal(Step.of(times).after(times[0], np.arange(count)), times)


@pytest.fixture
def written(tmp_path):
    def write(text, name="series.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


HOURS = "hour,load,wind,site\n" + "".join(f"2024-03-01 {hour:02d}:00,{hour}.5,{hour * 2},north\n" for hour in range(6))


def test_a_table_gives_its_numbers_and_times(written, caplog):
    with caplog.at_level(logging.WARNING):
        found = load_series(written(HOURS), time="hour").splits["all"]
    assert found.columns == ("load", "wind")
    assert found.values[3].tolist() == [3.5, 6.0]
    assert str(found.times[5]) == "2024-03-01T05:00:00"
    assert "1 columns hold no numbers and are left out: site" in caplog.text


def test_times_are_guessed_and_said(written, caplog):
    with caplog.at_level(logging.WARNING):
        assert load_series(written(HOURS.replace("hour,", "date,"))).splits["all"].times is not None
        assert "the times are its column 'date'" in caplog.text
        assert load_series(written("a,b\n1,2\n3,4\n5,6\n")).splits["all"].times is None
    assert "its rows are equal steps without a calendar" in caplog.text


def test_gaps_are_filled_with_nothing_and_counted(written, caplog):
    lines = HOURS.splitlines()
    with caplog.at_level(logging.WARNING):
        found = load_series(written("\n".join([*lines[:3], *lines[5:]])), time="hour", columns=["load"]).splits["all"]
    assert np.isnan(found.values[:, 0]).tolist() == [False, False, True, True, False, False]
    assert "2 of 6 steps of 1 hour are missing" in caplog.text


def test_rows_out_of_order_are_sorted_and_said(written, caplog):
    head, *lines = HOURS.splitlines()
    with caplog.at_level(logging.WARNING):
        found = load_series(written("\n".join([head, *reversed(lines)])), time="hour").splits["all"]
    assert found.values[:, 0].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert "not in the order of their times, so they are sorted" in caplog.text


def test_equal_rows_of_one_time_are_read_once_and_others_refused(written, caplog):
    lines = HOURS.splitlines()
    with caplog.at_level(logging.WARNING):
        assert len(load_series(written("\n".join([*lines, lines[2]])), time="hour").splits["all"]) == 6
    assert "1 rows are there twice, and are read once" in caplog.text
    odd = lines[2].replace(",1.5,", ",9.5,")
    refused("two different rows of 2024-03-01 01:00:00: keep one", written("\n".join([*lines, odd])), time="hour")


def refused(message, path, **how):
    with pytest.raises(VaeworksError) as caught:
        load_series(path, **how)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_series_is_refused(written):
    irregular = HOURS.replace("03:00", "03:20")
    refused("the usual step is 1 hour, but 2024-03-01 03:20:00 falls between steps", written(irregular), time="hour")
    refused("has no column 'when'", written(HOURS), time="when")
    refused("column 'site' holds string, not numbers", written(HOURS), time="hour", columns=["site"])
    refused("has no column 'sun'", written(HOURS), time="hour", columns=["sun"])
    refused("holds 'north', which is no time", written(HOURS), time="site")
    refused("is infinite: leave the cell empty", written("a\n1\ninf\n2\n"), time="")
    refused("has no column of numbers", written("a,b\nx,y\n"), time="")
    refused("2 times, of which no step can be told", written("date,a\n2024-01-01,1\n2024-01-02,2\n"))
    refused("there is no file or data set", written("a\n1\n").with_name("none.csv"))
    refused("1 rows have no time", written("date,a\n2024-01-01,1\n,2\n2024-01-03,2\n"), time="date")
    refused("knows its own columns", "co2", time="date")


def test_dates_as_numbers_and_parquet_are_read(tmp_path):
    table = pa.table({"date": [20240131, 20240229, 20240331, 20240430], "x": [1.0, None, 3.0, 4.0]})
    pa.parquet.write_table(table, tmp_path / "m.parquet")
    found = load_series(tmp_path / "m.parquet").splits["all"]
    assert [str(time)[:10] for time in found.times] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert np.isnan(found.values[1, 0])


def test_the_last_rows_are_held_out_with_all_before_them_to_read():
    series = Series(np.arange(100.0)[:, None], None, ("x",))
    left = series.held_out(0.2)
    assert (len(left), left.before, len(left.values)) == (20, 80, 100)
    assert first_held_out(100, 0.2) == 80
    assert len(left.first(5).values) == 85


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    import hashlib

    folder = tmp_path / "series"
    folder.mkdir()
    heads = '"YEAR",' + ",".join(f'"M{month}"' for month in range(12)) + "\n"
    content = {}
    content["elnino"] = heads + "".join(
        f"{2000 + year}," + ",".join(str(year + month / 100) for month in range(12)) + "\n" for year in range(5)
    )
    content["co2"] = "date,co2\n" + "".join(
        f"{str(np.datetime64('1958-03-29') + 7 * week).replace('-', '')},{'' if week == 3 else 316 + week}\n"
        for week in range(50)
    )
    for name, text in content.items():
        (folder / f"{name}.csv").write_text(text)
        own = getattr(statsmodels_series, name)
        digest = hashlib.sha256(text.encode()).hexdigest()
        monkeypatch.setattr(statsmodels_series, name, statsmodels_series.Measured(own.name, own.rows, digest))
    return tmp_path


def test_the_named_series_are_read(tiny):
    splits = load_series("elnino", data=tiny).splits
    whole = splits["test"]
    assert (len(splits["train"]), len(whole), whole.before) == (48, 12, 48)
    assert [str(time)[:10] for time in whole.times[[0, 13]]] == ["2000-01-01", "2001-02-01"]
    assert whole.values[13, 0] == pytest.approx(1.01)
    assert np.isnan(load_series("co2", data=tiny).splits["train"].values[3, 0])
