"""Lesson 02: the bound on a constant rate, the steps it takes, and the loop in torch.

Tolerances: `max_stable_lr` is one float64 division. `optimize` runs in float32 in
the source and may run in float64 in an answer: over 20 iterations they part by less
than 1e-5 of the value, and every mistake by more than 1e-2.
"""

from gdgrader.exercises.base import Exercise, case

LESSON = "02_constant_learning_rate"

max_stable = Exercise("max_stable_lr", LESSON, "max_stable_lr", rel=1e-6, abs=0.0)


@max_stable.asks("gentle bowls", case(0.5), case(1.5))
def _(rng):
    return case(round(rng.uniform(0.1, 0.9), 3))


@max_stable.asks("steep bowls", case(5.0), case(80.0))
def _(rng):
    return case(round(rng.uniform(3.0, 50.0), 3))


@max_stable.mistake(
    "best rate instead of bound",
    "1/λ is the rate that lands in one step. The error still shrinks beyond it, until "
    "the factor reaches −1.",
)
def _(curvature):
    return 1 / curvature


@max_stable.mistake(
    "fraction upside down",
    "steeper bowls need smaller rates: the curvature belongs below the line.",
)
def _(curvature):
    return curvature / 2


@max_stable.mistake(
    "curvature ignored",
    "this is the bound of one bowl only. It depends on the curvature.",
)
def _(curvature):
    return 1.0


@max_stable.mistake(
    "multiplied",
    "2λ grows with the curvature; the bound must fall with it.",
)
def _(curvature):
    return 2 * curvature


@max_stable.mistake(
    "factor 2 below the line",
    "1/(2λ) is a quarter of the bound. Solve 1 − ηλ = −1 for η.",
)
def _(curvature):
    return 1 / (2 * curvature)


@max_stable.mistake(
    "curvature squared",
    "the factor 1 − ηλ holds λ once, so the bound does too.",
)
def _(curvature):
    return 2 / curvature**2


steps = Exercise("steps_to_tolerance", LESSON, "steps_to_tolerance", rel=0.0, abs=0.0)


@steps.asks("creeping down", case(0.1, 2.0, 0.01), case(0.05, 1.0, 0.3))
def _(rng):
    factor, tolerance = rng.uniform(0.55, 0.95), rng.uniform(0.003, 0.05)
    return case(round((1 - factor) / 2, 4), 2.0, round(tolerance, 4))


@steps.asks("jumping across", case(0.9, 2.0, 0.01), case(1.5, 1.0, 0.2))
def _(rng):
    factor, tolerance = rng.uniform(0.55, 0.95), rng.uniform(0.003, 0.05)
    return case(round((1 + factor) / 2, 4), 2.0, round(tolerance, 4))


@steps.asks("never", case(1.1, 2.0, 0.01), case(1.0, 2.0, 0.5), case(0.0, 2.0, 0.1))
def _(rng):
    return case(round(rng.uniform(1.01, 3.0), 3), 2.0, 0.01)


steps.asks_only(
    "landing at once",
    case(0.5, 2.0, 1e-9),
    case(0.25, 4.0, 1e-3),
    case(0.3, 2.0, 1.0),
)


