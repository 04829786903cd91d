"""A text with its label turned: the smallest move of its code after which the linear layer is sure."""

import math
from typing import cast

import torch
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.choosing import posterior_mean, replay
from ..core.model import LatentModel
from ..labels import LABEL
from ..tokens.vocabulary import END, PAD
from .sentences import PHRASE, CodesInTurn

MOST_STEPS = 100
GAINS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
NEARLY = 0.9  # of the most that a sentence can win


@torch.no_grad()
def rewritten(model: LatentModel, batch: Batch, index: int, sure: float) -> tuple[Tensor, Tensor]:
    """Sentences (N, S, T) of texts with the label of a class, and which of them (N, S) are written anew.

    Each sentence is as it was, or written from a code that follows the moved code of its text ever further. Those that
    win most for the class are exchanged first, and no more of them than it takes until the model, reading the whole
    again, is sure.
    """
    versions = torch.stack(padded_alike([batch.input, *written_anew(model, batch, index, sure)]))
    versions = torch.where((versions != PAD).any(-1, keepdim=True), versions, versions[:1])  # a text stays a text
    won = gains(model, versions, index)
    most = won.amax(0)
    version = (won >= NEARLY * most).long().argmax(0)
    choice, rows = torch.zeros_like(version), torch.arange(len(version), device=version.device)
    for place in most.argsort(dim=1, descending=True).unbind(1):
        unsure = log_odds(model, picked(versions, choice), index) < math.log(sure / (1 - sure))
        if not unsure.any():
            break
        choice[rows[unsure], place[unsure]] = version[rows[unsure], place[unsure]]
    return picked(versions, choice), choice > 0


def gains(model: LatentModel, versions: Tensor, index: int) -> Tensor:
    """By how much the log-odds of the class rise when one sentence is exchanged for a version of it, (K, N, S).

    A version that outgrows the sentence by more than a phrase has lost its thread, and wins nothing.
    """
    before, found = log_odds(model, versions[0], index), torch.zeros(versions.shape[:3], device=versions.device)
    for version in range(1, len(versions)):
        for place in range(versions.shape[2]):
            choice = torch.zeros_like(versions[0, :, :, 0])
            choice[:, place] = version
            found[version, :, place] = log_odds(model, picked(versions, choice), index) - before
    lengths = (versions != PAD).sum(-1)
    return found.masked_fill(lengths > lengths[0] + PHRASE, 0.0)


def written_anew(model: LatentModel, batch: Batch, index: int, sure: float) -> list[Tensor]:
    """Tokens (N, S, T) of all sentences from codes that follow the moved codes of their texts ever further.

    Phrases beyond the end of a sentence stay, so that it ends where it did.
    """
    features, condition = read = model.read(batch)
    levels, _, _ = model.descend(batch, posterior_mean, read=read)
    before, codes, [block] = levels[0].z, levels[1].z, model.blocks
    z, network = moved(model.heads[LABEL], before, index, sure), cast(CodesInTurn, block.network)
    words = (features["phrases"] != 0).any(-1).repeat_interleave(network.phrase_dim, -1)
    move, found = words * followed(network, before, z, codes), []
    for gain in GAINS:
        _, state = block(z, features, condition, replay([codes + gain * move]))
        tokens = model.decoder(state, condition).mode()
        found.append(tokens.masked_fill(tokens == END, PAD)[:, :, :-1])
    return found


def log_odds(model: LatentModel, tokens: Tensor, index: int) -> Tensor:
    """Of a class against all others, for texts as they are read, (N,)."""
    return odds_at(model.heads[LABEL], model.code(Batch(tokens)), index)


def odds_at(head: nn.Module, z: Tensor, index: int) -> Tensor:
    scores = head(z).logits
    return scores[:, index] - torch.cat([scores[:, :index], scores[:, index + 1 :]], dim=1).logsumexp(1)


def picked(versions: Tensor, choice: Tensor) -> Tensor:
    """Of versions (K, N, S, T) the chosen one of each sentence, (N, S, T)."""
    return versions.gather(0, choice[None, ..., None].expand(1, *versions.shape[1:]))[0]


def padded_alike(parts: list[Tensor]) -> list[Tensor]:
    longest = max(part.shape[-1] for part in parts)
    return [nn.functional.pad(part, (0, longest - part.shape[-1]), value=PAD) for part in parts]


def moved(head: nn.Module, z: Tensor, index: int, sure: float) -> Tensor:
    """The codes (N, D) nearest to z where p(class) >= sure: along the gradient of its log-odds, which are concave."""
    wanted, z = math.log(sure / (1 - sure)), z.clone()
    for _ in range(MOST_STEPS):
        with torch.enable_grad():
            at = z.detach().requires_grad_()
            odds = odds_at(head, at, index)
            [slope] = torch.autograd.grad(odds.sum(), at)
        missing = (wanted - odds.detach()).clamp(min=0.0)
        if (missing < 1e-4).all():
            break
        z = z + (missing / slope.square().sum(1).clamp(min=1e-12))[:, None] * slope
    return z


def followed(network: CodesInTurn, before: Tensor, after: Tensor, codes: Tensor) -> Tensor:
    """By how much what is expected of the codes of sentences (N, S, C) moves when z does."""
    now, then = (network.given(z, network.states(z, codes), codes).mean for z in (after, before))
    return now - then
