"""A latent-variable model: one top-down pass over one or more levels of z."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from .batch import Batch, call, repeat_rows
from .choosing import Choose, from_posterior
from .evidence import Evidence, Level

ROWS_AT_ONCE = 640
Read = tuple[Any, Any]  # features, condition


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
        `first_state(z)`, or `first_state(z, condition)` where there is a condition, gives the state that the blocks
        refine; needed only with blocks.
    blocks : iterable of nn.Module
        Lower levels, `(state, features, condition, choose) -> (Level, state)`.
    aside : nn.Module or None
        `aside(levels, batch, condition)` gives what is trained beside the bound and stands in none, a scalar: mean nats
        an example. It runs in `forward` in training only; its parameters and buffers are kept like all others.
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
        aside: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.encoder, self.posterior, self.prior, self.decoder = encoder, posterior, prior, decoder
        self.heads = nn.ModuleDict(heads or {})
        self.conditioner, self.first_state = conditioner, first_state
        self.blocks, self.aside = nn.ModuleList(blocks), aside

    def forward(self, batch: Batch, samples: int = 1, choose: Choose = from_posterior) -> Evidence:
        """The evidence, and in training what stands aside: wrappers for devices and processes wrap only this."""
        read = self.read(batch)
        evidence = self.evidence(batch, samples, choose, read)
        if self.aside is not None and self.training:
            evidence.aside = self.aside(evidence.levels, batch, repeat_rows(read[1], samples))
        return evidence

    def evidence(
        self, batch: Batch, samples: int = 1, choose: Choose = from_posterior, read: Read | None = None
    ) -> Evidence:
        """Every term of the bound for a batch, with `samples` draws of z an example; `read` as for `descend`."""
        levels, state, condition = self.descend(batch, choose, samples, read)
        target, observed = repeat_rows(batch.target, samples), repeat_rows(batch.observed, samples)
        log_likelihood = self.decoder(state, condition).log_prob(target, observed)
        log_labels = torch.zeros_like(log_likelihood)
        for name, head in self.heads.items():
            log_labels = log_labels + head(levels[0].z).log_prob(repeat_rows(batch.labels[name], samples))
        return Evidence.gather(levels, log_likelihood, log_labels, samples)

    def descend(
        self, batch: Batch, choose: Choose, samples: int = 1, read: Read | None = None
    ) -> tuple[list[Level], Any, Any]:
        """One top-down pass: the levels (top first), the state and the condition, over samples x batch rows.

        `read` is what `read(batch)` gave, for several passes over one batch.
        """
        features, condition = (repeat_rows(part, samples) for part in read or self.read(batch))
        posterior = None if features is None else self.posterior(features)
        prior = self.top_prior(len(batch) * samples, condition)
        z = choose(prior, posterior)
        levels, state = [Level(z, prior, posterior)], call(self.first_state, z, condition) if self.first_state else z
        for block in self.blocks:
            level, state = block(state, features, condition, choose)
            levels.append(level)
        return levels, state, condition

    def read(self, batch: Batch) -> Read:
        """The features of the input (None without one), and the condition as the other parts take it."""
        condition = self.conditioner(batch.condition) if self.conditioner else batch.condition
        return None if batch.input is None else call(self.encoder, batch.input, condition), condition

    def posterior_of(self, batch: Batch) -> Distribution:
        """q(z | input, condition) of the top level."""
        return cast(Distribution, self.posterior(self.read(batch)[0]))

    def code(self, batch: Batch) -> Tensor:
        """The mean of q(z | input, condition) of the top level; that of p(z | condition) where there is no input."""
        features, condition = self.read(batch)
        return self.top_prior(len(batch), condition).mean if features is None else self.posterior(features).mean

    def encode(self, input: Any, condition: Any = None) -> Distribution:
        """q(z | input, condition) of the top level; `condition` as the conditioner gives it."""
        return cast(Distribution, self.posterior(call(self.encoder, input, condition)))

    def top_prior(self, rows: int, condition: Any = None) -> Distribution:
        """p(z | condition) of the top level for so many rows."""
        return cast(Distribution, self.prior(condition, self.encode).expand((rows,)))

    def has_conditional_prior(self, condition: Any) -> bool:
        """Whether p(z | condition) of the top level is one distribution a row, rather than one for all."""
        return len(self.prior(condition, self.encode).batch_shape) > 0


def importance_bound(
    model: LatentModel, batch: Batch, samples: int, at_once: int | None = None, read: Read | None = None
) -> Tensor:
    """The importance-weighted bound in nats, (B,), with `samples` draws taken `at_once` at a time.

    Memory grows with `at_once`, not with `samples`; None takes as many as make 640 rows (Burda et al. 2016, eq. 8).
    """
    at_once, read = at_once or max(1, ROWS_AT_ONCE // len(batch)), read or model.read(batch)
    total = torch.full((len(batch),), -math.inf, device=next(model.parameters()).device)
    for draws in chunk_sizes(samples, at_once):
        weights = model.evidence(batch, draws, read=read).log_weights()
        total = torch.logaddexp(total, weights.logsumexp(0))
    return total - math.log(samples)


def chunk_sizes(total: int, at_once: int) -> Iterator[int]:
    for start in range(0, total, at_once):
        yield min(at_once, total - start)
