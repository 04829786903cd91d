"""What a denoiser makes of a noisy picture once, and what z adds to it.

noisy, level -> U-shape -+-> clean picture at the prior's mean, scale of every pixel
                         +-> features -> p(z | noisy), one z for 4 x 4 pixels
clean - that picture, features -> q(z | clean, noisy)
z -> linear map, weighed by the features -> what is added to that picture in every channel
"""

import torch
from torch import Tensor, nn
from torch.distributions import Independent

from ..core.batch import Batch
from ..core.evidence import Level
from ..core.likelihoods import Elementwise
from ..core.posteriors import relative_normal
from ..core.precision import at_least_float32
from ..pixels.networks import Rectified, Residual, faint, mixed
from ..pixels.photos import WHITE

PLACE = 4  # a z stands for so many pixels each way
UNIT, ADDED = 50.0, 8.0  # of what is read and changed; what a z of 1 adds at first
USUAL_LOG_SCALE = 1.5  # log of a deviation where white is 255
# colour as its grey, and two planes that are 0 where there is none
PLANES = torch.tensor([[1 / 3, 1 / 3, 1 / 3], [2**-0.5, 0.0, -(2**-0.5)], [6**-0.5, -2 * 6**-0.5, 6**-0.5]])
COLOURS = torch.linalg.inv(PLANES)


def blocks(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*[Rectified(width) for _ in range(count)])


class Reading(nn.Module):
    """The conditioner: a noisy picture (N, C, H, W), its level where it is told, and whether it has colour.

    It gives a dict: `mean`, planes of the clean picture; `log_scale` of every pixel and channel; `near`, features at a
    quarter of the size; `prior` and `gate` of z; and what belongs to the scored picture, as it came.
    """

    def __init__(self, channels: int, width: int, depth: int, units: int) -> None:
        super().__init__()
        self.head = nn.Conv2d(4 * channels + 2, width, 3, padding=1)
        self.down = nn.ModuleList([blocks(width, depth), blocks(2 * width, depth)])
        self.smaller = nn.ModuleList([nn.Conv2d(width, 2 * width, 2, 2), nn.Conv2d(2 * width, 3 * width, 2, 2)])
        self.middle = blocks(3 * width, 2 * depth)
        self.larger = nn.ModuleList([nn.Conv2d(3 * width, 8 * width, 1), nn.Conv2d(2 * width, 4 * width, 1)])
        self.up = nn.ModuleList([blocks(2 * width, 2 * depth), blocks(width, 2 * depth)])
        self.last = faint(width, 4 * channels)
        self.scale = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), faint(width, 4 * channels))
        self.prior, self.gate = faint(2 * width, 2 * units, 1), faint(2 * width, units, 1)

    def forward(self, condition: dict[str, Tensor]) -> dict[str, Tensor]:
        noisy = mixed(condition["noisy"], PLANES)
        x = nn.functional.pixel_unshuffle((noisy - WHITE / 2) / UNIT, 2)
        told = condition["told"].expand(-1, 1, *x.shape[2:])
        x = self.head(torch.cat([x, told.clamp(min=0) / 50, (told >= 0).to(x)], 1))
        skipped = []
        for stage, smaller in zip(self.down, self.smaller, strict=True):
            x = stage(x)
            skipped.append(x)
            x = smaller(x)
        x = self.middle(x)
        reached = []
        for stage, larger in zip(self.up, self.larger, strict=True):
            x = stage(nn.functional.pixel_shuffle(larger(x), 2) + skipped.pop())
            reached.append(x)
        change = at_least_float32(nn.functional.pixel_shuffle(self.last(x), 2))
        near, fine = reached[0].detach(), x.detach()
        return {
            "mean": noisy + UNIT * only_grey(change, condition["colour"]),
            "log_scale": at_least_float32(nn.functional.pixel_shuffle(self.scale(fine), 2)) + USUAL_LOG_SCALE,
            "near": near,
            "prior": at_least_float32(self.prior(near)),
            "gate": 1 + at_least_float32(self.gate(near)),
            **{name: condition[name] for name in ("colour", "variance", "slope")},
        }


def only_grey(parts: Tensor, colour: Tensor) -> Tensor:
    """The planes without colour where a picture (N, 1, 1, 1: 0 or 1) has none."""
    return parts if parts.shape[1] == 1 else torch.cat([parts[:, :1], parts[:, 1:] * colour], 1)


class ResidueEncoder(nn.Module):
    """What q(z | clean, noisy) reads: how the clean picture differs from the one at the prior's mean.

    It gives features at a quarter of the size, and the prior's means and log-variances.
    """

    def __init__(self, channels: int, width: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels * PLACE**2 + 2 * width, 2 * width, 1), Residual(2 * width, dropout), nn.SiLU()
        )

    def forward(self, clean: Tensor, condition: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        rest = nn.functional.pixel_unshuffle((mixed(clean, PLANES) - condition["mean"].detach()) / 16, PLACE)
        return self.layers(torch.cat([rest, condition["near"]], 1)), condition["prior"]


class MapPosterior(nn.Module):
    """q(z | clean, noisy) at every place, beside p(z | noisy)."""

    def __init__(self, width: int, units: int) -> None:
        super().__init__()
        self.convolution = faint(width, 2 * units, 1)

    def forward(self, features: tuple[Tensor, Tensor]) -> Independent:
        found, prior = features
        return relative_normal(prior, self.convolution(found))


class PictureLikelihood(nn.Module):
    """p(picture | z, noisy): normal pixels, whose means are linear in z; the noise of what is scored is added.

    Parameters
    ----------
    channels, units : int
        Of the picture and of z.
    """

    def __init__(self, channels: int, units: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(units, channels * PLACE**2, 3, padding=1, bias=False)

    def mean(self, z: Tensor, condition: dict[str, Tensor]) -> Tensor:
        added = at_least_float32(nn.functional.pixel_shuffle(self.spread(z * condition["gate"]), PLACE))
        return mixed(condition["mean"] + ADDED * only_grey(added, condition["colour"]), COLOURS)

    def forward(self, z: Tensor, condition: dict[str, Tensor]) -> Elementwise:
        mean = self.mean(z, {**condition, "mean": condition["mean"].detach()})
        own = condition["variance"] + condition["slope"] * mean.detach().clamp(min=1.0)
        variance = (2 * condition["log_scale"]).clamp(-6.0, 12.0).exp() + own
        return Elementwise(torch.distributions.Normal(mean, variance.sqrt(), validate_args=False))


class ErrorAtTheMean(nn.Module):
    """What is trained aside: the squared error at the prior's mean, which is the picture that users get.

    It alone trains the mean and what leads there; the bound trains z and the scales, on features that it does not
    change. So the mean is as good as without them (Stirn et al. 2023). It is in nats: over twice the error that is
    usual for a level of noise.

    Parameters
    ----------
    decoder : PictureLikelihood
        That of the model.
    """

    USUAL, LEAST = 3.3, 10.0  # mean squared error of good denoisers over the level, by their tables; below it

    def __init__(self, decoder: PictureLikelihood) -> None:
        super().__init__()
        self._live = (decoder,)  # a tuple, so that it is not registered twice

    def forward(self, levels: list[Level], batch: Batch, condition: dict[str, Tensor]) -> Tensor:
        [level], [decoder] = levels, self._live
        usual = self.USUAL * batch.extra["level"] + condition["variance"] + self.LEAST
        error = (decoder.mean(level.prior.mean, condition) - batch.target).square() / usual
        return 0.5 * torch.where(batch.observed, error, torch.zeros_like(error)).flatten(1).sum(1).mean()
