"""The parts: what is scored at once is what is written step by step, and nothing reads what it may not."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.choosing import prior_mean
from vaeworks.core.model import importance_bound
from vaeworks.tokens.vocabulary import END, PAD, START

from .conftest import tiny

NETWORKS = ("recurrent", "transformer")


@pytest.fixture(scope="module", params=NETWORKS)
def model(request, small_language):
    """One that has seen little, with weights large enough that everything matters."""
    model = tiny(network=request.param, layers=2, epochs=2, averaging=None).fit(*small_language).model_.eval()
    return model.requires_grad_(True)


@pytest.fixture(scope="module")
def batch():
    torch.manual_seed(0)
    source, target = torch.randint(4, 200, (3, 7)), torch.randint(4, 200, (3, 6))
    source[1, 5:], target[2, 4:] = PAD, PAD
    target[0, -1] = END
    return Batch(target, observed=target != PAD, condition=source)


@torch.no_grad()
def test_a_target_is_scored_as_it_is_written_step_by_step(model, batch):
    _, z, condition = model.descend(batch, prior_mean)
    likelihood = model.decoder(z, condition)
    state, given = model.decoder.begin(z, condition)
    before, total = torch.full((3, 1), START), torch.zeros(3)
    for step in range(batch.target.shape[1]):
        features, state = model.decoder.advance(before, state, given)
        word = batch.target[:, step]
        log_probs = model.decoder.log_probs(features[:, 0])
        assert_close(log_probs.exp().sum(1), torch.ones(3))
        total += log_probs.gather(1, word[:, None])[:, 0] * batch.observed[:, step]
        before = word[:, None]
    assert_close(likelihood.log_prob(batch.target, batch.observed), total, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_padding_and_batching_change_nothing(model, batch):
    together = model.evidence(batch, choose=prior_mean)
    wider = Batch(
        torch.nn.functional.pad(batch.input, (0, 4)),
        observed=torch.nn.functional.pad(batch.observed, (0, 4)),
        condition=torch.nn.functional.pad(batch.condition, (0, 5)),
    )
    assert_close(model.evidence(wider, choose=prior_mean).elbo(), together.elbo(), atol=1e-3, rtol=1e-4)
    alone = [model.evidence(batch.rows(slice(row, row + 1)), choose=prior_mean).elbo() for row in range(3)]
    assert_close(torch.cat(alone), together.elbo(), atol=1e-3, rtol=1e-4)


@torch.no_grad()
def test_every_word_of_the_source_counts_and_no_padding_does(model, batch):
    def scored(source):
        other = Batch(batch.input, observed=batch.observed, condition=source)
        _, z, condition = model.descend(other, prior_mean)
        return model.decoder(z, condition).log_prob(other.target, other.observed)

    usual = scored(batch.condition)
    for place in range(5):
        changed = batch.condition.clone()
        changed[1, place] = 201
        after = scored(changed)
        assert abs(after[1] - usual[1]) > 1e-4
        assert_close(after[[0, 2]], usual[[0, 2]])


def test_the_prior_never_sees_the_target(model, batch):
    vectors = torch.zeros(1, requires_grad=True)

    def with_gradient(module, inputs, output):
        return tuple(part + vectors for part in output) if isinstance(output, tuple) else output + vectors

    handle = model.encoder.register_forward_hook(with_gradient)
    evidence = model.evidence(batch)
    [level] = evidence.levels
    handle.remove()
    of_posterior = torch.autograd.grad(level.posterior.mean.sum(), vectors, retain_graph=True, allow_unused=True)[0]
    assert of_posterior is not None
    for part in (level.prior.mean, level.prior.stddev):
        assert torch.autograd.grad(part.sum(), vectors, retain_graph=True, allow_unused=True)[0] is None
    other = Batch(torch.full_like(batch.input, 9), condition=batch.condition)
    assert torch.equal(model.evidence(other).levels[0].prior.mean, level.prior.mean)


@torch.no_grad()
def test_no_word_sees_those_after_it(model, batch):
    _, z, condition = model.descend(batch, prior_mean)
    likelihood = model.decoder(z, condition)
    usual = likelihood.log_prob_per_token(batch.target, batch.observed)
    for place in range(1, 4):
        changed = batch.target.clone()
        changed[:, place] = 202
        after = likelihood.log_prob_per_token(changed, batch.observed)
        assert_close(after[:, :place], usual[:, :place], atol=1e-4, rtol=1e-4)
        assert not torch.allclose(after[:, place + 1], usual[:, place + 1], atol=1e-4)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_bounds_lie_below_the_exact_likelihood_and_reach_it(network, small_language):
    """With one unit of z, p(target | source) is an integral over a line, which can be summed."""
    estimator = tiny(network=network, layers=1, latent_dim=1, epochs=4, rate=0.5).fit(*small_language)
    [batch] = estimator.batches(small_language[0][:8], small_language[1][:8])
    with torch.no_grad():
        exact = summed(estimator.model_.eval(), batch)
        torch.manual_seed(0)
        elbo = torch.stack([estimator.model_.evidence(batch).elbo() for _ in range(200)]).mean(0)
        assert (elbo <= exact + 0.02).all()
        assert_close(importance_bound(estimator.model_, batch, 5000), exact, atol=0.02, rtol=0)


def summed(model, batch):
    """log p(target | source) in nats, (B,), by a sum over 801 values of a code of one unit."""
    [level], _, condition = model.descend(batch, prior_mean)
    widths = torch.linspace(-8, 8, 801)
    log_masses = torch.distributions.Normal(0.0, 1.0).log_prob(widths) + (widths[1] - widths[0]).log()
    codes = (level.prior.mean + width * level.prior.stddev for width in widths)
    parts = [model.decoder(z, condition).log_prob(batch.target, batch.observed) for z in codes]
    return (torch.stack(parts) + log_masses[:, None]).logsumexp(0)
