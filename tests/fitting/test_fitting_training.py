"""The loop: what trains and what does not, what is held, what is kept, and when it stops."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vaeworks.core.batch import Batch
from vaeworks.core.likelihoods import ClassHead, NormalLikelihood
from vaeworks.core.model import LatentModel
from vaeworks.core.posteriors import NormalPosterior
from vaeworks.core.priors import StandardNormal
from vaeworks.fitting.plan import Phase, Plan, Schedule, constant
from vaeworks.fitting.random_numbers import mixed_seed
from vaeworks.fitting.training import fit

from ..toys import Examples, linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=60)
HELD_OUT = Examples(Batch(linear_gaussian_data(rows=80)[60:]), 20)
STILL = constant(0.0)


class Watch:
    """Remembers every record, and what `look` finds in the model at each step and epoch."""

    def __init__(self, look=lambda: None):
        self.look, self.steps, self.epochs, self.planned, self.stopped = look, [], [], None, False

    def start(self, steps):
        self.planned = steps

    def step(self, record):
        self.steps.append((record, self.look()))

    def epoch(self, record):
        self.epochs.append((record, self.look()))

    def stop(self):
        self.stopped = True


def made(**parts):
    torch.manual_seed(0)
    return linear_vae(**parts)


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def trained(plan, validation=None, model=None, x=X, batch_size=20, **settings):
    model = model or made()
    history = fit(model, Examples(Batch(x), batch_size), plan, validation, **settings)
    return model, history


class Recurrent(nn.Module):
    """An encoder with an RNN and dropout."""

    def __init__(self):
        super().__init__()
        self.rnn, self.dropout = nn.GRU(1, 6, batch_first=True), nn.Dropout(0.5)

    def forward(self, x):
        return self.dropout(self.rnn(x[..., None])[1][0])


def recurrent():
    torch.manual_seed(0)
    return LatentModel(Recurrent(), NormalPosterior(6, 2), StandardNormal(2), NormalLikelihood(nn.Linear(2, 5)))


def test_a_frozen_part_does_not_change_while_the_others_do():
    model = made()
    before = weights(model)
    trained(Plan((Phase(1, trains=("decoder",)),)), model=model)
    changed = {
        name.split(".")[0] for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])
    }
    assert changed == {"decoder"}


def test_each_phase_thaws_its_own_parts():
    model = made()
    watch = Watch(lambda: weights(model))
    trained(Plan((Phase(1, trains=("decoder",)), Phase(1, trains=("posterior",)))), model=model, monitors=[watch])
    (_, first), (_, second) = watch.epochs
    assert torch.equal(first["decoder.log_scale"], second["decoder.log_scale"])
    assert not torch.equal(first["posterior.linear.weight"], second["posterior.linear.weight"])


def test_a_frozen_rnn_stays_in_train_mode_and_frozen_dropout_in_eval_mode():
    model = recurrent()
    watch = Watch(lambda: (model.encoder.rnn.training, model.encoder.dropout.training, model.decoder.training))
    trained(Plan((Phase(2, trains=("decoder",)),)), HELD_OUT, model, monitors=[watch])
    assert {seen for _, seen in watch.steps} == {(True, False, True)}


def test_every_part_that_trains_is_in_train_mode_after_a_validation():
    model = recurrent()
    watch = Watch(lambda: (model.encoder.rnn.training, model.encoder.dropout.training))
    trained(Plan((Phase(2),)), HELD_OUT, model, monitors=[watch])
    assert {seen for _, seen in watch.steps} == {(True, True)}


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.8, 3.0])
def test_training_holds_the_rate_that_was_asked_for(rate):
    epochs = 40
    plan = Plan((Phase(epochs, learning_rate=Schedule(0.03, 0.0, epochs, "cosine"), rate=rate),))
    model, _ = trained(plan, x=linear_gaussian_data(rows=200))
    with torch.no_grad():
        assert float(model.evidence(Batch(X)).kl.mean()) == pytest.approx(rate, rel=0.15)


def test_without_validation_data_the_last_weights_are_kept():
    model = made()
    watch = Watch(lambda: weights(model))
    trained(Plan((Phase(3),)), model=model, monitors=[watch])
    assert_close(weights(model), watch.epochs[-1][1], rtol=0, atol=0)


def rising():
    """A plan whose step size soon ruins what it had learned."""
    return Plan((Phase(12, learning_rate=Schedule(0.01, 1.0, 12)),))


def test_the_weights_that_are_kept_are_those_of_the_best_validation_epoch():
    model = made()
    watch = Watch(lambda: weights(model))
    trained(rising(), HELD_OUT, model, monitors=[watch])
    losses = [record["validation"]["negative_elbo"] for record, _ in watch.epochs]
    best = losses.index(min(losses))
    assert 0 < best < 11
    assert_close(weights(model), watch.epochs[best][1], rtol=0, atol=0)


def test_the_next_phase_goes_on_from_the_best_weights_of_the_last():
    model = made()
    watch = Watch(lambda: weights(model))
    plan = Plan((*rising().phases, Phase(1, learning_rate=STILL)), weight_decay=0.0)
    trained(plan, HELD_OUT, model, monitors=[watch])
    losses = [record["validation"]["negative_elbo"] for record, _ in watch.epochs]
    assert losses[-1] == min(losses[:-1])


@pytest.mark.parametrize(("warm_up", "epochs"), [(0, 3), (5, 7)])
def test_early_stopping_waits_for_the_warm_up_and_then_for_its_patience(warm_up, epochs):
    phase = Phase(20, learning_rate=STILL, kl_weight=Schedule(0.0, 1.0, warm_up))
    _, history = trained(Plan((phase,), patience=2), HELD_OUT)
    assert len(history) == epochs


def test_early_stopping_ends_its_phase_and_not_the_plan():
    plan = Plan((Phase(9, learning_rate=STILL), Phase(2, learning_rate=STILL)), patience=1)
    _, history = trained(plan, HELD_OUT)
    assert [record["epoch"] for record in history] == [0, 1, 9, 10]


def test_a_kl_under_the_wanted_rate_earns_nothing_in_the_choice_of_weights():
    """Weights whose posterior is the prior reconstruct worse, and their KL of 0 does not make up for that."""
    model = made()
    watch = Watch(lambda: weights(model))
    plan = Plan((Phase(30, learning_rate=constant(0.02), rate=50.0),))
    _, history = trained(plan, HELD_OUT, model, monitors=[watch])
    losses = [record["validation"]["reconstruction"] for record in history]
    assert max(record["validation"]["kl"] for record in history) < 50
    assert_close(weights(model), watch.epochs[losses.index(min(losses))][1], rtol=0, atol=0)


class RowsOfTheBatch(nn.Module):
    """As many nats as the batch has rows, and a parameter of its own that nothing moves."""

    def __init__(self):
        super().__init__()
        self.own = nn.Parameter(torch.ones(1))

    def forward(self, levels, batch, condition):
        return 0 * self.own.sum() + 100.0 * len(batch)


class Shrink(nn.Module):
    """Pulls posterior means to a point that it learns itself, and counts how often it was asked."""

    def __init__(self):
        super().__init__()
        self.point = nn.Parameter(torch.ones(2))
        self.register_buffer("asked", torch.zeros(()))

    def forward(self, levels, batch, condition):
        self.asked += 1
        return (levels[0].posterior.mean - self.point).square().mean()


def test_an_aside_enters_the_objective_and_no_bound():
    plan = Plan((Phase(1, learning_rate=STILL),), weight_decay=0.0)
    _, [plain] = trained(plan, HELD_OUT)
    model, [beside] = trained(plan, HELD_OUT, made(aside=RowsOfTheBatch()))
    assert beside["train"]["objective"] == pytest.approx(plain["train"]["objective"] + 2000, rel=1e-5)
    assert beside["train"] | {"objective": 0} == plain["train"] | {"objective": 0}
    assert beside["validation"] == plain["validation"]
    assert model.train().evidence(Batch(X)).aside is None


def test_the_weight_of_an_aside_is_the_phases():
    phases = [Phase(1, learning_rate=STILL, aside_weight=weight) for weight in (0.0, 0.5)]
    without, with_half = (trained(Plan((phase,)), model=made(aside=RowsOfTheBatch()))[1][0] for phase in phases)
    assert with_half["train"]["objective"] == pytest.approx(without["train"]["objective"] + 1000, rel=1e-5)


def test_an_aside_moves_the_weights_and_its_own_parameters_and_keeps_its_state(tmp_path):
    phases = (Phase(20, learning_rate=constant(0.02), aside_weight=100.0),)
    (plain, _), (pulled, _) = trained(Plan(phases)), trained(Plan(phases), model=made(aside=Shrink()))
    assert pulled.encode(X).mean.std(0).mean() < 0.3 * plain.encode(X).mean.std(0).mean()
    assert (pulled.aside.point != 1).all()
    assert pulled.aside.asked == 20 * 3


def parts_of(model):
    return {name: [parameter.clone() for parameter in part.parameters()] for name, part in model.named_children()}


def same(some, others):
    return all(torch.equal(one, other) for one, other in zip(some, others, strict=True))


TURNS = (("encoder", "posterior"), ("encoder", "posterior"), ("decoder",))


def test_turns_equal_a_loop_written_by_hand():
    """One AdamW over both sides; in each epoch only the parts whose turn it is have gradients, so only they move."""
    model, epochs, rate, decay = made(), 6, 0.02, 0.01
    plan = Plan((Phase(epochs, turns=TURNS, learning_rate=constant(rate)),), weight_decay=decay, clip_norm=5.0)
    trained(plan, model=model)

    by_hand, data = made(), Examples(Batch(X), 20)
    sides = {name: list(getattr(by_hand, name).parameters()) for name in ("encoder", "posterior", "decoder")}
    optimizer = torch.optim.AdamW([p for side in sides.values() for p in side], lr=rate, weight_decay=decay)
    for epoch in range(epochs):
        torch.manual_seed(mixed_seed(0, epoch, 0))
        for batch in data.epoch(mixed_seed(0, epoch)):
            optimizer.zero_grad()
            (-by_hand.evidence(batch).elbo().mean()).backward()
            for name, side in sides.items():
                for parameter in side:
                    parameter.grad = parameter.grad if name in TURNS[epoch % 3] else None
            mine = [p for side in sides.values() for p in side if p.grad is not None]
            nn.utils.clip_grad_norm_(mine, 5.0)
            optimizer.step()
    assert_close(weights(model), weights(by_hand), atol=1e-6, rtol=1e-5)


def test_only_the_parts_whose_turn_it_is_move():
    model = made()
    watch = Watch(lambda: parts_of(model))
    before = parts_of(model)
    trained(Plan((Phase(3, turns=TURNS),)), model=model, monitors=[watch])
    moved = []
    for _, after in watch.epochs:
        moved.append([name for name in after if not same(before[name], after[name])])
        before = after
    assert moved == [["posterior"], ["posterior"], ["decoder"]]


def test_a_judge_chooses_the_best_epoch_in_the_place_of_the_bound():
    model, verdicts = made(), [0.5, -0.1, -0.3, math.nan, 0.2]
    watch, rest = Watch(lambda: weights(model)), iter(verdicts)
    _, history = trained(Plan((Phase(5),), judge=lambda kept: next(rest)), HELD_OUT, model, monitors=[watch])
    assert_close([record["judged"] for record in history], verdicts, equal_nan=True)
    assert_close(weights(model), watch.epochs[2][1], rtol=0, atol=0)


def test_the_weights_that_are_kept_are_their_moving_average():
    model, decay = made(), 0.8
    watch = Watch(lambda: model.decoder.network.weight.detach().clone())
    trained(Plan((Phase(10, learning_rate=constant(0.05)),), averaging=decay), model=model, monitors=[watch])
    (_, average), *later = watch.steps
    for count, (_, current) in enumerate(later, start=1):
        average = average.lerp(current, 1 - min(decay, (1 + count) / (10 + count)))
    assert_close(model.decoder.network.weight, average)
    assert not torch.allclose(average, later[-1][1], atol=1e-3)


def test_a_last_batch_of_one_is_an_ordinary_batch():
    _, history = trained(Plan((Phase(2),)), Examples(Batch(X[:5]), 4), x=X[:21])
    assert [record["skipped_steps"] for record in history] == [0, 0]
    assert all(math.isfinite(value) for value in history[-1]["validation"].values())


def test_the_history_holds_the_weights_and_the_mean_terms_of_each_epoch():
    _, history = trained(Plan((Phase(4, learning_rate=Schedule(0.1, 0.0, 4), kl_weight=Schedule(0, 1, 4)),)), HELD_OUT)
    assert [record["epoch"] for record in history] == [0, 1, 2, 3]
    assert [record["step"] for record in history] == [3, 6, 9, 12]
    assert [record["kl_weight"] for record in history] == pytest.approx([(epoch + 2 / 3) / 4 for epoch in range(4)])
    assert [record["learning_rate"] for record in history] == pytest.approx(
        [0.1 * (1 - (epoch + 2 / 3) / 4) for epoch in range(4)]
    )
    terms = history[-1]["validation"]
    assert terms["negative_elbo"] == pytest.approx(terms["reconstruction"] + terms["kl"])


def test_monitors_hear_of_every_step_and_epoch_and_of_the_end():
    watch = Watch()
    trained(Plan((Phase(2),)), monitors=[watch])
    assert watch.planned == len(watch.steps) == 6
    assert [record["step"] for record, _ in watch.steps] == list(range(1, 7))
    assert len(watch.epochs) == 2
    assert watch.stopped


def test_validation_sees_the_same_noise_every_time():
    _, history = trained(Plan((Phase(3, learning_rate=STILL),), weight_decay=0.0), HELD_OUT)
    assert history[0]["validation"] == history[1]["validation"] == history[2]["validation"]


def test_a_fit_leaves_the_random_state_of_its_caller():
    torch.manual_seed(9)
    state = torch.get_rng_state()
    fit(recurrent_without_seed(state), Examples(Batch(X), 20), Plan((Phase(1),)))
    assert torch.equal(torch.get_rng_state(), state)


def recurrent_without_seed(state):
    model = recurrent()
    torch.set_rng_state(state)
    return model


def test_a_seed_decides_a_fit():
    phases = (Phase(2),)
    first, again, other = (trained(Plan(phases, seed=seed))[0] for seed in (0, 0, 1))
    assert_close(weights(first), weights(again), rtol=0, atol=0)
    assert not torch.equal(first.decoder.log_scale, other.decoder.log_scale)


def test_no_two_epochs_or_processes_share_a_seed():
    seeds = {mixed_seed(seed, epoch, rank) for seed in range(5) for epoch in range(20) for rank in range(4)}
    assert len(seeds) == 400


@pytest.mark.slow
def test_labels_train_the_head_and_the_posterior_by_their_weight():
    labels = {"label": (X[:, 0] > 0).long()}

    def fitted(label_weight):
        torch.manual_seed(0)
        model = linear_vae(heads={"label": ClassHead(2, 2)})
        phase = Phase(30, learning_rate=constant(0.05), label_weight=constant(label_weight))
        fit(model, Examples(Batch(X, labels=labels), 20), Plan((phase,)))
        probabilities = model.heads["label"](model.encode(X).mean).probs
        return float((probabilities.argmax(1) == labels["label"]).float().mean())

    assert fitted(10.0) > 0.9 > fitted(0.0)
