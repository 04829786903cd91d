"""A text with its label turned: the smallest move of its code after which the linear layer is sure."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.choosing import posterior_mean, replay
from ..core.model import LatentModel
from ..labels import LABEL
from .sentences import CodesInTurn

MOST_STEPS = 100


@torch.no_grad()
def turned(model: LatentModel, batch: Batch, index: int, sure: float) -> Any:
    """The likelihood of the texts of a batch, were they of the class: from moved codes of texts and of sentences."""
    features, condition = read = model.read(batch)
    levels, _, _ = model.descend(batch, posterior_mean, read=read)
    z = moved(model.heads[LABEL], levels[0].z, index, sure)
    state: Any = z
    for block, level in zip(model.blocks, levels[1:], strict=True):
        codes = followed(block.network, levels[0].z, z, level.z)  # type: ignore[arg-type]
        _, state = block(z, features, condition, replay([codes]))
    return model.decoder(state, condition)


def moved(head: nn.Module, z: Tensor, index: int, sure: float) -> Tensor:
    """The codes (N, D) nearest to z where p(class) >= sure: along the gradient of its log-odds, which are concave."""
    wanted, z = math.log(sure / (1 - sure)), z.clone()
    for _ in range(MOST_STEPS):
        with torch.enable_grad():
            at = z.detach().requires_grad_()
            scores = head(at).logits
            others = torch.cat([scores[:, :index], scores[:, index + 1 :]], dim=1)
            odds = scores[:, index] - others.logsumexp(1)
            [slope] = torch.autograd.grad(odds.sum(), at)
        missing = (wanted - odds.detach()).clamp(min=0.0)
        if (missing < 1e-4).all():
            break
        z = z + (missing / slope.square().sum(1).clamp(min=1e-12))[:, None] * slope
    return z


def followed(network: CodesInTurn, before: Tensor, after: Tensor, codes: Tensor) -> Tensor:
    """Codes of sentences (N, S, C) that move as far as what is expected of them does when z moves."""
    off = codes - network.given(before, network.states(before, codes), codes).mean
    off = off.unflatten(2, (network.phrases, network.phrase_dim))
    return network.in_turn(after, codes.shape[1], lambda prior, sentence, phrase: prior.mean + off[:, sentence, phrase])
