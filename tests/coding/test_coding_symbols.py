"""Symbols around 0 come back, whatever their widths; their bits are what a logistic gives them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.coding.symbols import FINER, LOWEST, WIDTHS, Reader, Writer, grown, width_of


@given(st.lists(st.tuples(st.integers(-32768, 32767), st.integers(0, WIDTHS - 1)), max_size=60))
def test_any_symbols_of_any_widths_come_back(pairs):
    symbols, widths = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    writer = Writer()
    writer.write(symbols.astype(np.int32), widths)
    assert (Reader(writer.payload()).read(widths) == symbols).all()


@pytest.mark.parametrize("log_scale", [-2.0, 0.0, 2.5])
def test_drawn_symbols_cost_their_entropy(log_scale):
    random, count = np.random.default_rng(0), 20_000
    symbols = np.rint(random.logistic(0, np.exp(log_scale), count)).astype(np.int32)
    masses = torch.sigmoid(torch.tensor((symbols + 0.5) / np.exp(log_scale))) - torch.sigmoid(
        torch.tensor((symbols - 0.5) / np.exp(log_scale))
    )
    writer = Writer()
    writer.write(symbols, width_of(torch.full((count,), 1024 * log_scale)).numpy())
    assert 8 * len(writer.payload()) == pytest.approx(float(-masses.log2().sum()), rel=0.01, abs=64)


def test_widths_are_of_log_scales_and_end_at_both_sides():
    scales = torch.tensor([-1e6, 1024 * LOWEST, 1024 * (LOWEST + 1), 1e6])
    assert width_of(scales).tolist() == [0, 0, FINER, WIDTHS - 1]


@pytest.mark.parametrize("x", [-7.5, -1.0, 0.0, 0.3, 7.9])
def test_exponentials_are_exact_to_their_last_bits(x):
    assert grown(np.array(round(x * 65536))) / 65536 == pytest.approx(
        np.exp(round(x * 65536) / 65536), rel=1e-6, abs=2e-5
    )
