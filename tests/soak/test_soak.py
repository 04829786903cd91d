"""A few trials of each kind; `make soak` has them in full."""

import json

import numpy as np
import pytest

from .mutations import mutated, mutated_json
from .processes import METHOD, judged
from .trials import ARCHIVES, DATA, KILLS, MODELS, TRIALS, Verdict

pytestmark = pytest.mark.skipif(METHOD is None, reason="this system cannot part processes that way")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_was_damaged_is_refused_or_answers_as_before(name, seed):
    found = judged(name, seed)
    assert found.well, found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", [*DATA, *ARCHIVES])
def test_a_file_that_was_damaged_is_read_or_refused_in_a_line(name, seed):
    found = judged(name, seed)
    assert found.well, found


@pytest.mark.slow
def test_a_parquet_whose_statistics_are_damaged_does_not_end_the_process():
    found = judged("table .parquet", 525)
    assert found.well, found
    assert "is damaged or is no parquet" in found.said


@pytest.mark.slow
@pytest.mark.parametrize("name", KILLS)
def test_a_fit_that_was_killed_at_some_moment_goes_on_to_the_same_weights(name):
    found = judged(name, seed=0)
    assert found.well, found


@pytest.mark.slow
def test_what_ends_badly_is_seen(monkeypatch):
    """A trial that hangs, dies or raises is no success of its process."""
    assert judged("no such trial", 0).word == "traceback"
    assert judged(next(iter(TRIALS)), 0, seconds=0).word == "hung"
    assert not Verdict("another answer", False).well


def test_damage_is_the_same_for_a_seed_and_leaves_json_json():
    content, text = bytes(range(256)) * 4, json.dumps({"a": [1, {"b": None}], "c": json.dumps({"d": 1})})
    changes = {mutated(content, np.random.default_rng(seed)) for seed in range(50)}
    assert changes == {mutated(content, np.random.default_rng(seed)) for seed in range(50)}
    assert len(changes) > 45
    others = {mutated_json(text, np.random.default_rng(seed)) for seed in range(50)}
    assert len(others) > 20
    assert all(json.loads(other) != json.loads(text) for other in others)
