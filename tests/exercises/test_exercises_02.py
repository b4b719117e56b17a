"""The exercises of lesson 02: what passes and what each mistake is told."""

import pytest
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises

NAMES = list(exercises("02_constant_learning_rate"))


def test_all_are_here():
    assert NAMES == ["max_stable_lr", "steps_to_tolerance", "optimize_constant"]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)
