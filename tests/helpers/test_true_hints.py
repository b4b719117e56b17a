"""A hint names only what the student did: no other cause, no other error, no half."""

import math
import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch
from exercise_checks import public_entry, ruling

from gdhelpers.cases import run_case
from gdhelpers.checks import once_written
from gdhelpers.explorers.student import Unusable, ask
from gdhelpers.verdicts import KEPT, Fault, Verdict


def told(function, exercise: str, property_name: str | None = None) -> Verdict:
    return ruling(public_entry(exercise), property_name, function)


def step(theta, learning_rate):
    return theta - learning_rate * 2 * theta


# What is not written yet ------------------------------------------------------------


def mse(y_hat, y):
    raise NotImplementedError()


def descent_step(theta, learning_rate):
    raise NotImplementedError("write me")


class Bowl:
    def slope(self, theta):
        raise NotImplementedError


def by_a_step(theta, learning_rate, n):
    return [descent_step(theta, learning_rate) for _ in range(n)][-1] if n else theta


def by_a_method(theta, learning_rate, n):
    return theta - learning_rate * Bowl().slope(theta)


def by_two(x, y, learning_rate, num_steps, initial_a):
    def loss(a):
        return mse(x @ a, y)

    return initial_a, [loss(initial_a).item()]


@pytest.mark.parametrize(
    ("function", "exercise", "name"),
    [
        (by_a_step, "gradient_descent", "descent_step"),
        (by_a_method, "gradient_descent", "slope"),
        (by_two, "fit", "mse"),
        (lambda x, y, *_: mse(x, y), "fit", "mse"),
    ],
)
def test_an_answer_that_leans_on_an_unwritten_function_says_which(
    function, exercise, name
):
    verdict = told(function, exercise)
    assert verdict.hint == f"It calls `{name}`, which is not written yet."
    assert verdict.fault is Fault.RAISED and not verdict.mistake
    assert f"`{name}` is not written yet" in verdict.came_back


def test_the_function_itself_is_not_written_yet():
    verdict = told(mse, "mse")
    assert "Not written yet" in verdict.hint and verdict.fault is Fault.UNWRITTEN


def test_a_librarys_own_refusal_is_an_error_with_its_reason():
    def fit(x, y, learning_rate, num_steps, initial_a):
        return torch.optim.Optimizer([initial_a], {}).step(), []

    def quantized(y_hat, y):
        return torch.empty(2, device="meta").item()

    def abstract(theta, learning_rate):
        return random.Random.getstate(Fake())  # never there: an AttributeError

    class Fake:
        pass

    assert told(fit, "fit").fault is Fault.RAISED
    for function, exercise in (
        (fit, "fit"), (quantized, "mse"), (abstract, "single_step_gradient_descent")
    ):  # fmt: skip
        verdict = told(function, exercise)
        assert "not written yet" not in verdict.message
        assert verdict.hint.startswith("Your code raised ")


def test_demonstrations_and_explorers_name_it_too(capsys):
    with once_written("gradient_descent"):
        by_a_step(1.0, 0.1, 2)
    with once_written("fit", "mse"):
        mse(1, 2)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("This needs your descent_step: write it above")
    assert said[1].startswith("This needs your mse: write it above")
    with pytest.raises(Unusable, match=r"^descent_step is not written yet"):
        ask(by_a_step, 1.0, 0.1, 2)
    with pytest.raises(Unusable, match=r"^mse is not written yet"):
        ask(mse, 1, 2)


# Errors -----------------------------------------------------------------------------


def loop(step_scheduler):
    """Lesson 06's optimize around what the student does with the scheduler."""

    def optimize(initial_lr=1.05, num_iterations=20, make_scheduler=None):
        x = torch.tensor(500.0, requires_grad=True)
        optimizer = torch.optim.SGD([x], lr=initial_lr)
        scheduler = make_scheduler(optimizer) if make_scheduler else None
        xs, rates = [], []
        for _ in range(num_iterations):
            optimizer.zero_grad()
            loss = x**2
            loss.backward()
            optimizer.step()
            xs.append(x.item())
            rates.append(optimizer.param_groups[0]["lr"])
            if scheduler:
                step_scheduler(scheduler, loss)
        return xs, rates

    return optimize


PLATEAU = ("optimize_plateau", "reduce on plateau")


def test_the_error_that_a_mistake_raises_is_named():
    verdict = told(loop(lambda scheduler, _: scheduler.step()), *PLATEAU)
    assert verdict.mistake == "loss not given"
    assert "missing 1 required positional argument: 'metrics'" in verdict.came_back


