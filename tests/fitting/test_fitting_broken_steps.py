"""Steps that are not finite: skipped, named, and in the end refused."""

import logging
from itertools import pairwise

import pytest
import torch
from torch import nn

from vaeworks.core.batch import Batch
from vaeworks.errors import VaeworksError
from vaeworks.fitting.plan import Phase, Plan
from vaeworks.fitting.training import MOST_SKIPPED, fit

from ..toys import Examples, Silent, linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=30)


def with_nan(rows):
    target = X.clone()
    target[rows] = torch.nan
    return Examples(Batch(X, target), 1)


def made(**parts):
    torch.manual_seed(0)
    return linear_vae(**parts)


class RootOfNothing(nn.Module):
    """A term of 0 whose gradient is not finite, for the batches whose first entry is positive."""

    def forward(self, levels, batch, condition):
        nothing = levels[0].posterior.mean.mean() * 0
        return nothing.sqrt() if batch.input[0, 0] > 0 else nothing


class NotANumber(nn.Module):
    def forward(self, levels, batch, condition):
        return levels[0].z.mean() * torch.nan


def test_a_step_with_a_nan_is_skipped_and_its_term_is_named(caplog):
    model = made()
    [record] = fit(model, with_nan([3, 7]), Plan((Phase(1),)))
    assert record["skipped_steps"] == 2
    assert [message for message in caplog.messages if "reconstruction is not finite" in message] == caplog.messages
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())


def test_a_step_that_is_skipped_leaves_the_weights(caplog):
    seen = []

    class Look(Silent):
        def step(self, record):
            seen.append((record["reconstruction"], model.decoder.log_scale.item()))

    model = made()
    fit(model, with_nan([3, 7]), Plan((Phase(1),)), monitors=[Look()])
    moved = [after[1] != before[1] for before, after in pairwise(seen)]
    finite = [reconstruction == reconstruction for reconstruction, _ in seen[1:]]
    assert moved == finite
    assert not all(finite)


def test_the_terms_of_a_skipped_step_are_left_out_of_the_epochs_means():
    model = made()
    [record] = fit(model, with_nan([3]), Plan((Phase(1),)))
    assert all(value == value for value in record["train"].values())


def test_an_aside_that_is_not_finite_is_named_as_the_objective(caplog):
    fit(made(aside=NotANumber()), Examples(Batch(X), 30), Plan((Phase(1),)))
    assert "its objective is not finite" in caplog.text


def test_a_gradient_alone_that_is_not_finite_is_skipped_named_and_counted(caplog):
    model = made(aside=RootOfNothing())
    [record] = fit(model, Examples(Batch(X), 1), Plan((Phase(1),)))
    assert "its gradient is not finite" in caplog.text
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())
    assert record["skipped_steps"] == int((X[:, 0] > 0).sum())


def test_many_broken_steps_in_a_row_are_refused():
    with pytest.raises(
        VaeworksError, match=f"the reconstruction was not finite for {MOST_SKIPPED} steps in a row.*learning_rate"
    ):
        fit(made(), with_nan(range(30)), Plan((Phase(1),)))


def test_as_many_broken_steps_that_are_not_in_a_row_are_not_refused(caplog):
    caplog.set_level(logging.CRITICAL)
    history = fit(made(), with_nan([0, 2, 4, 6, 8]), Plan((Phase(6),)))
    assert sum(record["skipped_steps"] for record in history) == 30 > MOST_SKIPPED
