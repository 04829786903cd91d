"""What a training step minimises: the weighted, negative joint bound."""

from torch import Tensor

from ..core.evidence import Evidence, Level


def objective(
    evidence: Evidence, kl_weight: float, label_weight: float, free_bits: float = 0.0, aside_weight: float = 1.0
) -> Tensor:
    """The mean negative bound over a batch in nats, a scalar, with weights on its KL and its labels.

    With both weights 1 and no free bits it is the negative of the joint bound on log p(target, labels). What the model
    trains aside is added with a weight of its own.
    """
    kl = sum(free_bits_kl(level, free_bits) for level in evidence.levels) if free_bits else evidence.kl.sum(0).mean()
    loss = -evidence.log_likelihood.mean() - label_weight * evidence.log_labels.mean() + kl_weight * kl
    return loss if evidence.aside is None else loss + aside_weight * evidence.aside


def free_bits_kl(level: Level, free_bits: float) -> Tensor:
    """The mean KL of a level in nats, where a unit below `free_bits` counts as just that (Kingma et al. 2016)."""
    per_unit = level.kl_per_unit()
    if per_unit is None:
        return level.kl().mean().clamp(min=free_bits * level.z[0].numel())
    return per_unit.flatten(1).mean(0).clamp(min=free_bits).sum()
