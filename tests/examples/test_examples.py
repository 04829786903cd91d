"""Each example runs, and says what it is there to show."""

import runpy
import warnings
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SAID = {
    "clean_picture": "cleaned",
    "compress_picture": "bytes become",
    "draw_digits": "read as",
    "extract_features": "accuracy from 6 units",
    "fill_holes": "filled 489 holes",
    "forecast_series": "step 12",
    "map_digits": "5 nearest neighbours",
    "recommend_items": "may like: space film",
    "reconstruct_reviews": "positive: I loved it",
    "translate_captions": "Zwei Männer kochen.",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAID)
def test_an_example_runs(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of other libraries, which a person would see and go on
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert SAID[name] in capsys.readouterr().out


def test_there_is_one_for_each_application():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*SAID, "demo"}
