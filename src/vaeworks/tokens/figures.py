"""What a model of token sequences is judged by beside its bounds."""

import logging
import math
import sys

import torch

from ..core.batch import Batch
from ..core.choosing import posterior_mean
from ..core.evidence import Evidence
from ..core.model import LatentModel, Read
from .vocabulary import UNKNOWN

MANY_UNKNOWN = 0.2
log = logging.getLogger(__name__)


class UnknownTokens:
    """The share of the scored tokens that have no id of their own: to guess them right is no merit."""

    def __init__(self) -> None:
        self.tokens, self.unknown = 0, 0

    def see(self, batch: Batch, read: Read, evidence: Evidence) -> None:
        scored = batch.target[batch.observed]
        self.tokens, self.unknown = self.tokens + len(scored), self.unknown + int((scored == UNKNOWN).sum())

    def figures(self) -> dict:
        share = self.unknown / self.tokens
        if share >= MANY_UNKNOWN:
            log.warning(
                "%.0f%% of the tokens are unknown to the model, so its perplexity says little: fit it to texts of this "
                "language, or let `tokens` be subwords",
                100 * share,
            )
        return {"unknown_token_share": share}


class TokenFigures:
    """Token counts and accuracies at the posterior mean, none of which counts padding."""

    def __init__(self, model: LatentModel) -> None:
        self.model, self.tokens, self.forced, self.free = model, 0, 0, 0

    def see(self, batch: Batch, read: Read, evidence: Evidence) -> None:
        _, state, condition = self.model.descend(batch, posterior_mean, read=read)
        likelihood, observed = self.model.decoder(state, condition), batch.observed
        targets = batch.target[observed]
        self.tokens += len(targets)
        self.forced += int((likelihood.guesses(batch.target, observed) == targets).sum())
        self.free += int((fitted_to(likelihood.sample(temperature=0.0), batch.target.shape)[observed] == targets).sum())

    def figures(self) -> dict:
        """`tokens` (end marks included), `token_accuracy_teacher_forced` (true words before each guess), and
        `token_accuracy_free_running` (the greedy decoding against the text, position by position).
        """
        return {
            "tokens": self.tokens,
            "token_accuracy_teacher_forced": self.forced / self.tokens,
            "token_accuracy_free_running": self.free / self.tokens,
        }


def fitted_to(tokens: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Cut or pad (N, T), or (N, S, T) of sentences, to a shape."""
    cut = tokens[tuple(map(slice, shape))]
    room = [(0, size - had) for size, had in zip(shape, cut.shape, strict=True)]
    return torch.nn.functional.pad(cut, [side for sides in reversed(room) for side in sides])


def perplexities(figures: dict) -> dict:
    """`perplexity_elbo` and `perplexity_importance`, per token: upper bounds."""
    per_token, bound = figures["examples"] / figures["tokens"], figures["negative_importance_bound_nats"]
    return {
        "perplexity_elbo": perplexity(figures["negative_elbo_nats"] * per_token),
        "perplexity_importance": None if bound is None else perplexity(bound * per_token),
    }


def perplexity(nats: float) -> float:
    """Of a mean cost a token; infinite where no float can hold it."""
    return math.exp(nats) if nats < math.log(sys.float_info.max) else math.inf
