"""The exercises of lesson 04: what passes and what each mistake is told."""

import pytest
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises

NAMES = list(exercises("04_minibatches_momentum"))


def test_all_are_here():
    wanted = ["epoch_batches", "noise_floor", "momentum_step"]
    assert [*wanted, "max_stable_lr_momentum", "train_epoch"] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)
