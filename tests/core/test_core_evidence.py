"""The terms of the bound, how they are laid out, and the two bounds they make."""

import math

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.choosing import from_posterior, posterior_mean
from vaeworks.core.likelihoods import ClassHead
from vaeworks.core.model import chunk_sizes, importance_bound

from ..toys import linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=6)


def made():
    torch.manual_seed(0)
    return linear_vae(heads={"label": ClassHead(2, 3)})


LABELS = {"label": torch.tensor([0, 1, 2, -1, 0, -1])}


@torch.no_grad()
def test_rows_are_samples_times_batch_sample_major():
    model = made()
    evidence = model.evidence(Batch(X, labels=LABELS), samples=4)
    z = evidence.levels[0].z
    assert len(z) == 24
    for sample in range(4):
        scored = model.decoder(z[6 * sample : 6 * sample + 6]).log_prob(X)
        assert_close(evidence.log_likelihood[sample], scored)


@torch.no_grad()
def test_samples_of_one_example_differ_and_share_its_posterior():
    top = made().evidence(Batch(X, labels=LABELS), samples=3).levels[0]
    means = top.posterior.mean.unflatten(0, (3, 6))
    assert_close(means[0], means[2])
    assert (top.z[:6] - top.z[6:12]).abs().min() > 1e-4


@torch.no_grad()
def test_elbo_is_the_likelihood_less_the_kl_and_holds_no_labels():
    evidence = made().evidence(Batch(X, labels=LABELS), samples=3)
    assert_close(evidence.elbo(), evidence.log_likelihood.mean(0) - evidence.kl[0, 0])


@torch.no_grad()
def test_importance_bound_is_the_log_mean_of_the_weights():
    evidence = made().evidence(Batch(X, labels=LABELS), samples=5)
    weights = (evidence.log_likelihood + evidence.log_prior[0] - evidence.log_posterior[0]).double().exp()
    assert_close(evidence.importance_bound().double(), weights.mean(0).log(), atol=1e-4, rtol=1e-5)


@torch.no_grad()
def test_log_labels_are_the_log_probabilities_of_the_known_ones_and_zero_for_the_missing():
    model = made()
    evidence = model.evidence(Batch(X, labels=LABELS), choose=posterior_mean)
    logits = model.heads["label"].linear(model.encode(X).mean).log_softmax(1)
    exact = logits.gather(1, LABELS["label"].clamp(min=0)[:, None])[:, 0] * (LABELS["label"] >= 0)
    assert_close(evidence.log_labels[0], exact)


def test_a_missing_label_gives_no_gradient_but_keeps_the_head_in_the_graph():
    model = made()
    model.evidence(Batch(X, labels={"label": torch.full((6,), -1)})).log_labels.sum().backward()
    assert not model.heads["label"].linear.weight.grad.any()


@torch.no_grad()
def test_the_bound_grows_with_the_number_of_samples():
    torch.manual_seed(0)
    model, batch = made(), Batch(linear_gaussian_data(rows=500), labels={"label": torch.zeros(500, dtype=torch.long)})
    bounds = [float(importance_bound(model, batch, samples).mean()) for samples in (1, 4, 16, 64)]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[-1] - 0.5


@torch.no_grad()
def test_chunks_of_one_pass_make_its_bound():
    """With the same draws, the chunked sum is the sum of one pass."""
    model, batch = made(), Batch(X, labels=LABELS)
    torch.manual_seed(5)
    chunked = importance_bound(model, batch, samples=7, at_once=3)
    torch.manual_seed(5)
    weights = torch.cat([model.evidence(batch, draws).log_weights() for draws in (3, 3, 1)])
    assert_close(chunked, weights.logsumexp(0) - math.log(7))


@pytest.mark.parametrize(("total", "at_once", "sizes"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 10, [2])])
def test_chunks_add_up(total, at_once, sizes):
    assert list(chunk_sizes(total, at_once)) == sizes


@torch.no_grad()
def test_every_term_is_in_float32_under_mixed_precision():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        evidence = made().evidence(Batch(X, labels=LABELS), choose=from_posterior)
    terms = (evidence.log_likelihood, evidence.log_labels, evidence.log_prior, evidence.log_posterior, evidence.kl)
    assert {term.dtype for term in terms} == {torch.float32}
