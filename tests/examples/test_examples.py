"""Each example runs, and says what it is there to show."""

import subprocess
import sys
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
def test_an_example_runs(name, tmp_path):
    command = [sys.executable, EXAMPLES / f"{name}.py"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert SAID[name] in done.stdout


def test_there_is_one_for_each_application():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*SAID, "demo"}
