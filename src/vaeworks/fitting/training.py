"""`fit(model, data, plan)`: the loop that trains every model of the package."""

import logging
import math
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from ..core.batch import Batch
from ..core.evidence import Evidence
from ..core.model import LatentModel
from ..errors import VaeworksError
from ..finite import is_finite, nulled
from .checkpoint import Position, read_checkpoint, restore_optimizer, write_checkpoint
from .devices import make_fabric
from .examples import Data
from .monitors import Monitor
from .objective import objective
from .plan import Plan, RateControl
from .random_numbers import mixed_seed, own_random_numbers

if TYPE_CHECKING:
    from lightning_fabric import Fabric

log = logging.getLogger(__name__)
TERMS = ("reconstruction", "kl", "labels", "objective")
MOST_SKIPPED = 20


class Interrupted(KeyboardInterrupt):
    """Ctrl-C after at least one whole epoch: the model holds the best weights so far."""


def fit(
    model: LatentModel,
    data: Data,
    plan: Plan,
    validation: Data | None = None,
    fabric: "Fabric | None" = None,
    checkpoint: Path | None = None,
    settings: dict | None = None,
    resume: bool = False,
    monitors: Sequence[Monitor] = (),
    history: list[dict] | None = None,
) -> list[dict]:
    """Train a model in place and leave the best weights in it.

    Parameters
    ----------
    data, validation : Data
        With validation data, each phase keeps the weights that had the lowest validation loss; else the last.
    fabric : lightning_fabric.Fabric or None
        Devices, precision and processes; by default the best device of this machine.
    checkpoint : Path or None
        File that holds the whole state after each epoch.
    settings : dict
        What must be equal for a checkpoint to be resumed.
    resume : bool
        Go on from the checkpoint; the result equals that of a fit which was never interrupted.

    history : list of dict
        Filled with one record an epoch (its weights, and the mean terms in nats over training and validation data,
        None where one is not finite), so that an interrupted fit leaves it too.

    Returns
    -------
    list of dict
        The history.

    Raises
    ------
    Interrupted
        At Ctrl-C, with the best weights so far in the model; a plain KeyboardInterrupt before the first epoch's end.
    VaeworksError
        When 20 steps in a row are not finite, when no validation loss is that could be compared, or when the checkpoint
        cannot be resumed.
    """
    fabric = fabric or make_fabric()
    history = [] if history is None else history
    run = _Run(model, data, plan, validation, fabric, checkpoint, Position(history=history, settings=settings or {}))
    if resume:
        run.resume()
    watching = monitors if fabric.is_global_zero else ()
    for monitor in watching:
        monitor.start((plan.epochs - run.position.epoch) * len(data))
    try:
        with own_random_numbers(fabric.device):
            while run.position.epoch < plan.epochs:
                run.epoch(watching)
    except KeyboardInterrupt as error:
        if not run.position.epoch:
            raise
        run.keep_best()
        raise Interrupted from error
    finally:
        for monitor in watching:
            monitor.stop()
    return history