@steps.mistake(
    "one step too few",
    "after this many steps the error is still larger than the tolerance. Round up; the "
    "step that lands counts too.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = abs(1 - learning_rate * curvature), 0, 1.0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance:
        left, n = left * factor, n + 1
    return max(n - 1, 0)


@steps.mistake(
    "one step too many",
    "the tolerance is already met one step earlier. Count from 0: no step taken.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = abs(1 - learning_rate * curvature), 0, 1.0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance:
        left, n = left * factor, n + 1
    return n + 1


@steps.mistake(
    "equal is not enough",
    "an error just as large as the tolerance will do, so with tolerance 1 the start "
    "itself does: 0 steps.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = abs(1 - learning_rate * curvature), 0, 1.0
    if factor >= 1:
        return None
    while left >= tolerance:
        left, n = left * factor, n + 1
    return n


@steps.mistake(
    "not a whole number",
    "there is no part of a step: round up to a whole number.",
)
def _(learning_rate, curvature, tolerance):
    from math import log

    factor = abs(1 - learning_rate * curvature)
    if factor >= 1:
        return None if tolerance < 1 else 0
    return log(tolerance) / log(factor) if factor else 1


@steps.mistake(
    "sign of the factor kept",
    "a negative factor jumps across the minimum, and the error still shrinks. Compare "
    "the factor's size.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = 1 - learning_rate * curvature, 0, 1.0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance:
        left, n = left * factor, n + 1
    return n


@steps.mistake(
    "no answer for jumping rates",
    "a rate beyond 1/λ overshoots, but up to 2/λ it converges. Only a factor of size "
    "1 or more never gets there.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = 1 - learning_rate * curvature, 0, 1.0
    if factor < 0 or factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance:
        left, n = left * factor, n + 1
    return n


@steps.mistake(
    "loss instead of error",
    "this counts until the loss has shrunk that far. The loss is the error squared, so "
    "it gets there in half the steps.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = (1 - learning_rate * curvature) ** 2, 0, 1.0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance:
        left, n = left * factor, n + 1
    return n


@steps.mistake(
    "curvature taken for 1",
    "the factor is 1 − ηλ: the curvature is missing.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = abs(1 - learning_rate), 0, 1.0
    if factor >= 1:
        return None if tolerance < 1 else 0
    while left > tolerance and n < 100_000:
        left, n = left * factor, n + 1
    return n


@steps.mistake(
    "number instead of None",
    "where the error never shrinks that far there is no number of steps: return None.",
)
def _(learning_rate, curvature, tolerance):
    factor, n, left = abs(1 - learning_rate * curvature), 0, 1.0
    while left > tolerance and n < 1000:
        left, n = left * factor, n + 1
    return n


optimize = Exercise("optimize_constant", LESSON, "optimize", rel=1e-4, abs=1e-6)


@optimize.asks("the source's two runs", case(), case(0.1), case(initial_lr=0.3))
def _(rng):
    return case(initial_lr=round(rng.uniform(0.02, 0.4), 3))


@optimize.asks("any length", case(0.2, 1), case(0.9, num_iterations=7))
def _(rng):
    return case(round(rng.uniform(0.05, 0.4), 3), rng.randint(2, 12))


optimize.asks_only("no iterations", case(0.1, 0), case(num_iterations=0))


@optimize.mistake(
    "x recorded before the step",
    "your first entry is the start, 500, and the last step is missing. Record x after "
    "`optimizer.step()`.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        xs.append(x.item())
        lrs.append(initial_lr)
        optimizer.step()
    return xs, lrs


@optimize.mistake(
    "start recorded too",
    "there is one entry more than iterations: the start does not belong in "
    "x_history here.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [x.item()], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "start recorded in both lists",
    "both lists have one entry more than iterations: the start belongs in neither.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [x.item()], [initial_lr]
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "half the loss",
    "these are the steps of x²/2, whose slope is x. The loss is x², with the slope 2x.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2 / 2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "gradients not cleared",
    "gradients pile up from one iteration to the next. Call `optimizer.zero_grad()` "
    "in every round.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "loss recorded instead of x",
    "x_history holds the loss x² where it should hold x.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(loss.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "histories swapped",
    "the two lists come back in the wrong order: x_history first, then lr_history.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return lrs, xs


@optimize.mistake(
    "only the end returned",
    "this is where the run ended. Return the two lists, one entry per iteration.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
    return x.item(), initial_lr


@optimize.mistake(
    "one iteration too few",
    "you stop one iteration early. `range(n)` already gives n rounds.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(1, num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "climbing",
    "this run climbs: the gradient was added. Plain SGD subtracts it.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr, maximize=True)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs


@optimize.mistake(
    "started elsewhere",
    "every run starts from x = 500.0, yours from another value.",
)
def _(initial_lr=1.05, num_iterations=20):
    import torch

    x = torch.tensor(5.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, lrs = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        lrs.append(initial_lr)
    return xs, lrs
