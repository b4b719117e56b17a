"""The exercises of lesson 07: what passes and what each mistake is told."""

import math
from contextlib import suppress
from inspect import signature

import pytest
import torch
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises
from gdhelpers.schedules import cosine, one_cycle

NAMES = list(exercises("07_cosine_one_cycle"))


def test_all_are_here():
    assert NAMES == [
        "cosine_lr",
        "one_cycle_lr",
        "warmup_then",
        "paired_interval",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)


def in_float32(t, total_steps, max_lr, min_lr=0.0):
    share = torch.tensor(min(t / total_steps, 1) * math.pi)
    return (min_lr + (max_lr - min_lr) * (1 + torch.cos(share)) / 2).item()


def distances(exercise, schedule, wrong):
    """How far from the schedule, as a share of its highest rate, at the most, in each
    property under each seed."""
    bind = signature(wrong).bind

    def furthest(cases):
        return max((distance(c, schedule, wrong, bind) for c in cases), default=0.0)

    for asked in exercise.properties.values():
        always = furthest(asked.edges)  # whatever the seed
        for seed in range(100):
            yield max(always, furthest(asked.drawn(str(seed))))


def distance(case, schedule, wrong, bind):
    given = bind(*case["args"], **case["kwargs"])
    more = dict(given.arguments)
    t, steps, top = (more.pop(n) for n in ("t", "total_steps", "max_lr"))
    with suppress(ZeroDivisionError):
        return abs(wrong(*given.args) - schedule(top, steps, **more)(t)) / top
    return math.inf  # no answer at all


def least(exercise, schedule):
    return min(
        d
        for mistake in exercise.mistakes
        for d in distances(exercise, schedule, mistake.function)
        if d > 1e-12
    )


def test_the_tolerances_lie_between_rounding_and_mistakes():
    """The numbers by which cosine_lr.py and one_cycle_lr.py argue them."""
    known = exercises()
    assert max(distances(known["cosine_lr"], cosine, in_float32)) < 2e-7
    assert least(known["cosine_lr"], cosine) > 4e-3
    assert 2e-6 < least(known["one_cycle_lr"], one_cycle) < 2.5e-6
