"""Tables of whole numbers against scipy's functions, and networks in whole numbers against Python's own."""

import numpy as np
import pytest
import torch
from scipy.special import expit
from scipy.stats import norm
from torch import nn
from torch.nn.functional import conv2d
from torch.testing import assert_close

from vaeworks.coding.distributions import exponentials, looked_up, normal_counts
from vaeworks.coding.integers import POINT, UNIT, WEIGHT, ExactConv2d, ExactLinear, ExactSiLU, exact, fixed
from vaeworks.coding.tables import ARGUMENT, ONE, exp_minus, interpolated, normal_cdf, sigmoids

SHAPES = [((3, 5, 3), {"padding": 1}), ((2, 4, 5), {"padding": 2, "stride": 2}), ((4, 3, 1), {}), ((3, 2, 3), {})]


def some_pixels(*shape, spread=1000):
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * spread).round().double()


def test_exponentials_are_those_of_numpy_to_29_bits():
    x = np.arange(0, 20 << ARGUMENT, 997, dtype=np.int64)
    assert np.abs(exp_minus(x) / ONE - np.exp(-x / (1 << ARGUMENT))).max() < 2**-28
    assert_close(
        exponentials(torch.tensor([[-2048.0, 0.0, 2048.0]])).exp(), torch.tensor([[-1.0, 0, 1]]).double().exp().exp()
    )


def test_the_distribution_functions_are_those_of_scipy():
    places = np.arange(-16 << 10, (16 << 10) + 1) / 1024
    assert np.abs(sigmoids(10, 16).numpy() / ONE - expit(places)).max() < 2**-28
    x = np.round(np.linspace(-9, 9, 5001) * (1 << ARGUMENT)) / (1 << ARGUMENT)
    found = interpolated(normal_cdf(), torch.from_numpy(x * (1 << ARGUMENT)).long(), 9, 8)
    assert np.abs(found.numpy() / ONE - norm.cdf(x)).max() < 1e-6
    counts = looked_up(normal_counts(), torch.from_numpy(x)).numpy() / (2**24 - 256)
    assert np.abs(counts - norm.cdf(x)).max() < 1.1 * norm.pdf(0) / 2**12


@pytest.mark.parametrize(("sizes", "how"), SHAPES)
def test_a_convolution_is_that_of_whole_numbers(sizes, how):
    """Every sum in Python's unbounded integers, and the float convolution to the bits that are kept."""
    torch.manual_seed(0)
    source = nn.Conv2d(*sizes, **how)
    x = some_pixels(2, sizes[0], 7, 6)
    found = ExactConv2d(source)(x)
    weight = (source.weight.detach().double() * (1 << WEIGHT)).round().numpy().astype(object)
    bias = (source.bias.detach().double() * (1 << (POINT + WEIGHT))).round().numpy().astype(object)
    side, step = source.kernel_size[0], source.stride[0]
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), *[(source.padding[0],) * 2] * 2)).astype(int).astype(object)
    for (row, output, i, j), value in np.ndenumerate(found.numpy()):
        window = padded[row, :, i * step : i * step + side, j * step : j * step + side]
        total = int((window * weight[output]).sum() + bias[output])
        assert value == (total + (1 << (WEIGHT - 1))) >> WEIGHT
    assert_close(found / UNIT, source.double()(x / UNIT), atol=2e-3, rtol=1e-3)


def test_sums_that_might_round_are_refused():
    source = nn.Linear(4, 1)
    nn.init.constant_(source.weight, 1e5)
    with pytest.raises(OverflowError, match="too large"):
        ExactLinear(source)


def test_the_silu_is_that_of_torch():
    x = torch.arange(-20 << POINT, 20 << POINT).double()
    assert_close(ExactSiLU()(x[:, None])[:, 0] / UNIT, nn.functional.silu(x / UNIT), atol=1.01 / 2 / UNIT, rtol=0)


def test_a_layer_without_a_twin_is_refused():
    with pytest.raises(TypeError, match="BatchNorm2d has no twin"):
        exact(nn.Sequential(nn.BatchNorm2d(3)))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_convolution_does_not_depend_on_batch_threads_or_layout(threads):
    torch.manual_seed(0)
    convolution, x = ExactConv2d(nn.Conv2d(16, 24, 3, padding=1)), some_pixels(30, 16, 14, 14, spread=1e5)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        whole = convolution(x)
        assert torch.equal(whole, torch.cat([convolution(part) for part in x.split(7)]))
        assert torch.equal(whole, convolution(x.contiguous(memory_format=torch.channels_last)))
    finally:
        torch.set_num_threads(before)
    weight = convolution.weight.permute(3, 2, 0, 1)
    plain = conv2d(x, weight, convolution.bias, padding=1)  # another kernel, which is exact in float64 too
    assert torch.equal(whole, (plain / (1 << WEIGHT) + 0.5).floor().clamp(-(1 << 20), 1 << 20))


def test_numbers_are_held_within_what_a_value_may_be():
    assert fixed(torch.tensor([1e9, -1e9, 0.25])).tolist() == [1 << 20, -(1 << 20), 256]