@pytest.mark.parametrize(
    "wrong",
    [
        lambda scheduler, loss: scheduler.step(None),
        lambda scheduler, loss: scheduler.step(loss, loss, loss),
        lambda scheduler, loss: scheduler.step(loss="low"),
        lambda scheduler, loss: len(loss) and None,
        lambda scheduler, loss: loss + "1",
    ],
)
def test_another_error_of_its_class_is_not(wrong):
    verdict = told(loop(wrong), *PLATEAU)
    assert not verdict.mistake and verdict.fault is Fault.RAISED
    assert verdict.hint.startswith("Your code raised TypeError: ")


def test_an_error_is_the_same_wherever_it_was_raised_and_whatever_the_name():
    """The catalogue's functions have no name, objects have addresses."""

    def warmup_then(schedule, warmup_steps, start_factor=0.0):
        def rate(step):
            part = min(1, step / warmup_steps)
            rise = start_factor + (1 - start_factor) * part
            return schedule(max(0, step - warmup_steps)) * rise

        return rate

    assert told(warmup_then, "warmup_then", "no warm-up at all").mistake == (
        "division by zero"
    )


# A part is not the whole ------------------------------------------------------------


def test_where_right_cases_contradict_it_a_mistake_is_not_named():
    def by_get_lr(t, initial_lr, step_size, gamma):  # what get_lr() gives at a drop
        drops = t // step_size + (t > 0 and t % step_size == 0)
        return initial_lr * gamma**drops

    def highest_past_the_end(t, total_steps, max_lr, min_lr=0.0):
        if t > total_steps:
            return max_lr
        return (
            min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * t / total_steps)) / 2
        )

    def ends_early(learning_rate, curvature, tolerance):
        factor = abs(1 - learning_rate * curvature)
        for n in range(12):
            if factor**n <= tolerance:
                return n
        return None

    for function, exercise, never in (
        (by_get_lr, "step_lr", "one drop too many"),
        (highest_past_the_end, "cosine_lr", "a whole period"),
        (highest_past_the_end, "cosine_lr", "upside down"),
        (ends_early, "steps_to_tolerance", "no answer for jumping rates"),
    ):
        entry = public_entry(exercise)
        for asked in (None, *entry["properties"]):
            assert ruling(entry, asked, function).mistake != never


@pytest.mark.parametrize("property_name", ["first and last rate", None])
def test_one_mistake_may_be_made_in_several_ways(property_name):
    def upside_down_but_clamped(t, total_steps, max_lr, min_lr=0.0):
        if t >= total_steps:
            return min_lr
        half = (1 - math.cos(math.pi * t / total_steps)) / 2
        return min_lr + (max_lr - min_lr) * half

    verdict = told(upside_down_but_clamped, "cosine_lr", property_name)
    assert "you start at min_lr and climb" in verdict.hint


# What outlives a call ---------------------------------------------------------------


def in_a_global():
    seen = []

    def fit(x, y, learning_rate, num_steps, initial_a):
        a = initial_a
        seen.append(((x @ a - y) ** 2).mean().item())
        for _ in range(num_steps):
            a = a - learning_rate * 2 / len(y) * x.T @ (x @ a - y)
            seen.append(((x @ a - y) ** 2).mean().item())
        return a, list(seen)

    return fit


def in_a_default():
    def simulate_plateau(metrics, initial_lr, rates=[], **how):  # noqa: B006
        right = public_right("simulate_plateau")
        rates += right(metrics, initial_lr, **how)
        return list(rates)

    return simulate_plateau


def in_a_generator():
    steps = iter(range(30))

    def gradient_descent(theta, learning_rate, n):
        for _ in range(n):
            theta = step(theta, learning_rate + 0 * next(steps))
        return theta

    return gradient_descent


