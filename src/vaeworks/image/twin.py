"""The twin of a fitted image model in whole numbers, which codes images without loss on any machine."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..coding.distributions import ExactBernoulli, ExactLogisticMixture, ExactNormal
from ..coding.integers import UNIT, digest, exact, fixed
from ..core.batch import Batch
from ..core.likelihoods import Elementwise
from ..core.model import LatentModel
from ..core.priors import FlowPrior, MixturePrior, VampPrior
from ..errors import VaeworksError
from ..pixels.networks import GrownBlock, LadderBlock
from .data import ImageReader, Scale
from .networks import Shape

LOG_SCALE = -2 * UNIT  # where the components start, as in the float model
SEEN_TWICE = {(LadderBlock, "prior"), (LadderBlock, "layers"), (GrownBlock, "grown")}
NOT_CODED = {FlowPrior: "flow", VampPrior: "vamp", MixturePrior: "mixture"}


@dataclass(frozen=True)
class ImageTwin:
    """A model in whole numbers, and how it reads pixels.

    Attributes
    ----------
    model : LatentModel
    shape : tuple of int
        Channels, height, width.
    scale : Scale
    """

    model: LatentModel
    shape: Shape
    scale: Scale

    def batch(self, pixels: Tensor) -> Batch:
        """What the encoder reads of pixels (B, channels, H, W)."""
        return Batch(fixed((pixels.double() - self.scale.centre) / self.scale.spread))

    def digest(self) -> bytes:
        """16 bytes of all that decides its streams."""
        return digest(self.model, f"bits back 1 {self.shape} {self.scale}")


class Kept(nn.Module):
    """A part that keeps its last output: decoding goes down the ladder twice, the second time for the posteriors."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part
        self.last: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.last is None or not torch.equal(self.last[0], x):
            self.last = x, self.part(x)
        return self.last[1]


class ExactStandardNormal(nn.Module):
    """N(0, I) of one unit each."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units

    def forward(self, condition: object, encode: object) -> ExactNormal:
        origin = torch.zeros(self.units, dtype=torch.float64)
        return ExactNormal(origin, origin)


class ExactLogisticLikelihood(nn.Module):
    """The twin of `LogisticMixtureLikelihood`."""

    def __init__(self, network: nn.Module, components: int) -> None:
        super().__init__()
        self.network, self.components = network, components

    def forward(self, state: Tensor, condition: object = None) -> Elementwise:
        raw = self.network(state).unflatten(1, (-1, 3, self.components)).movedim(2, 0)  # (3, B, channels, K, H, W)
        logits, means, log_scales = raw.movedim(3, -1).flatten(2, 4)
        places = torch.arange(1, self.components + 1, dtype=torch.float64)
        spread = (places * 2 * UNIT / (self.components + 1)).round() - UNIT
        return Elementwise(ExactLogisticMixture(logits, means + spread, log_scales + LOG_SCALE))  # type: ignore[arg-type]


class ExactBernoulliLikelihood(nn.Module):
    """The twin of `BernoulliLikelihood`."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, state: Tensor, condition: object = None) -> Elementwise:
        return Elementwise(ExactBernoulli(self.network(state).flatten(1)))  # type: ignore[arg-type]


def twin_of(model: LatentModel, reader: ImageReader) -> ImageTwin:
    """The twin of a fitted model.

    Raises
    ------
    VaeworksError
        For a model whose z or pixels have no exact code.
    """
    if type(model.prior) in NOT_CODED:
        name = NOT_CODED[type(model.prior)]
        raise VaeworksError(f"a model with the prior {name!r} cannot compress: fit one with the prior 'normal'")
    if reader.likelihood == "normal":
        raise VaeworksError("a model of real-valued pixels cannot compress: fit one to 8-bit pixels, or to 0 and 1")
    try:
        twin = exact_model(model, reader.likelihood)
    except OverflowError as error:
        raise VaeworksError(f"this model cannot compress: {error}") from error
    return ImageTwin(twin, reader.shape, reader.scale)


def exact_model(model: Any, likelihood: str) -> LatentModel:
    """The same parts in whole numbers, without heads for labels, which no pixel needs."""
    network = exact_part(model.decoder.network)
    logistic = likelihood == "logistic"
    twin = LatentModel(
        exact_part(model.encoder),
        exact_part(model.posterior),
        ExactStandardNormal(len(model.prior.origin)),
        ExactLogisticLikelihood(network, model.decoder.components) if logistic else ExactBernoulliLikelihood(network),
        first_state=None if model.first_state is None else Kept(exact_part(model.first_state)),
        blocks=[exact_part(block) for block in model.blocks],
    )
    return twin.eval()


def exact_part(part: nn.Module) -> nn.Module:
    """Its twin, whose distributions are exact too."""
    twin = exact(part)
    for module in list(twin.modules()):
        if hasattr(module, "distribution"):
            module.distribution = ExactNormal  # type: ignore[assignment]
        for name, child in module.named_children():
            if (type(module), name) in SEEN_TWICE:
                setattr(module, name, Kept(child))
    return twin
