"""The exercises of lesson 08: what passes and what each mistake is told."""

import pytest
import torch
from exercise_checks import assert_mistakes_are_named, assert_right_solutions_pass
from torch.optim.lr_scheduler import LambdaLR

from gdgrader.exercises import exercises
from gdhelpers.cases import decode
from gdhelpers.scheduler_faults import FAULTS, FLAT, make_run, unnamed_runs
from gdhelpers.schedules import linear, multi_step, warmup_then

NAMES = list(exercises("08_range_test_warmup"))


def test_all_are_here():
    assert NAMES == ["range_test_rates", "suggest_lr", "sharpness", "name_the_fault"]


@pytest.mark.parametrize("name", NAMES)
def test_right_solutions_pass(name):
    assert_right_solutions_pass(name)


@pytest.mark.parametrize("name", NAMES)
def test_mistakes_are_named(name):
    assert_mistakes_are_named(name)


# Sharpness: the gap that makes any start converge, and how far the mistakes lie.


def sharpness_cases():
    for asked in exercises()["sharpness"].properties.values():
        yield from asked.edges
        for seed in range(10):
            yield from asked.drawn(str(seed))


def eigenvalues(case):
    loss_fn, params = decode(case["args"])[:2]
    found = torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss_fn, params))
    return found[found.abs().argsort(descending=True)].tolist()


def test_the_gap_makes_any_drawn_start_converge():
    for case in sharpness_cases():
        values, rounds = eigenvalues(case), case["args"][2]
        if len(values) > 1:
            assert abs(values[1] / values[0]) ** (2 * rounds) < 1e-8
        else:
            assert rounds == 1


def test_any_start_ends_far_within_the_tolerance():
    exercise = exercises()["sharpness"]
    for case in sharpness_cases():
        right = eigenvalues(case)[0]
        args = decode(case["args"])
        for seed in range(5):
            found = exercise.answer(*args[:3], seed)
            assert abs(found - right) < 1e-4 * abs(right)


# The traces are those of torch's own loops.


class Plateau:
    """Halves the rate after these steps, as ReduceLROnPlateau does: in place."""

    def __init__(self, group, drops):
        self.group, self.drops = group, drops

    def step(self, i):
        if i + 1 in self.drops:
            self.group["lr"] /= 2


def run_with(fault, max_lr, warmup, steps, k, resumed_at, skipped, drops):
    """A torch loop that has the fault; the rates in force each time."""
    start = 0.0 if fault == "zero first step" else 0.2
    long = k if fault == "planned in batches" else 1
    after = linear(1.0, long * (steps - warmup), 0.1)
    plan = warmup_then((lambda t: 1.0) if drops else after, long * warmup, start)

    def make():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=max_lr)
        return optimizer, LambdaLR(optimizer, plan)

    optimizer, scheduler = make()
    group = optimizer.param_groups[0]
    plateau = Plateau(group, drops or ())
    used = []
    for i in range(steps):
        if i == resumed_at:
            saved = optimizer.state_dict(), scheduler.state_dict()
            optimizer, scheduler = make()
            if fault != "resumed without its state":
                optimizer.load_state_dict(saved[0])
                scheduler.load_state_dict(saved[1])
            group = plateau.group = optimizer.param_groups[0]
        used.append(group["lr"])
        if i != skipped:
            optimizer.step()
        if drops:
            ends = fault != "overwritten by LambdaLR" and i >= warmup
            if not ends:
                scheduler.step()
            plateau.step(i)
            continue
        for _ in range(k if fault == "stepped per batch" else 1):
            if i != skipped or fault == "skipped step counted":
                scheduler.step()
    return used


RUNS = {
    "usual": {"max_lr": 0.4, "warmup": 4, "steps": 16, "accumulated": 2},
    "other": {"max_lr": 1.3, "warmup": 5, "steps": 23, "accumulated": 3},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("how", RUNS.values(), ids=RUNS)
def test_each_trace_is_that_of_a_loop_with_the_fault(fault, how):
    resumed = 11 if fault == "resumed without its state" else None
    skipped = 9 if fault == "skipped step counted" else None
    drops = (8, 12) if fault == "overwritten by LambdaLR" else None
    trace = make_run(fault, **how, resumed_at=resumed, skipped=skipped, drops=drops)
    used = run_with(fault, *how.values(), resumed, skipped, drops)
    assert trace["used"] == pytest.approx(used, rel=1e-9)
    assert trace["stepped"] == [i != skipped for i in range(how["steps"])]
    assert trace["resumed_at"] == resumed


@pytest.mark.parametrize("fault", sorted(FLAT))
def test_a_plateau_s_plan_is_that_of_a_loop_with_one(fault):
    trace = make_run(fault, drops=(7, 11), resumed_at=9)
    used = run_with(fault, 0.4, 4, 16, 2, 9, None, (7, 11))
    assert trace["used"] == pytest.approx(used, rel=1e-9)
    after = multi_step(0.4, [3, 7], 0.5)
    start = 0.0 if fault == "zero first step" else 0.2
    plan = warmup_then(after, 4, start)
    assert trace["planned"] == pytest.approx([plan(i) for i in range(16)])


@pytest.mark.parametrize("fault", ["none", "zero first step"])
def test_a_run_resumed_and_skipped_rightly_uses_what_is_due(fault):
    trace = make_run(fault, resumed_at=9, skipped=6)
    used = run_with(fault, 0.4, 4, 16, 2, 9, 6, None)
    assert trace["used"] == pytest.approx(used, rel=1e-9)


def test_a_run_begun_anew_after_a_skip_is_that_of_a_loop():
    trace = make_run("resumed without its state", resumed_at=9, skipped=6)
    used = run_with("resumed without its state", 0.4, 4, 16, 2, 9, 6, None)
    assert trace["used"] == pytest.approx(used, rel=1e-9)


def test_what_does_not_go_together_is_refused():
    with pytest.raises(ValueError, match="fault must be one of none, zero first step"):
        make_run("a beetle")
    with pytest.raises(ValueError, match="drops go with none"):
        make_run("stepped per batch", drops=(6, 9))


def test_the_three_without_names_are_told_apart():
    name = exercises()["name_the_fault"].answer
    assert [name(run) for run in unnamed_runs()] == [
        "none",
        "planned in batches",
        "skipped step counted",
    ]
