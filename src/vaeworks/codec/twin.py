"""The entropy model in whole numbers: what foretells y, the same on every machine.

Values are whole numbers of 2**-10; a log-step is one of 2**-16.
"""

from decimal import Decimal, localcontext

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from ..coding.integers import LARGEST, POINT, exact, fixed, shifted
from ..coding.symbols import grown, width_of
from ..coding.tables import ARGUMENT
from ..core.model import LatentModel
from .networks import COARSER, COARSEST, FINEST, QUALITIES, UNIT, AroundZ, FactorisedPrior, Group, Quality

FARTHEST = float(7 << ARGUMENT)  # of a log-step


class ExactSteps(Distribution):
    """Symbols around a mean: which table of symbols each takes."""

    arg_constraints: dict = {}  # noqa: RUF012

    def __init__(self, mean: Tensor, log_scale: Tensor) -> None:
        self.centre, self.log_scale = mean, log_scale
        super().__init__(mean.shape[:1], mean.shape[1:], validate_args=False)

    def expand(self, batch_shape: object, _instance: object = None) -> "ExactSteps":
        return self

    @property
    def mean(self) -> Tensor:
        return self.centre

    def widths(self) -> np.ndarray:
        return width_of(self.log_scale).flatten().numpy()


class ExactPrior(nn.Module):
    """The twin of `FactorisedPrior`."""

    def __init__(self, source: FactorisedPrior) -> None:
        super().__init__()
        self.register_buffer("centre", fixed(source.centre.detach().cpu()))
        self.register_buffer("log_scale", fixed(source.log_scale.detach().cpu()))

    def forward(self, condition: dict[str, Tensor], encode: object) -> ExactSteps:
        plane = condition["quality"]
        shape = (len(plane), len(self.centre), *plane.shape[2:])  # type: ignore[arg-type]
        return ExactSteps(self.centre.expand(shape), self.log_scale.expand(shape))  # type: ignore[operator]


class ExactQuality(nn.Module):
    """The twin of `Quality`; qualities are whole."""

    def __init__(self, source: Quality) -> None:
        super().__init__()
        usual, slope = (
            fixed(part.detach().cpu())[:, None, None] for part in (source.scales.usual, source.scales.slope)
        )
        first = torch.tensor([usual_log_step(quality) for quality in range(QUALITIES + 1)], dtype=torch.double)
        turn = torch.arange(QUALITIES + 1.0, dtype=torch.double) - QUALITIES // 2
        steps = first[:, None, None, None] + usual + (slope * turn[:, None, None, None] / QUALITIES).floor()
        self.register_buffer("log_steps", (steps * (1 << (ARGUMENT - POINT))).clamp(-FARTHEST, FARTHEST))

    def forward(self, condition: dict[str, Tensor]) -> dict[str, Tensor]:
        plane = condition["quality"].double()
        log_step = self.log_steps[plane[:, 0, 0, 0].long()]  # type: ignore[index]
        return {"quality": (plane * (1 << POINT) / QUALITIES).floor(), "log_step": log_step}


def usual_log_step(quality: int) -> int:
    """The first part of `Scales.log_step`, in 2**-10, by arithmetic in decimal digits."""
    with localcontext(prec=40):
        share = Decimal(quality) / QUALITIES
        error = (1 - share) * Decimal(COARSEST).ln() + share * Decimal(FINEST).ln()
        return round((Decimal(COARSER) * error + (Decimal(12).sqrt() / Decimal(UNIT)).ln()) * (1 << POINT))


class AsFound(nn.Module):
    """In the place of an encoder, whose work is done."""

    def forward(self, found: dict[str, Tensor], condition: dict[str, Tensor]) -> dict[str, Tensor]:
        return found


def foretold(raw: Tensor, log_step: Tensor) -> ExactSteps:
    mean, log_scale = raw.chunk(2, 1)
    return ExactSteps(shifted(mean * exps(-log_step), ARGUMENT), log_scale - shifted(log_step, ARGUMENT - POINT))


def worth(steps: Tensor, log_step: Tensor) -> Tensor:
    return shifted(steps * exps(log_step), ARGUMENT)


def exps(x: Tensor) -> Tensor:
    """exp of each, in 2**-16."""
    return torch.from_numpy(grown(x.numpy().astype(np.int64))).double()


def exact_group(source: Group) -> nn.Module:
    twin = exact(source)
    twin.foretold, twin.worth = foretold, worth  # type: ignore[assignment]
    return twin


def twin_of(model: LatentModel) -> LatentModel:
    """A model whose `descend` gives what the entropy coder needs; its input is what `Analysis` found, in 2**-10."""
    return LatentModel(
        AsFound(),
        AroundZ(),
        ExactPrior(model.prior),  # type: ignore[arg-type]
        nn.Identity(),
        conditioner=ExactQuality(model.conditioner),  # type: ignore[arg-type]
        first_state=exact(model.first_state),  # type: ignore[arg-type]
        blocks=[exact_group(block) for block in model.blocks],  # type: ignore[arg-type]
    ).eval()


def as_found(features: dict[str, Tensor]) -> dict[str, Tensor]:
    """What `Analysis` found, as the twin takes it."""
    return {name: (values.double() * (1 << POINT)).clamp(-LARGEST, LARGEST) for name, values in features.items()}
