"""Priors p(z | condition): modules `(condition, encode) -> distribution` over z, with one event a row.

`encode` maps input rows to their posterior; only a prior that is made of posteriors calls it.
"""

from collections.abc import Callable
from typing import cast

import torch
import zuko
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, Independent, MixtureSameFamily, Normal

from ..errors import VaeworksError
from .posteriors import diagonal_normal, normal_of
from .precision import at_least_float32

Encode = Callable[[Tensor], "Independent[Normal]"]


class StandardNormal(nn.Module):
    """N(0, I) (Kingma & Welling 2014)."""

    origin: Tensor

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.register_buffer("origin", torch.zeros(latent_dim), persistent=False)

    def forward(self, condition: object, encode: Encode) -> Distribution:
        return Independent(Normal(self.origin, torch.ones_like(self.origin), validate_args=False), 1)


class MixturePrior(nn.Module):
    """A mixture of diagonal normals with learned weights, means and scales."""

    def __init__(self, latent_dim: int, components: int = 32) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(components))
        self.means = nn.Parameter(torch.randn(components, latent_dim))
        self.log_variances = nn.Parameter(torch.zeros(components, latent_dim))

    def forward(self, condition: object, encode: Encode) -> Distribution:
        return mixture(self.logits, diagonal_normal(self.means, self.log_variances))


class VampPrior(nn.Module):
    """A mixture of the posteriors of K pseudo-inputs (Tomczak & Welling 2018, eq. 9).

    Parameters
    ----------
    pseudo_inputs : Tensor (K, ...)
        Rows that the encoder can read. Real ones are learned; discrete ones, as token ids, stay as they are and
        only their weights are learned.
    """

    pseudo_inputs: Tensor

    def __init__(self, pseudo_inputs: Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(len(pseudo_inputs)))
        if pseudo_inputs.is_floating_point():
            self.pseudo_inputs = nn.Parameter(pseudo_inputs.clone())
        else:
            self.register_buffer("pseudo_inputs", pseudo_inputs.clone())

    def forward(self, condition: object, encode: Encode) -> Distribution:
        return mixture(self.logits, encode(self.pseudo_inputs))


class FlowPrior(nn.Module):
    """A masked autoregressive flow from N(0, I) (Papamakarios et al. 2017), as built by zuko."""

    def __init__(self, latent_dim: int, transforms: int = 3, hidden: int = 64) -> None:
        super().__init__()
        self.flow = zuko.flows.MAF(latent_dim, transforms=transforms, hidden_features=(hidden, hidden))

    def forward(self, condition: object, encode: Encode) -> Distribution:
        return cast(Distribution, self.flow())


class GivenPrior(nn.Module):
    """p(z | condition), a normal one, whose means and log-variances (N, 2 D, ...) are the condition's `prior`."""

    def forward(self, condition: dict[str, Tensor], encode: Encode) -> Distribution:
        return normal_of(condition["prior"])


def mixture(logits: Tensor, components: "Independent[Normal]") -> MixtureSameFamily:
    return MixtureSameFamily(Categorical(logits=at_least_float32(logits)), components, validate_args=False)


PRIORS = ("normal", "mixture", "vamp", "flow")


def make_prior(name: str, latent_dim: int, pseudo_inputs: Callable[[], Tensor]) -> nn.Module:
    """The prior of that name; `pseudo_inputs` gives rows for a VampPrior and is called for no other.

    Raises
    ------
    VaeworksError
        For a name that is not in `PRIORS`.
    """
    if name == "vamp":
        return VampPrior(pseudo_inputs())
    makers = {"normal": StandardNormal, "mixture": MixturePrior, "flow": FlowPrior}
    if name not in makers:
        raise VaeworksError(f"there is no prior {name!r}: choose one of {', '.join(PRIORS)}")
    return cast(nn.Module, makers[name](latent_dim))
