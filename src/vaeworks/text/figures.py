"""What a text model is judged by beside its bounds."""

from collections.abc import Iterable

import torch

from ..core.batch import Batch
from ..core.choosing import posterior_mean
from ..core.model import LatentModel
from ..labels import LABEL


@torch.no_grad()
def token_figures(model: LatentModel, batches: Iterable[Batch], labelled: bool) -> dict:
    """Token counts and accuracies at the posterior mean, none of which counts padding.

    Returns
    -------
    dict
        `tokens` (end marks included), `token_accuracy_teacher_forced` (true words before each guess),
        `token_accuracy_free_running` (the greedy decoding against the text, position by position), and `accuracy`
        over the labels that are there (None without any).
    """
    model.eval()
    tokens = forced = free = known = right = 0
    for batch in batches:
        levels, state, condition = model.descend(batch, posterior_mean)
        assert batch.target is not None
        assert batch.observed is not None
        likelihood, observed = model.decoder(state, condition), batch.observed
        targets = batch.target[observed]
        tokens += len(targets)
        forced += int((likelihood.guesses(batch.target, observed) == targets).sum())
        free += int((fitted_to(likelihood.sample(temperature=0.0), batch.target.shape[1])[observed] == targets).sum())
        if labelled:
            labels = batch.labels[LABEL]
            known += int((labels >= 0).sum())
            right += int((model.heads[LABEL](levels[0].z).probs.argmax(-1) == labels).sum())
    return {
        "tokens": tokens,
        "token_accuracy_teacher_forced": forced / tokens,
        "token_accuracy_free_running": free / tokens,
        "accuracy": right / known if known else None,
    }


def fitted_to(tokens: torch.Tensor, length: int) -> torch.Tensor:
    """Cut or pad (N, T) to (N, length)."""
    return torch.nn.functional.pad(tokens[:, :length], (0, max(0, length - tokens.shape[1])))
