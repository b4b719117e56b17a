"""The exercises of lesson 09: what passes and what each mistake is told."""

import pytest
import torch
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises

NAMES = list(exercises("09_averaging_adamw"))


def test_all_are_here():
    assert NAMES == ["ema", "adamw_step", "shrinkage", "wsd_lr"]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)


def test_float32_is_within_the_tolerance_of_a_long_average():
    """The number by which ema.py argues it."""
    exercise = exercises()["ema"]
    for seed in range(20):
        for case in exercise.properties["a long run"].cases(str(seed)):
            run, decay = case["args"]
            exact = [torch.tensor(w["$tensor"], dtype=torch.float64) for w in run]
            right = exercise.answer(exact, decay)
            rough = exercise.answer([w.float() for w in exact], decay)
            off = (rough - right).abs() / right.abs().clamp(min=0.1)
            assert off.max() < exercise.rel
