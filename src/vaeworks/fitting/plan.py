"""The training plan: phases, schedules of weights, and the rate that training holds."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..core.choosing import Choose, from_posterior
from ..core.model import LatentModel
from ..errors import VaeworksError


@dataclass(frozen=True)
class Schedule:
    """A weight as a function of the epochs since its phase began.

    Attributes
    ----------
    start, stop : float
        First and last value.
    epochs : float
        How long the way from start to stop takes; 0 means that it is at `stop` from the first step.
    shape : str
        'linear', 'cosine', or 'cyclical': `cycles` times a rise in the first half of a cycle, then a plateau
        (Fu et al. 2019).
    cycles : int
        How often a cyclical schedule rises.
    delay : float
        Epochs at `start` before the way begins.
    """

    start: float
    stop: float
    epochs: float = 0.0
    shape: str = "linear"
    cycles: int = 4
    delay: float = 0.0

    def __post_init__(self) -> None:
        if self.shape not in ("linear", "cosine", "cyclical"):
            raise VaeworksError(f"there is no schedule {self.shape!r}: choose linear, cosine or cyclical")

    def __call__(self, epoch: float) -> float:
        if epoch < self.delay:
            return self.start
        epoch -= self.delay
        if self.epochs <= 0 or epoch >= self.epochs:
            return self.stop
        progress = epoch / self.epochs
        if self.shape == "cosine":
            progress = 0.5 - 0.5 * math.cos(math.pi * progress)
        elif self.shape == "cyclical":
            progress = min(1.0, 2 * (progress * self.cycles % 1.0))
        return self.start + (self.stop - self.start) * progress

    def length(self) -> float:
        """Epochs until it is at `stop`."""
        return self.delay + self.epochs


def constant(value: float) -> Schedule:
    return Schedule(value, value)


@dataclass(frozen=True)
class Phase:
    """One stretch of training.

    Attributes
    ----------
    epochs : int
        How long it lasts.
    trains : tuple of str
        Names of the model's parts that train ('encoder', 'prior', ...); empty for all. The rest is frozen.
    turns : tuple of tuple of str
        Parts that train in turn, one entry an epoch, over and over, as in RecVAE (Shenbin et al. 2020); in the place of
        `trains`. Optimiser, average and best epoch span them all.
    learning_rate, kl_weight, label_weight : Schedule
        The step size, and the weights (beta, label weight) in the objective.
    aside_weight : float
        Of what the model trains aside.
    rate : float or None
        Nats of KL that training holds by moving the KL weight, which `kl_weight` then no longer sets.
    choose : Choose
        How z comes from its posterior: drawn, or as an application will take it.
    """

    epochs: int
    trains: tuple[str, ...] = ()
    turns: tuple[tuple[str, ...], ...] = ()
    learning_rate: Schedule = Schedule(1e-3, 1e-3)
    kl_weight: Schedule = Schedule(1.0, 1.0)
    label_weight: Schedule = Schedule(1.0, 1.0)
    aside_weight: float = 1.0
    rate: float | None = None
    choose: Choose = from_posterior

    def parts_at(self, epoch: int) -> tuple[str, ...]:
        """Names of the parts that train in an epoch of the phase; empty for all."""
        return self.turns[epoch % len(self.turns)] if self.turns else self.trains

    def warm_up(self) -> float:
        """Epochs until the weights of the objective have settled."""
        schedules = (self.label_weight,) if self.rate else (self.kl_weight, self.label_weight)
        return max(schedule.length() for schedule in schedules)


@dataclass(frozen=True)
class Plan:
    """How a model is trained.

    Attributes
    ----------
    phases : tuple of Phase
        Run one after another; each starts with a new optimiser.
    free_bits : float
        Nats below which a unit's mean KL is not pushed (Kingma et al. 2016, eq. 15).
    patience : int or None
        Epochs without a better validation loss after which a phase ends, counted once its warm-up is over.
    averaging : float or None
        Decay of the moving average of the weights, which is then what is validated and kept.
    weight_decay, clip_norm : float
        Of AdamW, and the largest norm of a gradient.
    judge : callable or None
        `judge(model)`, lower is better, chooses the best epoch, as by a ranking metric; None takes the bound on the
        validation data.
    seed : int
        Of the data order and of every draw.
    """

    phases: tuple[Phase, ...]
    free_bits: float = 0.0
    patience: int | None = None
    averaging: float | None = None
    weight_decay: float = 0.01
    clip_norm: float = 5.0
    judge: Callable[[LatentModel], float] | None = None
    seed: int = 0

    @property
    def epochs(self) -> int:
        return sum(phase.epochs for phase in self.phases)

    def phase_at(self, epoch: int) -> tuple[int, int]:
        """Which phase an epoch belongs to, and the first epoch of that phase."""
        first = 0
        for index, phase in enumerate(self.phases):
            if epoch < first + phase.epochs:
                return index, first
            first += phase.epochs
        raise IndexError(f"the plan has {self.epochs} epochs")


def training_only(part: str, plan: Plan) -> Plan:
    """The last phase of a plan, for one part of the model and the plain bound."""
    phase = replace(plan.phases[-1], trains=(part,), turns=(), kl_weight=constant(1.0), aside_weight=0.0, rate=None)
    return replace(plan, phases=(phase,), free_bits=0.0)


class RateControl:
    """Holds the KL at a target by moving its weight: an integral controller on log beta.

    Parameters
    ----------
    target : float
        Nats.
    log_weight : float
        Where log beta starts; the controller's whole state.
    """

    GAIN, LOWEST, HIGHEST = 0.02, math.log(0.01), math.log(20.0)

    def __init__(self, target: float, log_weight: float) -> None:
        self.target, self.log_weight = target, log_weight

    @property
    def weight(self) -> float:
        return math.exp(self.log_weight)

    def update(self, kl: float) -> None:
        """Move the weight after a step whose mean KL was `kl` nats."""
        error = max(-1.0, min(1.0, (kl - self.target) / self.target))
        self.log_weight = max(self.LOWEST, min(self.HIGHEST, self.log_weight + self.GAIN * error))