class _Run:
    """A fit under way: the model, what trains it in the present phase, and the position in the plan."""

    def __init__(
        self,
        model: LatentModel,
        data: Data,
        plan: Plan,
        validation: Data | None,
        fabric: "Fabric",
        checkpoint: Path | None,
        position: Position,
    ) -> None:
        self.model, self.data, self.plan, self.validation = model, data, plan, validation
        self.fabric, self.checkpoint = fabric, checkpoint
        self.position = position
        self.best: dict[str, Tensor] = {}
        self.skipped_in_a_row = 0
        model.to(fabric.device)
        self.begin_phase()

    def begin_phase(self) -> None:
        """Make the optimiser of every part that will train, the averaged weights and the rate control."""
        index, self.first_epoch = self.plan.phase_at(self.position.epoch)
        self.phase = self.plan.phases[index]
        self._thaw({part for turn in self.phase.turns for part in turn} or set(self.phase.trains))
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(
            trained,
            lr=self.phase.learning_rate(0.0),
            weight_decay=self.plan.weight_decay,
            fused=self.fabric.device.type == "cpu",
        )
        self.wrapped, self.optimizer = self.fabric.setup(self.model, optimizer)
        self.average = AveragedModel(self.model, avg_fn=ramped(self.plan.averaging)) if self.plan.averaging else None
        self.rate = RateControl(self.phase.rate, self.position.log_kl_weight) if self.phase.rate else None

    def _thaw(self, parts: Collection[str]) -> None:
        """Let these parts train, and freeze the rest; none means all."""
        for name, part in self.model.named_children():
            part.requires_grad_(not parts or name in parts)

    def epoch(self, monitors: Sequence[Monitor]) -> None:
        """One pass over the data, its validation, its record and its checkpoint."""
        began, number, total, steps = time.perf_counter(), self.position.epoch, np.zeros(len(TERMS)), 0
        seed, self.skipped = mixed_seed(self.plan.seed, number), 0
        torch.manual_seed(mixed_seed(self.plan.seed, number, self.fabric.global_rank))
        self._thaw(self.phase.parts_at(number - self.first_epoch))
        self._set_modes()
        for index, batch in enumerate(self.data.epoch(seed)):
            weights = self._weights(number - self.first_epoch + index / len(self.data))
            terms = self._step(batch, weights)
            record = {
                "epoch": number,
                "step": self.position.step,
                **weights,
                **dict(zip(TERMS, terms.tolist(), strict=True)),
            }
            for monitor in monitors:
                monitor.step(record)
            if np.isfinite(terms).all():
                total, steps = total + terms, steps + 1
        self._end_epoch(weights, dict(zip(TERMS, (total / (steps or np.nan)).tolist(), strict=True)), began, monitors)

    def _set_modes(self) -> None:
        """Frozen parts are in eval mode, but for RNNs: cuDNN's cannot backpropagate in it, and ours hold no dropout."""
        self.model.train()
        for part in self.model.children():
            frozen = not any(parameter.requires_grad for parameter in part.parameters())
            part.train(not frozen)
            for module in part.modules():
                if isinstance(module, nn.RNNBase):
                    module.train()

    def _weights(self, epoch: float) -> dict[str, float]:
        return {
            "learning_rate": self.phase.learning_rate(epoch),
            "kl_weight": self.rate.weight if self.rate else self.phase.kl_weight(epoch),
            "label_weight": self.phase.label_weight(epoch),
        }

    def _step(self, batch: Batch, weights: dict[str, float]) -> np.ndarray:
        """One update of the weights; the mean terms over the whole batch, all processes together."""
        for group in self.optimizer.param_groups:
            group["lr"] = weights["learning_rate"]
        part, share = self._own(batch, self.data)
        part = part.to(self.fabric.device)
        evidence = self.wrapped(part, choose=self.phase.choose)
        loss = objective(
            evidence, weights["kl_weight"], weights["label_weight"], self.plan.free_bits, self.phase.aside_weight
        )
        terms = self._together(torch.stack([*mean_terms(evidence), loss.detach()]) * share)
        self.position.step += 1
        broken = [name for name, value in zip(TERMS, terms, strict=True) if not np.isfinite(value)]
        if not broken:
            self.fabric.backward(loss * share)
            norm = self.fabric.clip_gradients(
                self.wrapped, self.optimizer, max_norm=self.plan.clip_norm, error_if_nonfinite=False
            )
            broken = [] if torch.isfinite(norm) else ["gradient"]  # type: ignore[arg-type]
        if broken:
            self._skip(broken[0])
        else:
            self._update(terms)
        self.optimizer.zero_grad()
        return terms

    def _own(self, batch: Batch, data: Data) -> tuple[Batch, float]:
        processes = 1 if getattr(data, "apart", False) else self.fabric.world_size
        return shard(batch, self.fabric.global_rank, processes)

    def _update(self, terms: np.ndarray) -> None:
        self.skipped_in_a_row = 0
        self.optimizer.step()
        if self.average:
            self.average.update_parameters(self.model)
        if self.rate:
            self.rate.update(float(terms[TERMS.index("kl")]))

    def _skip(self, term: str) -> None:
        self.skipped, self.skipped_in_a_row = self.skipped + 1, self.skipped_in_a_row + 1
        log.warning("step %d skipped: its %s is not finite", self.position.step, term)
        if self.skipped_in_a_row >= MOST_SKIPPED:
            raise broke(
                f"the {term} was not finite for {MOST_SKIPPED} steps in a row (the last was step {self.position.step})"
            )

    def _end_epoch(self, weights: dict, train: dict, began: float, monitors: Sequence[Monitor]) -> None:
        """Validate, decide whether the phase is over, and write everything down."""
        position, held_out = self.position, self._validate()
        judged = self._judged()
        record = {
            "epoch": position.epoch,
            "step": position.step,
            **weights,
            "train": nulled(train),
            "validation": nulled(held_out),
            **({} if judged is None else {"judged": judged}),
            "skipped_steps": self.skipped,
            "seconds": time.perf_counter() - began,
        }
        position.history.append(record)
        if self._settled(train["kl"]):
            self._compare(self._bound_of(held_out, weights["label_weight"]) if judged is None else judged)
        log.info("epoch %d: trained %s; held out %s", position.epoch + 1, shown(train), shown(held_out or {}))
        for monitor in monitors:
            monitor.epoch(record)
        position.epoch += 1
        if self.rate:
            position.log_kl_weight = self.rate.log_weight
        over = self._phase_is_over()
        if over:
            if not self.best and not is_finite(held_out):
                raise broke("the validation loss was not finite at the end")
            self.keep_best()
            position.epoch = self.first_epoch + self.phase.epochs
            position.best_loss, position.best_epoch, self.best = None, -1, {}
        self._write_checkpoint()
        if over and position.epoch < self.plan.epochs:
            self.begin_phase()

    def _settled(self, kl: float) -> bool:
        """Whether the next epoch trains with the final weights of the phase, so that losses can be compared.

        Where a rate is wanted, whether training has come near it.
        """
        if self.phase.rate and kl < 0.8 * self.phase.rate:
            return False
        return self.position.epoch + 1 - self.first_epoch >= self.phase.warm_up()

    def _bound_of(self, held_out: dict | None, label_weight: float) -> float:
        """The validation loss, NaN where there is none; a KL under the wanted rate earns nothing."""
        if held_out is None:
            return math.nan
        kl = max(held_out["kl"], self.phase.rate or 0.0)
        return held_out["reconstruction"] + kl + label_weight * held_out["labels"]

    def _compare(self, loss: float) -> None:
        """Remember the weights if their loss is the best."""
        if not np.isfinite(loss):
            return
        if self.position.best_loss is None or loss < self.position.best_loss:
            self.position.best_loss, self.position.best_epoch = loss, self.position.epoch
            self.best = {name: tensor.clone() for name, tensor in self.kept.state_dict().items()}

    def _phase_is_over(self) -> bool:
        position = self.position
        if position.epoch >= self.first_epoch + self.phase.epochs:
            return True
        waited = position.epoch - 1 - position.best_epoch
        return self.plan.patience is not None and position.best_epoch >= 0 and waited >= self.plan.patience

    @property
    def kept(self) -> LatentModel:
        """The model whose weights are validated and kept."""
        return cast(LatentModel, self.average.module) if self.average else self.model

    def keep_best(self) -> None:
        self.model.load_state_dict(self.best or self.kept.state_dict())

    @torch.no_grad()
    def _validate(self) -> dict[str, float] | None:
        """Mean terms over the validation data, with the same noise every time."""
        if self.validation is None:
            return None
        torch.manual_seed(mixed_seed(self.plan.seed, self.fabric.global_rank))
        model, total, rows = self.kept.eval(), np.zeros(3), 0
        for batch in self.validation.epoch(None):
            part, share = self._own(batch, self.validation)
            with self.fabric.autocast():
                terms = torch.stack(mean_terms(model(part.to(self.fabric.device), choose=self.phase.choose)))
            total, rows = total + len(batch) * self._together(terms * share), rows + len(batch)
        means = dict(zip(TERMS, (total / rows).tolist(), strict=False))
        return means | {"negative_elbo": means["reconstruction"] + means["kl"]}

    @torch.no_grad()
    def _judged(self) -> float | None:
        return None if self.plan.judge is None else float(self.plan.judge(self.kept.eval()))

    def _together(self, values: Tensor) -> np.ndarray:
        """The mean of a vector over all processes."""
        if self.fabric.world_size > 1:
            values = cast(Tensor, self.fabric.all_reduce(values, reduce_op="mean"))
        return values.cpu().double().numpy()

    def _write_checkpoint(self) -> None:
        if self.checkpoint and self.fabric.is_global_zero:
            groups = {"model": self.model.state_dict(), "best": self.best}
            if self.average:
                groups["average"] = self.average.state_dict()
            write_checkpoint(self.checkpoint, self.position, groups, self.optimizer)

    def resume(self) -> None:
        """Go back to the state in the checkpoint."""
        assert self.checkpoint is not None
        history = self.position.history
        self.position, groups, optimizer = read_checkpoint(self.checkpoint, self.position.settings)
        history[:] = self.position.history
        self.position.history = history
        self.model.load_state_dict(groups["model"])
        self.best = groups.get("best", {})
        if self.position.epoch == self.plan.epochs:
            return
        self.begin_phase()
        if self.position.epoch == self.first_epoch:
            return
        restore_optimizer(self.optimizer, optimizer)
        if self.average:
            self.average.load_state_dict(groups["average"])


def broke(what: str) -> VaeworksError:
    return VaeworksError(f"training broke: {what}: lower learning_rate, or look for extreme values in the data")


def shown(terms: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in terms.items()) or "nothing"


def mean_terms(evidence: Evidence) -> list[Tensor]:
    """Mean reconstruction, KL and label terms of a batch in nats, each as a cost."""
    costs = (-evidence.log_likelihood, evidence.kl.sum(0), -evidence.log_labels)
    return [cost.detach().mean() for cost in costs]


def shard(batch: Batch, rank: int, processes: int) -> tuple[Batch, float]:
    """This process's examples, and the weight that makes the mean over processes the mean over the batch."""
    if processes == 1:
        return batch, 1.0
    mine = len(range(rank, len(batch), processes))
    part = batch.rows(slice(rank, None, processes)) if mine else batch.rows(slice(0, 1))
    return part, mine * processes / len(batch)


def ramped(decay: float) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """A moving average that forgets its start: the decay grows from 0.2 to `decay`."""

    def average(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        steps = int(count)
        return averaged.lerp(current, 1 - min(decay, (1 + steps) / (10 + steps)))

    return average