def in_a_counter():
    calls = [0]

    def step_lr(t, initial_lr, step_size, gamma):
        calls[0] += 1
        return initial_lr * gamma ** (t // step_size) * (1 + (calls[0] > 3))

    return step_lr


def begun_before():
    fit = in_a_global()
    fit(torch.ones(2, 1), torch.ones(2), 0.1, 2, torch.ones(1))  # a cell of their own
    return fit


def public_right(name):
    from gdgrader.exercises import exercises

    return exercises()[name].answer


@pytest.mark.parametrize(
    ("make", "exercise"),
    [
        (in_a_global, "fit"),
        (in_a_default, "simulate_plateau"),
        (in_a_generator, "gradient_descent"),
        (in_a_counter, "step_lr"),
        (begun_before, "fit"),
    ],
)
def test_what_outlives_a_call_is_named(make, exercise):
    verdict = told(make(), exercise)
    assert verdict.mistake == KEPT["name"] and verdict.hint == KEPT["hint"]
    assert verdict.called.endswith("again after other calls")


def test_it_is_found_where_nothing_else_is_wrong():
    """Every case is right the first time; only asking again shows it."""
    calls = set()

    def contraction_factor(learning_rate, curvature=2.0):
        again = (learning_rate, curvature) in calls
        calls.add((learning_rate, curvature))
        return 0.0 if again else 1 - learning_rate * curvature

    verdict = told(contraction_factor, "contraction_factor", "any curvature")
    assert (verdict.right, verdict.mistake) == (False, KEPT["name"])


def test_an_error_the_second_time_is_told_with_its_line():
    steps = iter(range(6))
    verdict = told(
        lambda t, lr: step(t, lr) + 0 * next(steps),
        "single_step_gradient_descent",
        "a positive start",
    )
    assert verdict.mistake == KEPT["name"] and "StopIteration" in verdict.came_back


def test_a_memory_or_chance_that_changes_nothing_is_right():
    remembered = cache(public_right("contraction_factor"))
    assert told(remembered, "contraction_factor").right

    def split_train_val(n, n_val, seed):  # one of many right splits
        order = list(range(n))
        random.Random(seed).shuffle(order)
        return order[n_val:], order[:n_val]

    assert told(split_train_val, "split_train_val").right

    def another_each_time(n, n_val, seed):
        order = list(range(n))
        random.shuffle(order)
        return order[n_val:], order[:n_val]

    assert told(another_each_time, "split_train_val", "a fair split").right
    verdict = told(another_each_time, "split_train_val", "the seed decides")
    assert verdict.hint == "Two calls with one seed give different splits."

    def nearly(x, y, learning_rate, num_steps, initial_a):
        a, losses = public_right("fit")(x, y, learning_rate, num_steps, initial_a)
        return a, [loss * (1 + random.uniform(-1e-7, 1e-7)) for loss in losses]

    assert told(nearly, "fit").right


# Forms ------------------------------------------------------------------------------


def warmed(schedule, warmup_steps, start_factor=0.0):
    return public_right("warmup_then")(schedule, warmup_steps, start_factor)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda *a, **k: [warmed(*a, **k)(t) for t in range(104)], "list of 104"),
        (lambda *a, **k: tuple(warmed(*a, **k)(t) for t in range(7)), "tuple of 7"),
        (lambda *a, **k: torch.zeros(7), "a tensor of shape (7,)"),
        (lambda *a, **k: np.zeros(7), "an array of shape (7,)"),
        (lambda *a, **k: warmed(*a, **k)(3), "a number"),
        (lambda *a, **k: (warmed(*a, **k)(t) for t in range(7)), "a generator"),
    ],
)
def test_a_function_of_the_step_is_wanted(given, said):
    hint = told(given, "warmup_then", "from zero").hint
    assert "should be a function of the step, not " in hint and said in hint


def test_a_wrong_rate_is_told_with_its_step():
    def wrong(schedule, warmup_steps, start_factor=0.0):
        return lambda t: warmed(schedule, warmup_steps)(t) + (t == 3)

    assert told(wrong, "warmup_then", "from zero").hint.startswith("At step 3 the rate")


def bugs(name_of_none, others=None):
    def spot_the_bug(trace):
        found = public_right("spot_the_bug")(trace)
        return name_of_none if found == "none" else (others or str)(found)

    return spot_the_bug


@pytest.mark.parametrize(
    ("function", "exercise", "said"),
    [
        (bugs(None), "spot_the_bug", 'the text "none", in quotes'),
        (bugs(None, lambda _: None), "spot_the_bug", "is a `return` missing?"),
        (bugs("None"), "spot_the_bug", "spell it just so, 'none'"),
        (bugs("none", str.title), "spot_the_bug", "just so, 'stepped before"),
        (bugs("none", lambda b: b.replace(" ", "_")), "spot_the_bug", "just so"),
        (bugs("none", lambda b: [b]), "spot_the_bug", "not 'stepped before"),
        (
            lambda t, lr: None if t < 0 else step(t, lr),
            "single_step_gradient_descent",
            "end without a `return`",
        ),
        (lambda lr, c, tol: None, "steps_to_tolerance", "The result is None"),
        (lambda c: lambda: 2 / c, "max_stable_lr", "brackets `()` of a call"),
        (lambda x: x.max().item, "max_stable_lr_for", "brackets `()` of a call"),
        (
            lambda metrics, lr, *a, **k: lambda: [lr],
            "simulate_plateau",
            "not a function: are the brackets",
        ),
        (
            lambda metrics, lr, *a, **k: (lr for _ in metrics),
            "simulate_plateau",
            "`list(…)` makes one",
        ),
    ],
)
def test_another_kind_of_thing_is_named(function, exercise, said):
    verdict = told(function, exercise)
    assert said in verdict.hint and not verdict.mistake


