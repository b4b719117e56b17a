"""The exercises of lesson 03: what passes and what each mistake is told."""

import pytest
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises

NAMES = list(exercises("03_linear_regression"))


def test_all_are_here():
    wanted = ["mse", "mse_gradient", "max_stable_lr_for", "fit", "landing_rates"]
    assert wanted == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)
