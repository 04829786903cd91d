"""Weights kept in few bits come back within half a step of their row's scale."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeworks import load
from vaeworks.storage import compact
from vaeworks.storage.compact import compacted, expanded


@pytest.fixture(autouse=True)
def short_tables(monkeypatch):
    """A few rows are long, and some more very long, so that the tables of a test are small."""
    monkeypatch.setattr(compact, "LONG", 10)
    monkeypatch.setattr(compact, "VERY_LONG", 40)


@settings(max_examples=30)
@given(st.sampled_from([(10, 127), (39, 127), (40, 7), (60, 7)]), st.integers(1, 8), st.floats(0.01, 100))
def test_a_table_comes_back_within_half_a_level(rows_and_levels, half_width, size):
    (rows, most), generator = rows_and_levels, torch.Generator().manual_seed(0)
    table = torch.randn(rows, 2 * half_width, generator=generator) * size
    table[0] = 0.0
    again = expanded(compacted({"table": table}))["table"]
    largest = table.abs().amax(1, keepdim=True)
    assert ((again - table).abs() <= largest / most * 0.5 + largest * 2e-3 + 1e-5).all()  # and what half precision adds
    assert (again[0] == 0).all()


def test_short_and_odd_tensors_are_kept_in_half_precision():
    weights = {"short": torch.randn(9, 4), "odd": torch.randn(50, 3), "vector": torch.randn(50)}
    kept = compacted(weights)
    assert {tensor.dtype for tensor in kept.values()} == {torch.float16}
    for name, again in expanded(kept).items():
        assert torch.equal(again, weights[name].half().float())


def test_weights_that_were_never_compacted_are_left_alone():
    weights = {"table": torch.randn(50, 4), "norm.scale": torch.randn(3), "count": torch.arange(3)}
    again = expanded(weights)
    assert list(again) == list(weights)
    assert all(torch.equal(again[name], weights[name]) for name in weights)


def test_a_very_long_table_takes_half_a_byte_a_number():
    kept = compacted({"table": torch.randn(64, 16)})
    assert kept["table"].shape == (64, 8)
    assert kept["table"].dtype == torch.uint8


def test_a_compact_model_is_loaded_like_any_other(tiny_text_model, tiny_corpus, tmp_path):
    tiny_text_model.save(tmp_path / "whole")
    tiny_text_model.save(tmp_path / "compact", compact=True)
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("compact", "whole")]
    assert sizes[0] < 0.6 * sizes[1]
    texts = tiny_corpus[0][:50]
    again = load(tmp_path / "compact").predict_proba(texts)
    assert abs(again - tiny_text_model.predict_proba(texts)).max() < 0.1
