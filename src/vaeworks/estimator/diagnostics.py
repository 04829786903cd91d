"""What a fitted model's latent space holds: rate, units, mutual information, collapse."""

import math
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.evidence import Evidence, Level
from ..core.model import LatentModel, Read, importance_bound

ACTIVE_VARIANCE = 0.01
MOST_FOR_MUTUAL_INFORMATION = 2000
ESTIMATOR = "aggregated posterior over the examples (Hoffman & Johnson 2016)"


class Look(Protocol):
    """Something more to measure on the batches that `diagnose` reads."""

    def see(self, batch: Batch, read: Read, evidence: Evidence) -> None:
        """A batch, what the model read of it, and its evidence with one draw of z."""

    def figures(self) -> dict:
        """What was measured."""


@torch.no_grad()
def diagnose(model: LatentModel, batches: Iterable[Batch], samples: int = 0, looks: Sequence[Look] = ()) -> dict:
    """Every figure about a model that needs no knowledge of the kind of data.

    Parameters
    ----------
    batches : iterable of Batch
        Read once, on the model's device.
    samples : int
        Draws of z for the importance-weighted bound; 0 leaves it out.
    looks : sequence of Look
        What else is measured; their figures stand beside.

    Returns
    -------
    dict
        Means over examples in nats: `negative_elbo_nats`, `reconstruction_nats`, `kl_nats`, `kl_per_level_nats` (top
        first), `negative_importance_bound_nats` (an upper bound on -log p(x) as the negative ELBO is one, and a tighter
        one, with `importance_samples`); `kl_per_unit_nats` (None where the prior does not factorise); the entries of
        `latent_figures`; `examples`, `seconds`, `peak_memory_bytes` (None where the system does not count it, as
        Windows). A unit of a map of latents is a channel.
    """
    began = time.perf_counter()
    model.eval()
    sums = {"reconstruction": 0.0, "importance": 0.0}
    per_level = torch.zeros(len(model.blocks) + 1, dtype=torch.double)
    per_unit: Tensor | None = torch.zeros(())
    codes, examples, conditional = [], 0, False
    for batch in batches:
        read = model.read(batch)
        evidence = model.evidence(batch, read=read)
        top = evidence.levels[0]
        sums["reconstruction"] -= float(evidence.log_likelihood.sum())
        per_level += evidence.kl.sum((1, 2)).cpu()
        if samples:
            sums["importance"] -= float(importance_bound(model, batch, samples, read=read).sum())
        units = top.kl_per_unit()
        per_unit = None if units is None or per_unit is None else per_unit + by_unit(units).sum(0).cpu()
        if not examples:
            conditional = model.has_conditional_prior(read[1])
        codes.append(Codes.of(top, conditional))
        for look in looks:
            look.see(batch, read, evidence)
        examples += len(batch)
    kl = float(per_level.sum())
    return {
        "negative_elbo_nats": (sums["reconstruction"] + kl) / examples,
        "reconstruction_nats": sums["reconstruction"] / examples,
        "kl_nats": kl / examples,
        "kl_per_level_nats": (per_level / examples).tolist(),
        "negative_importance_bound_nats": sums["importance"] / examples if samples else None,
        "importance_samples": samples,
        **latent_figures(Codes.together(codes), float(per_level[0]) / examples, conditional),
        "kl_per_unit_nats": None if per_unit is None else (per_unit / examples).tolist(),
        "examples": examples,
        "seconds": time.perf_counter() - began,
        "peak_memory_bytes": peak_memory(),
        **{name: figure for look in looks for name, figure in look.figures().items()},
    }


@dataclass
class Codes:
    """The posteriors of examples, or, where there are latents at every place, those of places.

    Attributes
    ----------
    means, log_variances : Tensor (N, D)
        With a conditional prior in units of it: 0 and 0 where the posterior is the prior.
    places : bool
        Whether a row is a place.
    """

    means: Tensor
    log_variances: Tensor
    places: bool = False

    @classmethod
    def of(cls, level: Level, conditional: bool) -> "Codes":
        assert level.posterior is not None
        means, deviations = level.posterior.mean, level.posterior.stddev
        if conditional:
            scale = level.prior.stddev
            means, deviations = (means - level.prior.mean) / scale, deviations / scale
        return cls(by_unit(means).cpu(), 2 * by_unit(deviations).log().cpu(), means.dim() > 2)

    @classmethod
    def together(cls, parts: list["Codes"]) -> "Codes":
        means, log_variances = [part.means for part in parts], [part.log_variances for part in parts]
        return cls(torch.cat(means), torch.cat(log_variances), parts[0].places)


def by_unit(numbers: Tensor) -> Tensor:
    """(N, D) as it is; (N, channels, ...) as (N * places, channels)."""
    return numbers.movedim(1, -1).flatten(0, -2)


def latent_figures(codes: Codes, rate: float, conditional: bool = False) -> dict:
    """Active units, mutual information and collapse.

    Parameters
    ----------
    rate : float
        Mean KL of the top level in nats.
    conditional : bool
        Whether the prior is. Then I(x; z) says nothing, since it is large for a dead latent too, and the rate is what
        bounds I(x; z | condition).

    Returns
    -------
    dict
        `active_units` (variance of the posterior mean above 0.01: Burda et al. 2016) of `latent_units`;
        `mutual_information_nats` with its estimator and ceiling, None with a conditional prior and for maps;
        `collapsed`: under 1 nat of mutual information (or under half of what so few examples can show), or of rate
        where that is None, or under 5% of the units active.
    """
    active = int((codes.means.var(0, correction=0) > ACTIVE_VARIANCE).sum())
    known = not conditional and not codes.places
    information = mutual_information(codes.means, codes.log_variances) if known else None
    ceiling = math.log(min(len(codes.means), MOST_FOR_MUTUAL_INFORMATION))
    held, least = (rate, 1.0) if information is None else (information, min(1.0, 0.5 * ceiling))
    return {
        "active_units": active,
        "latent_units": codes.means.shape[1],
        "mutual_information_nats": information,
        "mutual_information_estimator": ESTIMATOR if known else None,
        "mutual_information_ceiling_nats": ceiling if known else None,
        "collapsed": len(codes.means) > 1 and (held < least or active < 0.05 * codes.means.shape[1]),
    }


def mutual_information(means: Tensor, log_variances: Tensor) -> float:
    """I(x; z) under q in nats: E[log q(z | x) - log q(z)], q(z) the mixture of the N posteriors.

    At most 2,000 examples, evenly spaced, are used; the estimate cannot exceed log N (Hoffman & Johnson 2016). Noise
    may bring it below 0, where no information lies.
    """
    take = torch.linspace(0, len(means) - 1, min(len(means), MOST_FOR_MUTUAL_INFORMATION)).long()
    means, deviations = means[take].double(), (0.5 * log_variances[take].double()).exp()
    noise = torch.randn(means.shape, generator=torch.Generator().manual_seed(0), dtype=means.dtype)
    z = means + deviations * noise
    total = 0.0
    for start in range(0, len(z), 100):
        rows = z[start : start + 100]
        distance = (rows[:, None] - means) / deviations
        log_q = -0.5 * (distance**2).sum(-1) - deviations.log().sum(-1)
        own = log_q[torch.arange(len(rows)), torch.arange(start, start + len(rows))]
        total += float((own - log_q.logsumexp(1)).sum())
    return max(0.0, total / len(z) + math.log(len(z)))


def peak_memory() -> int | None:
    """The most memory that this process has held, in bytes; None where the system does not say, as Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
