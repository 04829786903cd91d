"""Rounding as uniform noise: the KL of a unit-wide posterior to a prior is a code length (Ballé et al. 2017)."""

import math

import torch
from torch import nn
from torch.distributions import Independent, Laplace, Uniform
from torch.testing import assert_close

from vaeworks.core.evidence import Level
from vaeworks.core.posteriors import UniformPosterior, UnitUniform

CENTRES = torch.tensor([[0.3, -1.2, 2.5]]).expand(50_000, 3)


class Blurred(nn.Module):
    """A Laplace density averaged over the unit around each value, as the entropy coder has it."""

    def __init__(self, scale):
        super().__init__()
        self.laplace = Laplace(0.0, scale)

    def log_prob(self, z):
        return (self.laplace.cdf(z + 0.5) - self.laplace.cdf(z - 0.5)).log().sum(1)


def test_the_log_ratio_is_the_code_length_of_what_was_drawn():
    torch.manual_seed(0)
    posterior = UniformPosterior()(CENTRES)
    z = posterior.rsample()
    level = Level(z, Blurred(1.0), posterior)
    grid = torch.linspace(-0.5, 0.5, 4001, dtype=torch.double)
    exact = sum(-float(Blurred(1.0).log_prob((centre + grid)[:, None]).mean()) for centre in (0.3, -1.2, 2.5))
    assert_close(float(level.kl().mean()), exact, atol=0.01, rtol=0)


def test_it_is_the_uniform_distribution_of_torch_within_and_takes_both_ends():
    few = CENTRES[:4]
    ours, theirs = UnitUniform(few), Independent(Uniform(few - 0.5, few + 0.5), 1)
    inside, outside = few + 0.2, few + 0.7
    assert_close(ours.log_prob(inside), theirs.log_prob(inside), atol=1e-6, rtol=0)
    assert (ours.log_prob(outside) == -math.inf).all()
    edge = torch.tensor([[2.5]])
    assert UnitUniform(edge).log_prob(edge.round()).item() == UnitUniform(edge).log_prob(edge + 0.5).item() == 0
    assert_close(ours.mean, theirs.mean)
    assert_close(ours.stddev, theirs.stddev)


def test_a_gradient_passes_through_the_noise():
    centre = torch.zeros(2, 3, requires_grad=True)
    UnitUniform(centre).rsample().sum().backward()
    assert_close(centre.grad, torch.ones(2, 3))


def test_float32_rounds_no_draw_out_of_its_unit():
    torch.manual_seed(0)
    far = UnitUniform((torch.rand(200, 1000) - 0.5) * 4000)
    assert (far.log_prob(far.rsample()) == 0).all()
