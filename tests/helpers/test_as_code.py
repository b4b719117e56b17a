""" "called:" is code that runs in the lesson, and what came back shows the fault."""

import contextlib
import math

import pytest
import torch
from exercise_checks import public_entry, reference_of, ruling
from hypothesis import given, settings
from hypothesis import strategies as st

from gdgrader.exercises import exercises
from gdhelpers import as_code, schedules, tensor_losses
from gdhelpers.cases import decode, encode, joined
from gdhelpers.differences import difference, fault_at, short
from gdhelpers.scheduler_bugs import make_trace
from gdhelpers.verdicts import describe_call

CUT = "characters in all)"
LOSSES = (torch.nn.functional.mse_loss, torch.nn.functional.poisson_nll_loss)


def plain(value):
    """What a value is, so that two of them can be compared."""
    if isinstance(value, torch.Tensor):
        return ["tensor", str(value.dtype), str(value.tolist())]
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, torch.nn.Module):
        return [type(value).__name__, plain(dict(value.state_dict()))]
    if isinstance(value, torch.optim.Optimizer):
        return [type(value).__name__, plain(value.param_groups)]
    if isinstance(value, torch.optim.lr_scheduler.LRScheduler):
        return [type(value).__name__, plain(value.state_dict())]
    if value in LOSSES:
        return value.__name__
    if getattr(value, "__module__", "") == tensor_losses.__name__:
        return plain(sampled(value))
    if callable(value):
        return plain(made(value))
    return f"{float(value)!r}" if isinstance(value, int | float) else value


def sampled(loss):
    """What a loss says at points of the one size that it takes."""
    for size in range(1, 9):
        points = torch.linspace(-1, 2, 3 * size, dtype=torch.float64).view(3, size)
        with contextlib.suppress(RuntimeError):
            return [size, [loss(point) for point in points]]
    raise AssertionError("no size fits")


def made(function):
    """What a schedule gives, or what a maker of schedulers makes."""
    try:
        return [function(t) for t in range(30)]
    except (TypeError, AttributeError, IndexError):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
        scheduler = function(optimizer)
        rates = []
        for t in range(8):
            optimizer.step()
            needs = isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau)
            scheduler.step(0.5**t if t < 3 else 1.0) if needs else scheduler.step()
            rates.append(optimizer.param_groups[0]["lr"])
        return [type(scheduler).__name__, *rates]


def calls_of(code: str, name: str) -> list:
    """Run the code; what the function was called with, each time."""
    calls = []

    def function(*args, **kwargs):
        calls.append([plain(args), plain(kwargs)])
        return lambda t: t

    # As in the lessons: no more than their own imports.
    given = {"torch": torch, "schedules": schedules, "tensor_losses": tensor_losses}
    eval(code, given | {name: function})
    return calls


def made_of(args: list, kwargs: dict) -> tuple[list, dict]:
    return joined(decode(args), {k: decode(v) for k, v in kwargs.items()})


def asked_for(case: dict) -> list:
    """The calls that `gdhelpers.cases.run_case` makes."""
    args, kwargs, again = case["args"], case["kwargs"], case.get("twice")
    each = [args]
    if again:
        more = [args] if again is True else again
        each += more if isinstance(more[0], list) else [more]
    if "at" in case:
        each *= len(case["at"])
    return [[plain(a), plain(k)] for a, k in (made_of(a, kwargs) for a in each)]


@pytest.mark.parametrize("name", list(exercises()))
def test_every_call_runs_as_it_is_printed(name):
    exercise = exercises()[name]
    entries = [public_entry(name)]
    entries += [exercise.entry(reference_of(exercise), f"s{i}") for i in range(2)]
    cases = [
        case
        for entry in entries
        for p in entry["properties"].values()
        for case in p["cases"]
    ]
    for case in cases:
        code = describe_call(exercise.function, case)
        assert CUT not in code
        assert calls_of(code, exercise.function) == asked_for(case), code


def test_no_trace_that_may_be_drawn_is_cut():
    """The longest of what the exercises draw: rates that change in every batch."""
    longest = 0
    for step_size in (2, 3, 4, 8):
        for seed in range(12):
            lr, gamma = 0.05 + 0.0793 * seed, 0.31 + 0.04 * seed
            trace = make_trace(
                "stepped per batch",
                round(lr, 3),
                step_size,
                round(gamma, 2),
                epochs=2 * step_size + 5,
                batches=7,
            )
            said = as_code.code(trace)
            assert CUT not in said
            longest = max(longest, len(said))
    assert longest > as_code.LONGEST / 2


NUMBERS = st.floats(width=64) | st.integers(-(10**9), 10**9)
TENSORS = st.lists(st.floats(width=32), max_size=4).map(lambda v: {"$tensor": v})
VALUES = st.recursive(
    NUMBERS | TENSORS | st.booleans() | st.none() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, min_size=1, max_size=2).map(lambda v: v * 5)
        | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(VALUES)
