"""How many standard deviations hold 68 and 95 per cent of the pixels: errors have longer tails than normal ones."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import Choose, cooled
from ..core.model import LatentModel, Read

NORMAL = {68: 0.9944579, 95: 1.9599640}  # what it would be of normal ones
DRAWS, PIXELS = 20, 20_000


@torch.no_grad()
def spread_of(model: LatentModel, batch: Batch, read: Read, choose: Choose, draws: int) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of every pixel over choices of z given the noisy picture, (N, C, H, W)."""
    total, squares = torch.zeros(()), torch.zeros(())
    given = Batch(None, condition=batch.condition)
    for _ in range(draws):
        _, z, condition = model.descend(given, choose, read=(None, read[1]))
        likelihood = model.decoder(z, condition)
        mean = likelihood.mean()
        total, squares = total + mean, squares + mean**2 + likelihood.stddev() ** 2
    mean = total / draws
    return mean, (squares / draws - mean**2).clamp(min=0).sqrt()


@torch.no_grad()
def measured_widths(model: LatentModel, batches: Iterable[Batch]) -> dict[str, float]:
    """`deviations_holding_68` and `deviations_holding_95`, measured on pictures whose clean ones are known."""
    scores = []
    for number, batch in enumerate(batches):
        mean, deviation = spread_of(model, batch, model.read(batch), cooled(1.0), DRAWS)
        known = ((batch.target - mean).abs() / deviation.clamp(min=1e-6))[batch.observed].cpu().numpy()
        scores.append(np.random.default_rng(number).choice(known, min(len(known), PIXELS), replace=False))
    held = np.concatenate(scores)
    return {name_of(share): float(np.quantile(held, share / 100)) for share in NORMAL}


def name_of(share: int) -> str:
    return f"deviations_holding_{share}"