def test_a_missing_return_is_not_asked_for_where_none_is_an_answer():
    verdict = told(lambda *_: None, "steps_to_tolerance", "creeping down")
    assert "return" not in verdict.hint and not verdict.mistake


# The borders of a contract ----------------------------------------------------------

SINGLE = ("single_step_gradient_descent", "max_stable_lr", "cosine_lr", "step_lr")


def cast(name, make):
    right = public_right(name)
    return lambda *args, **kwargs: make(right(*args, **kwargs))


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize(
    "make", [float, np.float64, np.float64.__call__, Fraction, np.asarray]
)
def test_a_number_of_numpys_or_pythons_is_a_number(name, make):
    assert told(cast(name, make), name).right


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (torch.tensor, "is a tensor; return a plain number (`.item()` gives it)"),
        (lambda v: torch.tensor([v]), "`.item()` gives it"),
        (lambda v: torch.tensor(v, requires_grad=True), "`.item()` gives it"),
        (lambda v: np.array([v]), "an array of shape (1,); return a plain number"),
        (lambda v: np.array([v, v]), "a number, not an array of shape (2,)"),
        (lambda v: bool(v), "a number, not True or False"),
        (lambda v: np.bool_(v), "a number, not True or False"),
        (str, "a number, not a string"),
        (complex, "a number, not a complex"),
        (lambda v: (v,), "a number, not a list"),
    ],
)
def test_what_is_no_plain_number_is_refused_in_words(name, make, said):
    verdict = told(cast(name, make), name)
    assert said in verdict.hint and not verdict.mistake


@pytest.mark.parametrize("make", [float, np.int64, np.float32, Fraction, np.asarray])
def test_a_whole_number_may_come_as_a_float(make):
    def cast(*args):
        n = public_right("steps_to_tolerance")(*args)
        return n if n is None else make(n)

    assert told(cast, "steps_to_tolerance").right


@pytest.mark.parametrize("make", [list, tuple, np.array])
def test_a_list_may_be_a_tuple_or_an_array(make):
    assert told(cast("simulate_plateau", make), "simulate_plateau").right


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (torch.tensor, "`.tolist()` gives one"),
        (iter, "not a list_iterator"),
        (dict.fromkeys, "not a dict"),
        (lambda rates: [torch.tensor(r) for r in rates], "return a plain number"),
        (lambda rates: [str(r) for r in rates], "a number, not a string"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused_in_words(make, said):
    verdict = told(cast("simulate_plateau", make), "simulate_plateau", "threshold")
    assert said in verdict.hint and not verdict.mistake


@pytest.mark.parametrize("make", [lambda t: t, torch.Tensor.detach, torch.Tensor.float])
def test_a_tensor_may_be_detached_or_of_another_precision(make):
    assert told(cast("mse", make), "mse").right
    assert told(cast("mse_gradient", make), "mse_gradient").right


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (torch.Tensor.tolist, "a torch tensor, not a list"),
        (torch.Tensor.numpy, "`torch.as_tensor(…)` makes one"),
        (lambda t: t[None], "has shape (1, "),
        (lambda t: tuple(t), "a torch tensor, not a list"),
    ],
)
def test_what_is_no_tensor_is_refused_in_words(make, said):
    verdict = told(cast("mse_gradient", make), "mse_gradient", "more weights")
    assert said in verdict.hint and not verdict.mistake


def test_a_range_is_a_list_and_floats_are_no_indices():
    def split(make):
        def split_train_val(n, n_val, seed):
            train, val = public_right("split_train_val")(n, n_val, seed)
            return make(train), make(val)

        return told(split_train_val, "split_train_val", "the seed decides")

    assert split(torch.Tensor.numpy).right
    assert run_case(lambda: range(3), {}) == {"value": [0, 1, 2]}
    for make in (torch.Tensor.float, lambda part: set(part.tolist()), str):
        assert "whole numbers (5, not 5.0)" in split(make).hint
