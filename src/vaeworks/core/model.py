"""A latent-variable model: one top-down pass over one or more levels of z."""

import math
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from .batch import Batch, repeat_rows
from .evidence import Evidence, Level

ROWS_AT_ONCE = 640
Choose = Callable[[Distribution, Distribution | None], Tensor]


def from_posterior(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """Draw z from q, as training does; the draw is reparametrised (Kingma & Welling 2014, section 2.4)."""
    return posterior.rsample()  # type: ignore[union-attr]


def posterior_mean(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """The mean of q, as `transform` and `predict` use it."""
    return posterior.mean  # type: ignore[union-attr]


def from_prior(prior: Distribution, posterior: Distribution | None) -> Tensor:
    """Draw z from p, as generation does."""
    return prior.sample()


def replay(zs: Iterable[Tensor]) -> Choose:
    """Use the given z of each level, top first."""
    rest = iter(zs)
    return lambda prior, posterior: next(rest)


class LatentModel(nn.Module):
    """p(z | condition) p(target | z, condition) p(labels | z) with q(z | input, condition).

                           labels              target
                             ^ head              ^ decoder(state, condition)
        input -- encoder -> features            state
                   |           |                 ^
                   |           +- posterior -> level 1 -> block -> level 2 -> ...   (top down)
        condition -+------------- prior -------^

    Parameters
    ----------
    encoder : nn.Module
        `encoder(input)`, or `encoder(input, condition)` where there is a condition, gives the features.
    posterior : nn.Module
        `posterior(features)` gives q of the top level.
    prior : nn.Module
        `prior(condition, encode)` gives p of the top level.
    decoder : nn.Module
        `decoder(state, condition)` gives the likelihood. A flat model's state is z.
    heads : dict of str to nn.Module
        `head(z)` of the top level gives the distribution of the label of that name.
    conditioner : nn.Module or None
        Turns `batch.condition` into the condition that the other parts read, once a pass.
    first_state : nn.Module or None
        Turns the top level's z into the state that the blocks refine; needed only with blocks.
    blocks : iterable of nn.Module
        Lower levels, `(state, features, condition, choose) -> (Level, state)`.
    """

    def __init__(
        self,
        encoder: nn.Module,
        posterior: nn.Module,
        prior: nn.Module,
        decoder: nn.Module,
        heads: dict[str, nn.Module] | None = None,
        conditioner: nn.Module | None = None,
        first_state: nn.Module | None = None,
        blocks: Iterable[nn.Module] = (),
    ) -> None:
        super().__init__()
        self.encoder, self.posterior, self.prior, self.decoder = encoder, posterior, prior, decoder
        self.heads = nn.ModuleDict(heads or {})
        self.conditioner, self.first_state = conditioner, first_state
        self.blocks = nn.ModuleList(blocks)

    def forward(self, batch: Batch, samples: int = 1, choose: Choose = from_posterior) -> Evidence:
        """The same as `evidence`: wrappers for devices and processes wrap only this."""
        return self.evidence(batch, samples, choose)

    def evidence(self, batch: Batch, samples: int = 1, choose: Choose = from_posterior) -> Evidence:
        """Every term of the bound for a batch, with `samples` draws of z an example."""
        levels, state, condition = self.descend(batch, choose, samples)
        target, observed = repeat_rows(batch.target, samples), repeat_rows(batch.observed, samples)
        log_likelihood = self.decoder(state, condition).log_prob(target, observed)
        log_labels = torch.zeros_like(log_likelihood)
        for name, head in self.heads.items():
            log_labels = log_labels + head(levels[0].z).log_prob(repeat_rows(batch.labels[name], samples))
        return Evidence.gather(levels, log_likelihood, log_labels, samples)

    def descend(self, batch: Batch, choose: Choose, samples: int = 1) -> tuple[list[Level], Tensor, object]:
        """One top-down pass: the levels (top first), the state and the condition, over samples x batch rows."""
        condition = self.conditioner(batch.condition) if self.conditioner else batch.condition
        features = None if batch.input is None else self._features(batch.input, condition)
        features, condition = repeat_rows(features, samples), repeat_rows(condition, samples)
        posterior = None if features is None else self.posterior(features)
        prior = self.top_prior(len(batch) * samples, condition)
        z = choose(prior, posterior)
        levels, state = [Level(z, prior, posterior)], self.first_state(z) if self.first_state else z
        for block in self.blocks:
            level, state = block(state, features, condition, choose)
            levels.append(level)
        return levels, state, condition

    def top_prior(self, rows: int, condition: object = None) -> Distribution:
        """p(z | condition) of the top level for so many rows."""
        return self.prior(condition, self.encode).expand((rows,))

    def encode(self, input: Tensor, condition: object = None) -> Distribution:
        """q(z | input, condition) of the top level; `condition` as the conditioner gives it."""
        return self.posterior(self._features(input, condition))

    def _features(self, input: Tensor, condition: object) -> object:
        return self.encoder(input) if condition is None else self.encoder(input, condition)


def importance_bound(model: LatentModel, batch: Batch, samples: int, at_once: int | None = None) -> Tensor:
    """The importance-weighted bound in nats, (B,), with `samples` draws taken `at_once` at a time.

    Memory grows with `at_once`, not with `samples`; None takes as many as make 640 rows (Burda et al. 2016, eq. 8).
    """
    at_once = at_once or max(1, ROWS_AT_ONCE // len(batch))
    total = torch.full((len(batch),), -math.inf, device=next(model.parameters()).device)
    for draws in chunk_sizes(samples, at_once):
        weights = model.evidence(batch, draws).log_weights()
        total = torch.logaddexp(total, weights.logsumexp(0))
    return total - math.log(samples)


def chunk_sizes(total: int, at_once: int) -> Iterator[int]:
    for start in range(0, total, at_once):
        yield min(at_once, total - start)
