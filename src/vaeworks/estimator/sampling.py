"""How codes are drawn: from the prior or the aggregated posterior, cooled, or for a label."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ..core.choosing import Choose, cooled
from ..core.model import LatentModel
from ..errors import VaeworksError
from ..labels import LABEL, MISSING
from .reader import Labelled

SOURCES = ("auto", "model", "aggregated")
DRAWS_A_BLOCK, MOST_BLOCKS = 1024, 1000
Draw = Callable[[int], Tensor]


def draw_codes(estimator: Labelled, n: int, label: Any = None, prior: str = "auto", temperature: float = 1.0) -> Tensor:
    """z of the top level (n, latent_dim), from the model's prior or the aggregated posterior, or for a label.

    For a label `auto` takes the aggregated posterior, where there is one, since p(label | z) was learned where codes of
    data lie, and else the prior.

    Raises
    ------
    VaeworksError
        When there are no labels, no such label, no such prior, or no aggregated posterior.
    """
    if prior not in SOURCES:
        raise VaeworksError(f"there is no prior {prior!r} to draw from: choose auto, model or aggregated")
    aggregated = estimator.aggregated_
    if prior == "auto":
        prior = "model" if label is None or aggregated is None else "aggregated"
    draw: Draw = partial(prior_codes, estimator.model_, choose=cooled(temperature))
    if prior == "aggregated":
        if aggregated is None:
            raise VaeworksError("this model has no aggregated posterior: call fit_aggregated on two examples or more")
        draw = partial(aggregated.sample, temperature=temperature)
    return draw(n) if label is None else codes_for(estimator.model_, draw, n, class_index(estimator, label))


def class_index(estimator: Labelled, label: Any) -> int:
    """Which class to sample for.

    Raises
    ------
    VaeworksError
        When there are no labels, or no such one.
    """
    classes = estimator.reader_.classes
    if classes is None:
        raise VaeworksError("this model was fitted without labels, so it cannot sample for one: fit it with labels")
    index = int(classes.indices([label])[0])
    if index == MISSING:
        raise VaeworksError(f"{label!r} means that there is no label: name a class to sample for, or leave it out")
    return index


@torch.no_grad()
def prior_codes(model: LatentModel, n: int, choose: Choose) -> Tensor:
    """z of the top level from the model's prior, (n, latent_dim)."""
    return choose(model.eval().top_prior(n), None)


@torch.no_grad()
def codes_for(model: LatentModel, draw: Draw, n: int, index: int) -> Tensor:
    """Exact draws from p(z | label), (n, latent_dim): those of `draw`, each kept with p(label | z)."""
    kept: list[Tensor] = []
    for _ in range(MOST_BLOCKS):
        draws = draw(DRAWS_A_BLOCK).to(next(model.parameters()))
        chances = model.heads[LABEL](draws).probs[:, index]
        kept.append(draws[torch.rand_like(chances) < chances])
        if sum(map(len, kept)) >= n:
            return torch.cat(kept)[:n]
    raise VaeworksError(f"the prior gives this label too seldom to draw {n}: ask for fewer")
