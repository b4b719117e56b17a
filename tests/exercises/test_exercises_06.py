"""The exercises of lesson 06: right answers, known mistakes, torch as the oracle."""

import pytest
import torch
from exercise_checks import (
    ROOT,
    assert_mistakes_are_named,
    assert_right_solutions_pass,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim.lr_scheduler import ReduceLROnPlateau

from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers.plateau import plateau_decisions
from gdhelpers.split_rule import split_problem

LESSON = "06_reduce_on_plateau"
NAMES = list(exercises(LESSON))
lesson = load_reference(source_notebook(LESSON, ROOT))


def test_all_are_here():
    assert NAMES == ["simulate_plateau", "optimize_plateau", "split_train_val"]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)


@settings(deadline=None)
@given(
    metrics=st.lists(st.sampled_from([-2, -1, 0, 0.5, 0.99, 1, 1.01, 2, float("nan")])),
    mode=st.sampled_from(["min", "max"]),
    patience=st.integers(0, 3),
    threshold=st.sampled_from([0, 1e-4, 0.02]),
    cooldown=st.integers(0, 3),
    min_lr=st.sampled_from([0, 0.03]),
    factor=st.sampled_from([0.1, 0.5]),
)
def test_the_reference_is_torch_s_rule(metrics, **how):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    scheduler = ReduceLROnPlateau(optimizer, **how, eps=0)
    expected = []
    for metric in metrics:
        scheduler.step(metric)
        expected.append(optimizer.param_groups[0]["lr"])
    assert lesson["simulate_plateau"](metrics, 0.4, **how) == expected
    rows = plateau_decisions(metrics, 0.4, **how, eps=0)
    assert [row.lr for row in rows] == expected
    for row in rows:
        assert row.dropped <= (row.bad > how["patience"])
        assert (row.bad == 0) or not row.better
        assert row.better == (
            row.metric < row.bar if how["mode"] == "min" else row.metric > row.bar
        )


SPLIT = {"args": [20, 6, 0]}
TRAIN, VAL = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 15, 17, 18], [3, 7, 11, 14, 16, 19]


def test_a_fair_split_has_no_problem():
    for cast in (list, lambda part: {"$tensor": part, "shape": [len(part)]}):
        assert split_problem([cast(TRAIN), cast(VAL)], SPLIT) == ""


@pytest.mark.parametrize(
    ("got", "problem"),
    [
        (None, "Return a pair"),
        ([TRAIN], "Return a pair"),
        ([TRAIN, None], "whole numbers"),
        ([[float(i) for i in TRAIN], VAL], "whole numbers"),
        ([[True] * 14, [False] * 6], "whole numbers"),
        ([{"$tensor": [TRAIN], "shape": [1, 14]}, VAL], "whole numbers"),
        ([VAL, TRAIN], "validation part has 14"),
        ([TRAIN[1:], VAL], "training part has 13"),
        ([[*TRAIN, 3], VAL], "1 indices are in both"),
        ([TRAIN, [3, 3, 7, 11, 14, 16]], "more than once"),
        ([[*TRAIN[1:], 20], VAL], "from 0 to 19"),
    ],
)
def test_a_wrong_split_is_named(got, problem):
    assert problem in split_problem(got, SPLIT)


def test_the_seed_decides_the_split():
    other = [[*TRAIN[1:], 3], [0, 7, 11, 14, 16, 19]]
    again, another = SPLIT | {"twice": True}, SPLIT | {"twice": [20, 6, 1]}
    assert split_problem([[TRAIN, VAL], [TRAIN, VAL]], again) == ""
    assert split_problem([[TRAIN, VAL], other], another) == ""
    assert "Two calls" in split_problem([[TRAIN, VAL], other], again)
    assert "not used" in split_problem([[TRAIN, VAL], [TRAIN, VAL]], another)
    assert "pair" in split_problem([TRAIN], another)
    assert "pair" in split_problem([[TRAIN, VAL], None], again)
