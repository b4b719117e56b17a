"""Wrong functions that once got every point: each is refused under every seed."""

from dataclasses import replace
from functools import cache

import pytest
import torch
from exercise_checks import reference_of, ruling
from torch.optim.lr_scheduler import ReduceLROnPlateau

from gdgrader.exercises import exercises

SEEDS = [f"seed {i}" for i in range(10)]
right = {name: exercise.answer for name, exercise in exercises().items()}
descend, steps, mse_slope = (
    right[name] for name in ("gradient_descent", "steps_to_tolerance", "mse_gradient")
)
step_lr, cosine, warm = (
    right[name] for name in ("step_lr", "cosine_lr", "warmup_then")
)
rates_of, name_of = right["simulate_plateau"], right["spot_the_bug"]
split = right["split_train_val"]


@cache
def entry(name: str, seed: str) -> dict:
    exercise = replace(exercises()[name], mistakes=[])
    return exercise.entry(reference_of(exercise), seed)


def gives_up_beyond(limit):
    def gradient_descent(initial_theta, learning_rate, number_steps):
        theta = initial_theta
        for _ in range(number_steps):
            theta -= learning_rate * 2 * theta
            if abs(theta) > limit:
                return float("inf")
        return theta

    return gradient_descent


def searches(most):
    def steps_to_tolerance(learning_rate, curvature, tolerance):
        factor = abs(1 - learning_rate * curvature)
        return next((n for n in range(most) if factor**n <= tolerance), None)

    return steps_to_tolerance


def negative_beyond_one(learning_rate, curvature, tolerance):
    from math import ceil, log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return ceil(log(tolerance) / log(factor)) if factor else int(tolerance < 1)


def no_answer_at_one(learning_rate, curvature, tolerance):
    if abs(1 - learning_rate * curvature) >= 1:
        return None
    return steps(learning_rate, curvature, tolerance)


def loops(advance):
    """`optimize` that tells the scheduler in its own way."""

    def optimize(initial_lr=1.05, num_iterations=20, make_scheduler=None):
        x = torch.tensor(500.0, requires_grad=True)
        optimizer = torch.optim.SGD([x], lr=initial_lr)
        scheduler = make_scheduler(optimizer) if make_scheduler else None
        xs, rates, losses = [], [], []
        for i in range(num_iterations):
            optimizer.zero_grad()
            loss = x**2
            loss.backward()
            optimizer.step()
            xs.append(x.item())
            rates.append(optimizer.param_groups[0]["lr"])
            losses.append(loss.item())
            if scheduler:
                advance(scheduler, i, losses)
        return xs, rates

    return optimize


def plateau_told(metric):
    def advance(scheduler, i, losses):
        told = [metric(losses)] if isinstance(scheduler, ReduceLROnPlateau) else []
        scheduler.step(*told)

    return loops(advance)


def table_of(epochs):
    def step_up(t, initial_lr, step_size, gamma):
        table = [step_lr(i, initial_lr, step_size, gamma) for i in range(epochs)]
        return table[min(t, epochs - 1)]

    return step_up


def looks_at(epochs):
    def spot_the_bug(trace):
        return name_of({key: values[:epochs] for key, values in trace.items()})

    return spot_the_bug


def plateau(change=None, after=None, better=None):
    """`simulate_plateau` whose settings, list or comparison is spoiled."""

    def simulate_plateau(
        metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
        cooldown=0, min_lr=0.0,
    ):  # fmt: skip
        how = {"mode": mode, "factor": factor, "patience": patience} | {
            "threshold": threshold, "cooldown": cooldown, "min_lr": min_lr
        }  # fmt: skip
        rates = rates_of(list(metrics), initial_lr, **how | (change or dict)(how))
        if after:
            after(metrics)
        return rates

    return simulate_plateau


def own_plateau(start=None, tie=False):
    """The rule written out, with another first best or with ties as better."""

    def simulate_plateau(
        metrics, initial_lr, mode="min", factor=0.1, patience=10, threshold=1e-4,
        cooldown=0, min_lr=0.0,
    ):  # fmt: skip
        sign = 1 if mode == "min" else -1
        best = sign * float("inf") if sign == 1 or start is None else start
        lr, bad, rest, rates = initial_lr, 0, 0, []
        for metric in metrics:
            bar = best * (1 - sign * threshold)
            better = sign * metric < sign * bar or (tie and metric == bar)
            best, bad = (metric, 0) if better else (best, bad + 1)
            if rest:
                rest, bad = rest - 1, 0
            if bad > patience:
                lr, bad, rest = min(lr, max(lr * factor, min_lr)), 0, cooldown
            rates.append(lr)
        return rates

    return simulate_plateau


def never_validates(index):
    """The index is always used to train."""

    def split_train_val(n, n_val, seed):
        train, val = (part.tolist() for part in split(n, n_val, seed))
        fixed = index % n
        if fixed in val and train:
            val[val.index(fixed)], train[0] = train[0], fixed
        return train, val

    return split_train_val


def early_at_the_end(t, total_steps, max_lr, min_lr=0.0):
    if t >= total_steps - 1 > 0:
        return min_lr
    return cosine(t, total_steps, max_lr, min_lr)


