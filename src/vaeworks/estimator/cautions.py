"""What a user would want to know before trusting a fit."""

import logging
import math

from ..core.model import LatentModel
from ..fitting.plan import Plan
from .probes import ACCURACY, LINEAR, TFIDF

SIMPLER = {LINEAR: "a linear probe of the codes", TFIDF: "logistic regression on tf-idf of words"}
WELL_BELOW = 0.02
log = logging.getLogger(__name__)


def caution(model: LatentModel, plan: Plan, figures: dict, history: list[dict]) -> None:
    """Warn of a rate that was not held, a collapsed posterior, and a warm-up that outlasts training."""
    rate = plan.phases[-1].rate
    reached = history[-1]["train"]["kl"]
    if rate and reached is not None and abs(reached - rate) > 0.2 * rate:
        log.warning("the rate was not held: asked for %g nats, trained at %.2f: train longer", rate, reached)
    if figures["collapsed"]:
        log.warning("%s", collapse(figures, bool(rate), flat=len(model.blocks) == 0))
    for index, phase in enumerate(plan.phases):
        if phase.warm_up() > phase.epochs:
            log.warning(
                "phase %d warms up over %g epochs but lasts %d: its weights never reach their final values: "
                "train longer or shorten the warm-up",
                index + 1,
                phase.warm_up(),
                phase.epochs,
            )


def caution_of_labels(figures: dict) -> None:
    """Warn of a head that predicts labels well below what its codes, or plain words, would give."""
    accuracy, others = figures[ACCURACY], {name: figures[key] for key, name in SIMPLER.items() if key in figures}
    better = max(others, key=lambda name: others[name], default=None)
    if better is not None and well_below(accuracy, others[better], figures["examples"]):
        log.warning(
            "labels are predicted in %.1f%% of what was held out, where %s has %.1f%%: raise `label_weight`, or train "
            "longer",
            100 * accuracy,
            better,
            100 * others[better],
        )


def well_below(accuracy: float, other: float, examples: int) -> bool:
    """Whether one accuracy of so many examples is below another by more than noise."""
    return other - accuracy > max(WELL_BELOW, 2 * math.sqrt(accuracy * (1 - accuracy) / examples))


def collapse(figures: dict, rate_is_held: bool, flat: bool) -> str:
    """What holds too little, and what would mend it."""
    information = figures["mutual_information_nats"]
    held = figures["kl_per_level_nats"][0] if information is None else information
    mend = "set `rate`, the nats of KL that training holds"
    if not flat:
        mend = "take fewer levels, or set `free_bits`"
    elif rate_is_held:
        mend = "train longer, or raise `rate` or `learning_rate`"
    return (
        f"the posterior collapsed: {'z' if flat else 'the top level'} holds {held:.2f} nats about the data, "
        f"and {figures['active_units']} of {figures['latent_units']} units are active: {mend}"
    )
