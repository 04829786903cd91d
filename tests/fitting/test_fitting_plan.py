"""Schedules, phases and the control of the rate."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks.fitting.plan import Phase, Plan, RateControl, Schedule, constant

SHAPES = ("linear", "cosine", "cyclical")
every_shape = pytest.mark.parametrize("shape", SHAPES)


@every_shape
def test_a_schedule_begins_at_its_start_and_ends_at_its_stop(shape):
    schedule = Schedule(0.2, 3.0, 8.0, shape)
    assert schedule(0) == pytest.approx(0.2)
    assert schedule(8) == schedule(100) == 3.0


@pytest.mark.parametrize(("shape", "half"), [("linear", 0.5), ("cosine", 0.5), ("cyclical", 0.0)])
def test_a_schedule_is_at_its_shape_half_way(shape, half):
    assert Schedule(0.0, 1.0, 8.0, shape)(4.0) == pytest.approx(half)


@every_shape
def test_a_schedule_of_no_length_is_at_its_stop_from_the_first_step(shape):
    assert Schedule(0.0, 1.0, 0.0, shape)(0.0) == 1.0


def test_a_cyclical_schedule_rises_in_the_first_half_of_each_cycle_and_then_stays():
    schedule = Schedule(0.0, 1.0, 8.0, "cyclical", cycles=2)
    assert [schedule(epoch) for epoch in (0, 1, 2, 3, 3.99)] == [0.0, 0.5, 1.0, 1.0, 1.0]
    assert [schedule(epoch) for epoch in (4, 5, 6, 7)] == [0.0, 0.5, 1.0, 1.0]


def test_a_cosine_is_flat_at_both_ends():
    schedule = Schedule(1.0, 0.0, 10.0, "cosine")
    assert schedule(0.5) > 0.99
    assert schedule(9.5) < 0.01


numbers = st.floats(-100, 100)


@given(numbers, numbers, st.floats(0, 50), st.sampled_from(SHAPES), st.integers(1, 6), st.floats(0, 200))
def test_a_schedule_stays_between_its_ends(start, stop, epochs, shape, cycles, epoch):
    value = Schedule(start, stop, epochs, shape, cycles)(epoch)
    assert min(start, stop) - 1e-9 <= value <= max(start, stop) + 1e-9


@given(st.floats(0, 50), st.floats(0, 50), st.sampled_from(["linear", "cosine"]))
def test_a_schedule_that_does_not_cycle_never_turns_back(early, late, shape):
    schedule = Schedule(0.0, 1.0, 30.0, shape)
    early, late = sorted((early, late))
    assert schedule(early) <= schedule(late) + 1e-12


def test_each_epoch_belongs_to_its_phase():
    plan = Plan((Phase(2), Phase(3)))
    assert plan.epochs == 5
    assert [plan.phase_at(epoch) for epoch in range(5)] == [(0, 0), (0, 0), (1, 2), (1, 2), (1, 2)]


def test_there_is_no_phase_after_the_last():
    with pytest.raises(IndexError, match="5 epochs"):
        Plan((Phase(2), Phase(3))).phase_at(5)


def test_a_warm_up_lasts_until_every_weight_of_the_objective_has_settled():
    schedules = {"kl_weight": Schedule(0, 1, 3), "label_weight": Schedule(0, 1, 2)}
    assert Phase(9, **schedules).warm_up() == 3
    assert Phase(9, rate=5.0, **schedules).warm_up() == 2
    assert Phase(9, learning_rate=Schedule(1, 0, 9)).warm_up() == 0
    assert constant(2.0)(0) == constant(2.0)(7) == 2.0


def test_rate_control_raises_the_weight_of_a_kl_above_its_target_and_lowers_it_below():
    control = RateControl(5.0, 0.0)
    control.update(6.0)
    assert control.weight > 1
    control.update(3.0)
    assert control.weight < 1


@given(st.lists(st.floats(0, 1e6), max_size=300), st.floats(0.1, 100))
def test_the_weight_of_rate_control_is_bounded_and_moves_by_two_percent_a_step_at_most(kls, target):
    control = RateControl(target, 0.0)
    for kl in kls:
        before = control.log_weight
        control.update(kl)
        assert abs(control.log_weight - before) <= 0.02 + 1e-12
        assert math.log(0.01) <= control.log_weight <= math.log(20)
