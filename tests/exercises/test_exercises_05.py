"""The exercises of lesson 05: what passes and what each mistake is told."""

import warnings

import pytest
import torch
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass

from gdgrader.exercises import exercises
from gdhelpers.scheduler_bugs import BUGS, make_trace

NAMES = list(exercises("05_step_decay"))


def test_all_are_here():
    assert NAMES == ["step_lr", "optimize_scheduled", "spot_the_bug"]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)


def run_with_bug(bug, initial_lr, step_size, gamma, epochs, batches):
    """A torch loop that really has the bug; its rates as they were."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    group = optimizer.param_groups[0]
    makes = 2 if bug == "two schedulers" else 1
    schedulers = [
        torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
        for _ in range(makes)
    ]
    first = schedulers[0]
    if bug == "scheduler reused":
        for _ in range(epochs):
            first.step()  # to plot the schedule
    used, recorded = [], []
    for _ in range(epochs):
        if bug == "stepped before the optimizer":
            first.step()
        rates = []
        for _ in range(batches):
            rates.append(group["lr"])
            optimizer.step()
            if bug == "stepped per batch":
                first.step()
        used.append(rates)
        noted = first.get_lr()[0] if bug == "get_lr at a boundary" else rates[0]
        if bug not in (
            "never stepped", "stepped per batch", "stepped before the optimizer"
        ):  # fmt: skip
            for scheduler in schedulers:
                scheduler.step()
        noted = group["lr"] if bug == "recorded after the step" else noted
        recorded.append(initial_lr if bug == "constant recorded" else noted)
    return used, recorded


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("settings", [(0.1, 3, 0.5, 8, 5), (0.8, 2, 0.7, 6, 3)])
def test_each_trace_is_that_of_a_loop_with_the_bug(bug, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of some of these bugs
        used, recorded = run_with_bug(bug, *settings)
    trace = make_trace(bug, *settings)
    for ours, theirs in zip(trace["used"], used, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9)
    assert trace["recorded"] == pytest.approx(recorded, rel=1e-9)


def test_an_unknown_bug_is_refused():
    with pytest.raises(ValueError, match="bug must be one of none, stepped before"):
        make_trace("a beetle")
