"""The exercises of lesson 01: what passes and what each mistake is told."""

import pytest
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises

NAMES = list(exercises("01_single_step"))


def test_all_are_here():
    assert NAMES == [
        "single_step_gradient_descent",
        "gradient_descent",
        "contraction_factor",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)


FINGERPRINTS = {
    "sign flipped": 836.68,
    "factor 2 forgotten": 0.01153,
    "one step too few": 6.094e-5,
    "one step too many": 2.194e-5,
    "loss instead of gradient": 0.1867,
    "rate dropped": 1.0,
    "stale gradient": -7.0,
    "constant step": -7.0,  # the second case tells them apart
}


def test_fingerprints_of_twenty_steps_from_one():
    """What each mistake gives for gradient_descent(1, .2, 20), with its own hint."""
    known = {m.name: m for m in exercises()["gradient_descent"].mistakes}
    for name, value in FINGERPRINTS.items():
        assert known[name].function(1.0, 0.2, 20) == pytest.approx(value, rel=5e-4)
    assert len({known[name].hint for name in FINGERPRINTS}) == len(FINGERPRINTS)
