"""What foretells a coefficient knows only what was read before; the bound counts the bits."""

import math

import torch
from torch.testing import assert_close

from vaeworks.codec.distributions import UnitLogistic
from vaeworks.codec.networks import ACROSS, BETWEEN, FOURTH, STEP, of_quality, picked, placed, rounded


def test_all_phases_make_the_whole():
    whole = torch.randn(2, 3, 4, 6)
    parts = [(picked(whole, phases), phases) for phases in (FOURTH, ACROSS, BETWEEN)]
    assert [part.shape for part, _ in parts] == [(2, 3, 2, 3), (2, 3, 2, 3), (2, 3, 2, 6)]
    assert_close(sum(placed(*part) for part in parts), whole)
    assert (placed(*parts[0])[:, :, 1::2] == 0).all()
    assert (placed(*parts[2])[:, :, 0::2, 0::2] == 0).all()


def test_the_masses_of_all_steps_sum_to_one_and_tails_are_finite():
    steps = torch.arange(-400.0, 401)
    for mean, log_scale in ((0.0, -3.0), (0.3, 0.0), (-7.5, 3.0)):
        shape = (len(steps), 1)
        found = UnitLogistic(torch.full(shape, mean), torch.full(shape, log_scale)).log_prob(steps[:, None] + mean)
        assert torch.isfinite(found).all()
        assert_close(found.exp().sum(), torch.tensor(1.0), atol=1e-4, rtol=0)


def test_a_mass_is_the_difference_of_the_logistic_function():
    mean, scale, at = torch.tensor([[0.4]]), 1.7, torch.tensor([[2.0]])
    found = UnitLogistic(mean, torch.tensor([[math.log(scale)]])).log_prob(at)
    exact = torch.sigmoid((at + 0.5 - mean) / scale) - torch.sigmoid((at - 0.5 - mean) / scale)
    assert_close(found.exp(), exact[:, 0])


def test_no_group_sees_itself_or_what_comes_after_it(codec):
    torch.manual_seed(0)
    model = codec._build(None)  # untrained, in which nothing is dead
    batch = of_quality(torch.rand(1, 3, 64, 64) * 255, torch.tensor([60]), (64, 64))
    features, condition = model.read(batch)
    features = {name: part.detach().requires_grad_() for name, part in features.items()}
    levels, _, _ = model.descend(batch, rounded, read=(features, condition))
    for number, level in enumerate(levels[1:]):
        [reached] = torch.autograd.grad(level.prior.mean.sum(), features["y"], retain_graph=True, allow_unused=True)
        later = [model.blocks[after] for after in range(number, len(model.blocks))]
        for group in later:
            part = torch.zeros(()) if reached is None else picked(reached[:, group.channels], group.phases)
            assert (part == 0).all()
    assert (reached != 0).any()


def test_the_bound_is_minus_bits_and_squared_error(codec):
    batch = of_quality(torch.rand(1, 3, 64, 64) * 255, torch.tensor([60]), (64, 64))
    model = codec.model_
    evidence = model.evidence(batch, choose=rounded)
    levels, state, condition = model.descend(batch, rounded)
    bits = sum(-level.prior.log_prob(level.z) for level in levels)
    error, deviation = (model.decoder.mean(state, condition) - batch.target).square().sum(), condition["error"].item()
    constant = batch.target.numel() * math.log(deviation * math.sqrt(2 * math.pi))
    assert_close(evidence.elbo()[0], -(bits[0] + error / (2 * deviation**2) + constant))


def test_a_place_of_z_stands_for_32_pixels_each_way(codec):
    batch = of_quality(torch.rand(1, 3, 96, 64), torch.tensor([0]), (96, 64))
    [top, *_], _, _ = codec.model_.descend(batch, rounded)
    assert top.z.shape == (1, codec.latent_dim, 96 // STEP, 64 // STEP)
