"""What a fitted model's latent space holds: rate, units, mutual information, collapse."""

import math
import sys
import time
from collections.abc import Iterable

import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.model import LatentModel, importance_bound

ACTIVE_VARIANCE = 0.01
MOST_FOR_MUTUAL_INFORMATION = 2000


@torch.no_grad()
def diagnose(model: LatentModel, batches: Iterable[Batch], samples: int = 0) -> dict:
    """Every figure about a model that needs no knowledge of the kind of data.

    Parameters
    ----------
    batches : iterable of Batch
        Read once, on the model's device.
    samples : int
        Draws of z for the importance-weighted bound; 0 leaves it out.

    Returns
    -------
    dict
        Means over examples in nats: `negative_elbo_nats`, `reconstruction_nats`, `kl_nats`, `kl_per_level_nats` (top
        first), `importance_bound_nats` (a lower bound on log p(x), with `importance_samples`); `active_units`
        (variance of the posterior mean above 0.01: Burda et al. 2016) of `latent_units`; `kl_per_unit_nats` (None
        where the prior does not factorise); `mutual_information_nats` with its estimator and ceiling; `collapsed`;
        `examples`, `seconds`, `peak_memory_bytes` (None where the system does not count it, as Windows).
    """
    began = time.perf_counter()
    model.eval()
    sums = {"reconstruction": 0.0, "importance": 0.0}
    per_level = torch.zeros(len(model.blocks) + 1, dtype=torch.double)
    per_unit: Tensor | None = torch.zeros(())
    means, log_variances, examples = [], [], 0
    for batch in batches:
        evidence = model.evidence(batch)
        top = evidence.levels[0]
        sums["reconstruction"] -= float(evidence.log_likelihood.sum())
        per_level += evidence.kl.sum((1, 2)).cpu()
        if samples:
            sums["importance"] += float(importance_bound(model, batch, samples).sum())
        units = top.kl_per_unit()
        per_unit = None if units is None or per_unit is None else per_unit + units.sum(0).cpu()
        means.append(top.posterior.mean.cpu())  # type: ignore[union-attr]
        log_variances.append(2 * top.posterior.stddev.log().cpu())  # type: ignore[union-attr]
        examples += len(batch)
    kl = float(per_level.sum())
    latent = latent_figures(torch.cat(means), torch.cat(log_variances))
    figures = {
        "negative_elbo_nats": (sums["reconstruction"] + kl) / examples,
        "reconstruction_nats": sums["reconstruction"] / examples,
        "kl_nats": kl / examples,
        "kl_per_level_nats": (per_level / examples).tolist(),
        "importance_bound_nats": sums["importance"] / examples if samples else None,
        "importance_samples": samples,
        **latent,
        "kl_per_unit_nats": None if per_unit is None else (per_unit / examples).tolist(),
        "examples": examples,
        "seconds": time.perf_counter() - began,
        "peak_memory_bytes": peak_memory(),
    }
    return figures


def latent_figures(means: Tensor, log_variances: Tensor) -> dict:
    """Active units, mutual information and collapse from the posteriors (N, D) of a data set.

    Collapsed means under 1 nat of mutual information (or under half of what so few examples can show), or under 5%
    of the units active.
    """
    active = int((means.var(0, correction=0) > ACTIVE_VARIANCE).sum())
    information = mutual_information(means, log_variances)
    ceiling = math.log(min(len(means), MOST_FOR_MUTUAL_INFORMATION))
    return {
        "active_units": active,
        "latent_units": means.shape[1],
        "mutual_information_nats": information,
        "mutual_information_estimator": "aggregated posterior over the examples (Hoffman & Johnson 2016)",
        "mutual_information_ceiling_nats": ceiling,
        "collapsed": len(means) > 1 and (information < min(1.0, 0.5 * ceiling) or active < 0.05 * means.shape[1]),
    }


def mutual_information(means: Tensor, log_variances: Tensor) -> float:
    """I(x; z) under q in nats: E[log q(z | x) - log q(z)], q(z) the mixture of the N posteriors.

    At most 2,000 examples, evenly spaced, are used; the estimate cannot exceed log N (Hoffman & Johnson 2016).
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
    return total / len(z) + math.log(len(z))


def peak_memory() -> int | None:
    """The most memory that this process has held, in bytes; None where the system does not say, as Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
