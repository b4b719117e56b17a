"""What is said of answers in any exercise: only where it is true of each of them."""

import pytest
import torch
from exercise_checks import public_entry, ruling

from gdgrader.exercises import exercises
from gdhelpers.verdicts import (
    ANYWHERE,
    EARLIER,
    KEPT,
    NEGATED,
    UNSIGNED,
)

ANSWERS = {name: exercise.answer for name, exercise in exercises().items()}


def named(name, change, asked):
    answer = ANSWERS[name]
    found = ruling(public_entry(name), asked, lambda *a, **k: change(answer(*a, **k)))
    assert not found.right
    return found.mistake


def cached_without(name, left_out):
    """An answer that takes one argument for what it was in an earlier call."""
    answer, known = ANSWERS[name], {}

    def function(*args):
        key = repr([a for i, a in enumerate(args) if i != left_out])
        if key not in known:
            known[key] = answer(*args)
        return known[key]

    return function


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("single_step_gradient_descent", "a positive start"),
        ("gradient_descent", "no steps at all"),
        ("steps_to_tolerance", "jumping across"),
        ("mse", "any shape"),
        ("simulate_plateau", "threshold"),
    ],
)
def test_signs_turned(name, asked):
    def minus(value):
        return [-v for v in value] if isinstance(value, list) else -value

    assert named(name, minus, asked) == NEGATED["name"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("single_step_gradient_descent", "a negative start"),
        ("gradient_descent", "a single step"),
        ("mse_gradient", "more weights"),
    ],
)
def test_signs_lost(name, asked):
    assert named(name, abs, asked) == UNSIGNED["name"]


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_an_earlier_answer(left_out):
    name = "gradient_descent"
    told = {
        ruling(public_entry(name), asked, cached_without(name, left_out)).mistake
        for asked in exercises()[name].properties
    }
    assert EARLIER["name"] in told and told <= {EARLIER["name"], ""}


def test_an_earlier_answer_may_be_a_tensor_or_a_list():
    function = cached_without("mse_gradient", 1)
    found = ruling(public_entry("mse_gradient"), "a few weights", function)
    assert found.mistake == EARLIER["name"]
    function = cached_without("fit", 2)
    found = ruling(public_entry("fit"), "weights and losses", function)
    assert found.mistake == EARLIER["name"]


@pytest.mark.parametrize(
    ("name", "change", "asked"),
    [
        # One answer has another sign only, another size, or is a text or a count.
        (
            "mse_gradient",
            lambda v: v * torch.tensor([1.0, -1.0, 1.0, 1.0])[: len(v)],
            None,
        ),
        ("single_step_gradient_descent", lambda v: -v - 0.01, "a positive start"),
        ("spot_the_bug", lambda v: "none" if v == "two schedulers" else v, None),
        ("steps_to_tolerance", lambda v: v and 21, "creeping down"),
        ("contraction_factor", lambda v: 0.0 if v == 1.0 else v, "any curvature"),
    ],
)
def test_nothing_is_said_that_is_not_so(name, change, asked):
    anywhere = {m["name"] for m in ANYWHERE}
    assert named(name, change, asked) not in anywhere


def test_what_no_exercise_takes_for_right_is_still_the_same_answer():
    """Truth values, and NaN in an array, are equal to themselves."""
    for change in (lambda v: v > 9, lambda v: v.log().numpy(), lambda v: v.isnan()):
        assert named("mse_gradient", change, "more weights") != KEPT["name"]