def test_any_value_is_code(value):
    said = as_code.code(value)
    if CUT not in said:
        assert plain(eval(said, {"torch": torch})) == plain(decode(value))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([0.1] * 30 + [0.01], "[0.1] * 30 + [0.01]"),
        ([1, 2, 2, 2, 3], "[1, 2, 2, 2, 3]"),
        ([[0.5] * 4] * 6, "[[0.5] * 4] * 6"),
        ({"used": [[1.0] * 5]}, '{"used": [[1] * 5]}'.replace('"', "'")),
        ([math.inf, -math.inf], '[float("inf"), float("-inf")]'),
        (-0.0, "-0.0"),
        ([], "[]"),
        ([1, 2, 3] * 5, "[1, 2, 3] * 5"),
        ([[1.0] * 4, 2] * 4, "[[1] * 4, 2] * 4"),
        ([1, 2, 3] * 3, "[1, 2, 3, 1, 2, 3, 1, 2, 3]"),
        ([1, 2, 3] * 5 + [1], "[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]"),
        (
            {"$scheduler": "SequentialLR", "kwargs": {"milestones": [2], "schedulers": [
                {"$scheduler": "ConstantLR", "kwargs": {"factor": 0.5}},
                {"$scheduler": "StepLR", "kwargs": {"step_size": 3}}]}},
            "lambda optimizer: torch.optim.lr_scheduler.SequentialLR(optimizer, "
            "schedulers=[torch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5), "
            "torch.optim.lr_scheduler.StepLR(optimizer, step_size=3)], milestones=[2])",
        ),
    ],
)  # fmt: skip
def test_code_is_short_and_readable(value, said):
    assert as_code.code(value) == said


def test_what_is_too_long_says_so():
    said = as_code.code([math.sqrt(i) for i in range(500)])
    assert said.endswith(" characters in all)") and "… (cut, no code: " in said
    assert len(said) < as_code.LONGEST + 60


# What came back ----------------------------------------------------------------------

SIMPLE = {"rel": 1e-6, "abs": 1e-9}


@pytest.mark.parametrize("place", [0, 3, 5, 6, 12, 28, 29])
def test_a_cut_list_shows_the_entry_at_fault(place):
    want = [float(i) for i in range(30)]
    got = [*want[:place], 77.5, *want[place + 1 :]]
    at = fault_at(got, want, SIMPLE)
    assert at == (place,)
    mine, theirs = short(got, at=at), short(want, at=at)
    assert "77.5" in mine and str(place) in theirs and mine != theirs
    assert "(30 entries)" in mine and len(mine) < 80


def test_so_does_a_list_within_a_list_and_a_tensor():
    want = [[1.0] * 20, [0.1] * 20]
    got = [[1.0] * 20, [0.1] * 11 + [0.2] * 9]
    at = fault_at(got, want, SIMPLE)
    assert at == (1, 11) and "at 10: 0.1, 0.2, 0.2" in short(got, at=at)
    tensor = {"$tensor": [0.0] * 9 + [1.0], "shape": [10]}
    zeros = {"$tensor": [0.0] * 10, "shape": [10]}
    at = fault_at(tensor, zeros, SIMPLE)
    assert short(tensor, at=at) == "tensor([0, 0, …, at 8: 0, 1 (10 entries)])"
    assert fault_at([1.0] * 9, [1.0] * 12, SIMPLE) == (9,)  # where one of them ends


def test_the_sentence_on_a_long_tensor_shows_it_too():
    want = {"$tensor": [0.5] * 12, "shape": [12]}
    got = {"$tensor": [0.5] * 11 + [0.75], "shape": [12]}
    said = difference(got, want, SIMPLE, "the result")
    assert said == (
        "The result is tensor([0.5, 0.5, …, at 10: 0.5, 0.75 (12 entries)]), "
        "not tensor([0.5, 0.5, …, at 10: 0.5, 0.5 (12 entries)])."
    )


def from_student(name, function, property_name=None):
    return ruling(public_entry(name), property_name, function)


def test_check_shows_where_a_long_list_is_wrong():
    right = exercises()["simulate_plateau"].answer

    def late(metrics, *args, **kwargs):
        rates = right(metrics, *args, **kwargs)
        return [*rates[:-1], rates[-1] / 3] if len(rates) > 8 else rates

    verdict = from_student("simulate_plateau", late)
    assert verdict.came_back != verdict.expected
    *_, last = verdict.came_back.removesuffix(" entries)]").split(", ")
    assert f"at {int(last.split('(')[1]) - 2}: " in verdict.came_back


def test_a_tuple_is_shown_as_one():
    def fit(x, y, learning_rate, num_steps, initial_a):
        return initial_a, [0.0] * (num_steps + 1)

    verdict = from_student("fit", fit)
    assert verdict.came_back.startswith("(tensor([")
    assert verdict.expected.startswith("(tensor([")
    listed = from_student("fit", lambda *args: list(fit(*args)))
    assert listed.came_back.startswith("[tensor([")

    def one(theta, learning_rate):
        return (theta,)

    assert from_student("single_step_gradient_descent", one).came_back == "(3,)"
    assert encode((1, 2)) == [1, 2]  # what is right does not hang on it


def test_a_property_asks_for_what_it_names():
    """But where that is one of the arguments handed back: there it asks for more."""
    for exercise, asked, belongs in (
        ("one_cycle_lr", "the rise", lambda t, total, *_: t <= 0.3 * total - 1),
        ("one_cycle_lr", "the fall", lambda t, total, *_: t >= 0.3 * total - 1),
        ("one_cycle_lr", "past the end", lambda t, total, *_: t >= total - 1),
    ):
        entry = exercises()[exercise]
        for seed in ("public", "a", "b"):
            judged = entry.properties[asked].cases(seed)
            for case in (case for case in judged if not case.get("aside")):
                assert belongs(*case["args"]), (exercise, asked, case)


def test_right_in_one_half_passes_that_half():
    right = exercises()["one_cycle_lr"].answer

    def only_rise(t, total_steps, max_lr, *more, **how):
        early = t <= 0.3 * total_steps - 1
        return right(t, total_steps, max_lr, *more, **how) if early else 0.123

    passed = from_student("one_cycle_lr", only_rise, "the rise")
    asked = public_entry("one_cycle_lr")["properties"]["the rise"]["cases"]
    judged = [case for case in asked if not case.get("aside")]
    assert len(judged) < len(asked)
    assert passed.right and f"right in {len(judged)} cases" in passed.hint
    assert not from_student("one_cycle_lr", only_rise, "the fall").right