def late_at_the_end(t, total_steps, max_lr, min_lr=0.0):
    return cosine(t, total_steps, max_lr, min_lr) if t <= total_steps else 0.0


def smaller_of_both(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        rise = start_factor + (1 - start_factor) * t / max(warmup_steps, 1)
        later = schedule(max(t - warmup_steps, 0))
        return min(rise * schedule(0), later) if warmup_steps else later

    return lr


def never_above_the_first(schedule, warmup_steps, start_factor=0.0):
    made = warm(schedule, warmup_steps, start_factor)
    return lambda t: min(made(t), schedule(0))


def squeezed(x, y, a):
    return mse_slope(x, y, a).squeeze()


def first_weight_as_a_number(x, y, a):
    slope = mse_slope(x, y, a)
    return slope[0] if len(slope) == 1 else slope


WRONG = {
    "gives up beyond 100": ("gradient_descent", gives_up_beyond(100)),
    "gives up beyond 10": ("gradient_descent", gives_up_beyond(10)),
    "gives up beyond 250": ("gradient_descent", gives_up_beyond(250)),
    "searches 200 steps": ("steps_to_tolerance", searches(200)),
    "searches 50 steps": ("steps_to_tolerance", searches(50)),
    "searches 300 steps": ("steps_to_tolerance", searches(300)),
    "negative beyond tolerance 1": ("steps_to_tolerance", negative_beyond_one),
    "None at tolerance 1": ("steps_to_tolerance", no_answer_at_one),
    "step(i + 1)": (
        "optimize_scheduled",
        loops(lambda scheduler, i, losses: scheduler.step(i + 1)),
    ),
    "step(i)": (
        "optimize_scheduled",
        loops(lambda scheduler, i, losses: scheduler.step(i)),
    ),
    "a table of 100 epochs": ("step_lr", table_of(100)),
    "a table of 50 epochs": ("step_lr", table_of(50)),
    "a table of 500 epochs": ("step_lr", table_of(500)),
    "the first epoch only": ("spot_the_bug", looks_at(1)),
    "five epochs only": ("spot_the_bug", looks_at(5)),
    "a hundred epochs only": ("spot_the_bug", looks_at(100)),
    "all but the last epoch": ("spot_the_bug", looks_at(-1)),
    "squeezed": ("mse_gradient", squeezed),
    "a number for one weight": ("mse_gradient", first_weight_as_a_number),
    "max begins at 0": ("simulate_plateau", own_plateau(start=0.0)),
    "max begins at -1": ("simulate_plateau", own_plateau(start=-1.0)),
    "max begins at -2.2": ("simulate_plateau", own_plateau(start=-2.2)),
    "ties count": ("simulate_plateau", own_plateau(tie=True)),
    "threshold 0 replaced": (
        "simulate_plateau",
        plateau(lambda how: {"threshold": how["threshold"] or 1e-4}),
    ),
    "factor 0 replaced": (
        "simulate_plateau",
        plateau(lambda how: {"factor": how["factor"] or 0.1}),
    ),
    "patience 0 replaced": (
        "simulate_plateau",
        plateau(lambda how: {"patience": how["patience"] or 10}),
    ),
    "the list is emptied": ("simulate_plateau", plateau(after=lambda m: m.clear())),
    "the list is sorted": ("simulate_plateau", plateau(after=lambda m: m.sort())),
    "the list gets longer": (
        "simulate_plateau",
        plateau(after=lambda m: m.append(0.0)),
    ),
    "the smallest loss": ("optimize_plateau", plateau_told(min)),
    "the largest loss": ("optimize_plateau", plateau_told(max)),
    "the loss before": (
        "optimize_plateau",
        plateau_told(lambda losses: losses[-2:][0]),
    ),
    "the mean loss": (
        "optimize_plateau",
        plateau_told(lambda losses: sum(losses) / len(losses)),
    ),
    "0 never validates": ("split_train_val", never_validates(0)),
    "1 never validates": ("split_train_val", never_validates(1)),
    "the last never validates": ("split_train_val", never_validates(-1)),
    "the end comes early": ("cosine_lr", early_at_the_end),
    "0 past the end": ("cosine_lr", late_at_the_end),
    "the smaller of rise and schedule": ("warmup_then", smaller_of_both),
    "never above the first rate": ("warmup_then", never_above_the_first),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_refused_under_every_seed(wrong):
    name, function = WRONG[wrong]
    passed = [s for s in SEEDS if ruling(entry(name, s), None, function).right]
    assert not passed


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("gradient_descent", gives_up_beyond(float("inf"))),
        ("optimize_scheduled", loops(lambda scheduler, i, losses: scheduler.step())),
        ("step_lr", table_of(1000)),
        ("spot_the_bug", looks_at(1000)),
        ("simulate_plateau", plateau()),
        ("simulate_plateau", own_plateau()),
        ("optimize_plateau", plateau_told(lambda losses: losses[-1])),
    ],
)
def test_the_same_without_the_slip_is_right(name, function):
    assert ruling(entry(name, SEEDS[0]), None, function).right
