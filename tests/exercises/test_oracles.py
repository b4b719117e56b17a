"""The references against torch, autograd or a closed form, over their contracts."""

import math

import numpy as np
import pytest
import torch
from exercise_checks import ROOT
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.optim import SGD, AdamW
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gdgrader.exercises import exercises
from gdgrader.exercises.reference import load_reference, source_notebook
from gdhelpers import stability
from gdhelpers.batches_rule import batches_problem
from gdhelpers.cases import encode
from gdhelpers.scheduler_bugs import BUGS, make_trace
from gdhelpers.split_rule import split_problem

oracle = settings(deadline=None, max_examples=60, derandomize=True)
TINY = 1e-300  # where floats begin to have fewer digits


def reference(name: str):
    exercise = exercises()[name]
    return load_reference(source_notebook(exercise.lesson, ROOT))[exercise.function]


def number(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


rates = number(1e-4, 100)
thetas = number(-1e3, 1e3)


def torch_rates(make, initial_lr, steps):
    """The rates that torch uses in so many steps, and the one after them."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    scheduler = make(optimizer)
    used = [optimizer.param_groups[0]["lr"]]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        used.append(optimizer.param_groups[0]["lr"])
    return used


# Lesson 01


@oracle
@given(theta=thetas, learning_rate=number(0, 10))
def test_a_single_step_is_one_of_autograd(theta, learning_rate):
    x = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    (x**2).backward()
    expected = (x - learning_rate * x.grad).item()
    got = reference("single_step_gradient_descent")(theta, learning_rate)
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-12 * abs(theta) + TINY)


@oracle
@given(theta=thetas, learning_rate=number(0, 2), steps=st.integers(0, 300))
def test_gradient_descent_is_the_closed_form(theta, learning_rate, steps):
    expected = theta * (1 - 2 * learning_rate) ** steps
    got = reference("gradient_descent")(theta, learning_rate, steps)
    # Near 1/2 both factors are rounded, each in its own way.
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-12 * abs(theta) + TINY)


@oracle
@given(learning_rate=number(0, 10), curvature=number(-50, 50), start=thetas)
def test_the_contraction_factor_is_what_a_step_does(learning_rate, curvature, start):
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    (curvature / 2 * x**2).backward()
    after = (x - learning_rate * x.grad).item()
    factor = reference("contraction_factor")(learning_rate, curvature)
    assert factor * start == pytest.approx(after, rel=1e-9, abs=1e-9)


# Lesson 02


@oracle
@given(curvature=number(1e-3, 1e3), start=number(0.1, 10))
def test_beyond_the_largest_stable_rate_errors_grow(curvature, start):
    bound = reference("max_stable_lr")(curvature)
    factor = reference("contraction_factor")
    assert (
        abs(factor(bound * 0.999, curvature))
        < 1
        < abs(factor(bound * 1.001, curvature))
    )
    assert factor(bound, curvature) == pytest.approx(-1)


@oracle
@given(
    factor=st.one_of(number(-1.5, 1.5), st.sampled_from([0.0, 1.0, -1.0])),
    curvature=number(0.1, 50),
    tolerance=number(1e-6, 3),
)
def test_the_steps_to_a_tolerance_are_those_of_a_loop(factor, curvature, tolerance):
    learning_rate = (1 - factor) / curvature
    assume(learning_rate >= 0)
    factor = abs(1 - learning_rate * curvature)
    assume(factor < 0.98 or factor >= 1)
    left, n = 1.0, 0
    while left > tolerance and factor < 1:
        # Where a step just lands on the tolerance, rounding decides.
        assume(abs(left * factor / tolerance - 1) > 1e-7)
        left, n = left * factor, n + 1
    expected = n if left <= tolerance else None
    assert (
        reference("steps_to_tolerance")(learning_rate, curvature, tolerance) == expected
    )


def torch_run(initial_lr, steps, make=None):
    """x in float64 by torch's own optimizer and scheduler, and the rates used."""
    x = torch.tensor(500.0, dtype=torch.float64, requires_grad=True)
    optimizer = SGD([x], lr=initial_lr)
    scheduler = make(optimizer) if make else None
    xs, used = [], []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        xs.append(x.item())
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
    return xs, used


def assert_same_run(got, expected):
    xs, used = expected
    assert got[1] == pytest.approx(used, rel=1e-12)
    # float32 loses the more where a rate near 1/2 leaves little of x.
    assert got[0] == pytest.approx(xs, rel=1e-4, abs=1e-3)


CONSTANT = ["optimize_constant", "optimize_scheduled", "optimize_plateau"]


@pytest.mark.parametrize("name", CONSTANT)
@oracle
@given(initial_lr=number(0, 1.2), steps=st.integers(0, 30))
def test_the_loop_at_a_constant_rate_is_torch_s(name, initial_lr, steps):
    assert_same_run(reference(name)(initial_lr, steps), torch_run(initial_lr, steps))


@pytest.mark.parametrize("initial_lr", [math.inf, -math.inf, math.nan])
def test_a_rate_that_is_no_number_is_refused(initial_lr):
    with pytest.raises(ValueError, match="finite"):
        reference("optimize_constant")(initial_lr, 3)
    with pytest.raises(ValueError, match="num_iterations ≥ 0"):
        reference("optimize_constant")(0.1, -1)


schedulers = st.one_of(
    st.builds(
        lambda n, g: lambda o: StepLR(o, n, g), st.integers(1, 9), number(0.1, 0.99)
    ),
    st.builds(lambda g: lambda o: ExponentialLR(o, g), number(0.5, 0.99)),
    st.builds(
        lambda n, low: lambda o: CosineAnnealingLR(o, n, low),
        st.integers(1, 40),
        number(0, 0.1),
    ),
    st.builds(
        lambda f, n: lambda o: LinearLR(o, f, 1.0, n), number(0.1, 1), st.integers(1, 9)
    ),
    st.builds(
        lambda n, g: (
            lambda o: SequentialLR(
                o, [LinearLR(o, 0.5, 1.0, n), MultiStepLR(o, [2, 5], g)], [n]
            )
        ),
        st.integers(1, 5),
        number(0.2, 0.9),
    ),
)


@pytest.mark.parametrize("name", ["optimize_scheduled", "optimize_plateau"])
@oracle
@given(initial_lr=number(0.01, 0.4), steps=st.integers(0, 25), make=schedulers)
def test_the_loop_with_a_scheduler_is_torch_s(name, initial_lr, steps, make):
    got = reference(name)(initial_lr, steps, make)
    assert_same_run(got, torch_run(initial_lr, steps, make))


@oracle
@given(
    initial_lr=st.sampled_from([0.1, 0.3, 1.02, 1.1, 1.3]),
    steps=st.integers(0, 20),
    mode=st.sampled_from(["min", "max"]),
    patience=st.integers(0, 3),
    factor=st.sampled_from([0.5, 0.7]),
    cooldown=st.integers(0, 2),
)
def test_the_loop_on_a_plateau_is_torch_s(initial_lr, steps, **how):
    def make(optimizer):
        return ReduceLROnPlateau(optimizer, **how)

    got = reference("optimize_plateau")(initial_lr, steps, make)
    assert_same_run(got, torch_run(initial_lr, steps, make))


# Lesson 03


@st.composite
def data(draw, least=1):
    n, d = draw(st.integers(least, 6)), draw(st.integers(1, 4))
    entries = number(-5, 5)

    def tensor(*shape):
        count = math.prod(shape)
        values = draw(st.lists(entries, min_size=count, max_size=count))
        return torch.tensor(values, dtype=torch.float64).reshape(shape)

    return tensor(n, d), tensor(n), tensor(d)


def near(got, expected):
    return torch.allclose(got, expected, rtol=1e-9, atol=1e-9)


@oracle
@given(data())
def test_the_mean_squared_error_is_torch_s(drawn):
    x, y, a = drawn
    mse = reference("mse")
    for left, right in ((x @ a, y), (x, x.flip(0)), (y[0], a[0])):
        expected = torch.nn.functional.mse_loss(left, right)
        assert near(mse(left, right), expected) and mse(left, right).shape == ()


@oracle
@given(data())
def test_its_gradient_is_autograd_s(drawn):
    x, y, a = drawn
    followed = a.clone().requires_grad_()
    torch.nn.functional.mse_loss(x @ followed, y).backward()
    before = a.clone()
    assert near(reference("mse_gradient")(x, y, a), followed.grad)
    assert torch.equal(a, before)


@oracle
@given(data())
def test_the_largest_stable_rate_is_2_over_the_largest_eigenvalue(drawn):
    x, y, a = drawn
    assume(x.abs().max() > 1e-3)
    hessian = torch.autograd.functional.hessian(
        lambda w: torch.nn.functional.mse_loss(x @ w, y), a
    )
    largest = max(torch.linalg.eigvals(hessian).real.tolist())
    assert reference("max_stable_lr_for")(x) == pytest.approx(2 / largest, rel=1e-7)


@oracle
@given(data(), number(0, 0.05), st.integers(0, 30))
def test_a_fit_is_torch_s_optimizer(drawn, learning_rate, steps):
    x, y, start = drawn
    a = start.clone().requires_grad_()
    optimizer = SGD([a], lr=learning_rate)
    losses = []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(x @ a, y)
        losses.append(loss.item())
        if len(losses) <= steps:
            loss.backward()
            optimizer.step()
    assume(max(losses) < 1e6)
    before = start.clone()
    weights, got = reference("fit")(x, y, learning_rate, steps, start)
    assert torch.allclose(weights, a.detach(), rtol=1e-7, atol=1e-9)
    assert got == pytest.approx(losses, rel=1e-7, abs=1e-9)
    assert torch.equal(start, before)


@oracle
@given(data(least=4))
def test_a_long_fit_ends_at_least_squares(drawn):
    x, y, start = drawn
    curvatures = torch.linalg.eigvalsh(2 / len(x) * x.T @ x)
    assume(curvatures[0] > 0.05 * curvatures[-1] > 1e-3)
    rate = reference("max_stable_lr_for")(x) / 2
    weights, _ = reference("fit")(x, y, rate, 600, start)
    best = torch.linalg.lstsq(x, y).solution
    assert torch.allclose(weights, best, rtol=1e-6, atol=1e-6)


@oracle
@given(curvatures=st.lists(st.sampled_from([0.1, 0.3, 0.7, 1.0, 2.5, 9.0]), min_size=1))
def test_the_landing_rates_are_the_fewest_that_leave_nothing(curvatures):
    asked = list(curvatures)
    found = reference("landing_rates")(asked)
    assert asked == curvatures and found == sorted(found)
    # A product of fewer factors 1 − ηλ cannot be 0 at so many curvatures.
    assert len(found) == len(set(curvatures))
    for curvature in curvatures:
        left = math.prod(1 - lr * curvature for lr in found)
        assert left == pytest.approx(0, abs=1e-12)


# Lesson 04


@oracle
@given(n=st.integers(1, 200), batch_size=st.integers(1, 60), seed=st.integers(0, 2**31))
def test_batches_are_an_epoch_of_torch_s_loader_cut_alike(n, batch_size, seed):
    batches = reference("epoch_batches")(n, batch_size, seed)
    loader = torch.utils.data.DataLoader(range(n), batch_size)
    assert [len(batch) for batch in batches] == [len(batch) for batch in loader]
    assert sorted(torch.cat(list(batches)).tolist()) == list(range(n))
    again = reference("epoch_batches")(n, batch_size, seed)
    assert all(map(torch.equal, batches, again))
    assert batches_problem(encode(batches), {"args": [n, batch_size, seed]}) == ""


@oracle
@given(
    stiff=number(0.01, 1.9),
    curvature=number(0.01, 100),
    sigma=number(0, 10),
    batch_size=st.integers(1, 100),
)
def test_the_floor_is_where_the_variance_stays(stiff, curvature, sigma, batch_size):
    lr = stiff / curvature
    floor = reference("noise_floor")(lr, curvature, sigma, batch_size)
    variance = 2 * floor / curvature
    after = (1 - lr * curvature) ** 2 * variance + lr**2 * sigma**2 / batch_size
    assert after == pytest.approx(variance, rel=1e-9, abs=1e-300)
    assert floor == pytest.approx(
        stability.noise_floor(lr, curvature, sigma, batch_size), rel=1e-9, abs=1e-300
    )


@oracle
@given(
    gradients=st.lists(number(-5, 5), min_size=1, max_size=8),
    lr=number(0, 1),
    momentum=number(0.01, 0.99),
    nesterov=st.booleans(),
)
def test_a_step_with_momentum_is_torch_s(gradients, lr, momentum, nesterov):
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = SGD([w], lr=lr, momentum=momentum, nesterov=nesterov)
    theta, velocity = w.detach().clone(), torch.zeros(2, dtype=torch.float64)
    for gradient in gradients:
        w.grad = torch.tensor([gradient, 1 - gradient], dtype=torch.float64)
        optimizer.step()
        theta, velocity = reference("momentum_step")(
            theta, velocity, w.grad, lr, momentum, nesterov
        )
        assert near(theta, w.detach())
        assert near(velocity, optimizer.state[w]["momentum_buffer"])


@oracle
@given(curvature=number(0.01, 100), momentum=number(0, 0.99), nesterov=st.booleans())
def test_the_bound_with_momentum_is_where_a_root_is_one(curvature, momentum, nesterov):
    bound = reference("max_stable_lr_momentum")(curvature, momentum, nesterov)
    assert stability.contraction(0.999 * bound, curvature, momentum, nesterov) < 1
    assert stability.contraction(1.001 * bound, curvature, momentum, nesterov) > 1


@oracle
@given(
    sizes=st.lists(st.integers(1, 4), max_size=5),
    lr=number(0.001, 0.05),
    gamma=number(0.5, 1),
    per=st.sampled_from(["batch", "epoch"]),
    seed=st.integers(0, 1000),
)
def test_an_epoch_is_torch_s_own_loop(sizes, lr, gamma, per, seed):
    generator = torch.Generator().manual_seed(seed)
    batches = [
        [torch.rand(n, d, dtype=torch.float64, generator=generator) for d in (2, 1)]
        for n in sizes
    ]
    models = [torch.nn.Linear(2, 1, dtype=torch.float64) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    optimizers = [SGD(m.parameters(), lr=lr, momentum=0.9) for m in models]
    schedulers = [ExponentialLR(o, gamma) for o in optimizers]
    losses, used = [], []
    for x, y in batches:
        optimizers[0].zero_grad()
        loss = torch.nn.functional.mse_loss(models[0](x), y)
        losses.append(loss.item())
        used.append(optimizers[0].param_groups[0]["lr"])
        loss.backward()
        optimizers[0].step()
        if per == "batch":
            schedulers[0].step()
    if per == "epoch":
        schedulers[0].step()
    got = reference("train_epoch")(
        models[1], batches, torch.nn.MSELoss(), optimizers[1], schedulers[1], per
    )
    assert got == (losses, used)
    assert all(map(torch.equal, models[0].parameters(), models[1].parameters()))
    assert schedulers[0].get_last_lr() == schedulers[1].get_last_lr()


# Lesson 05


@oracle
@given(
    initial_lr=rates,
    step_size=st.integers(1, 40),
    gamma=number(0, 1),
    t=st.integers(0, 120),
)
def test_step_decay_is_torch_s(initial_lr, step_size, gamma, t):
    used = torch_rates(lambda o: StepLR(o, step_size, gamma), initial_lr, t)
    got = reference("step_lr")(t, initial_lr, step_size, gamma)
    assert got == pytest.approx(used[t], rel=1e-9, abs=1e-300)


@oracle
@given(
    bug=st.sampled_from(BUGS),
    initial_lr=number(0.01, 10),
    step_size=st.integers(2, 8),
    gamma=number(0.1, 0.9),
    more=st.integers(1, 6),
    batches=st.integers(1, 7),
)
def test_each_bug_is_named(bug, initial_lr, step_size, gamma, more, batches):
    assume(step_size % batches or batches == 1)
    assume(bug != "stepped per batch" or batches > 1)
    epochs = 2 * step_size + more
    trace = make_trace(bug, initial_lr, step_size, gamma, epochs, batches)
    assert reference("spot_the_bug")(trace) == bug


# Lesson 06

metrics = st.one_of(
    number(-3, 3),
    st.sampled_from([-1.0, 0.0, 0.9999, 1.0, 1.0001, math.nan, math.inf, -math.inf]),
)


@oracle
@given(
    series=st.lists(metrics, max_size=25),
    initial_lr=st.sampled_from([1e-3, 0.04, 0.4, 2.0]),
    mode=st.sampled_from(["min", "max"]),
    factor=st.sampled_from([0.0, 0.1, 0.5, 0.9]),
    patience=st.integers(0, 4),
    threshold=st.sampled_from([0.0, 1e-4, 0.02, 1.5]),
    cooldown=st.integers(0, 3),
    min_lr=st.sampled_from([0.0, 0.03, 0.4, 5.0]),
)
def test_the_plateau_rule_is_torch_s(series, initial_lr, **how):
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    scheduler = ReduceLROnPlateau(optimizer, **how, eps=0)
    expected = []
    for metric in series:
        scheduler.step(metric)
        expected.append(optimizer.param_groups[0]["lr"])
    given_to = list(series)
    got = reference("simulate_plateau")(given_to, initial_lr, **how)
    assert got == expected
    assert repr(given_to) == repr(series)


@pytest.mark.parametrize("initial_lr", [0.01, 0.1, 0.149])
def test_a_rate_below_the_lowest_is_left_alone(initial_lr):
    got = reference("simulate_plateau")([1.0] * 5, initial_lr, patience=0, min_lr=0.15)
    assert got == [initial_lr] * 5


@oracle
@given(n=st.integers(1, 200), share=number(0, 1), seed=st.integers(0, 2**31))
def test_a_split_is_fair_and_repeatable(n, share, seed):
    n_val = round(share * n)
    split = reference("split_train_val")
    first, again = ([part.tolist() for part in split(n, n_val, seed)] for _ in range(2))
    assert first == again
    assert sorted(first[0] + first[1]) == list(range(n)) and len(first[1]) == n_val
    if n >= 40:  # below, chance may make an order
        assert split_problem(first, {"args": [n, n_val, seed]}) == ""


# Lesson 07


@oracle
@given(
    total=st.integers(1, 150),
    max_lr=rates,
    share=number(0, 1),
    at=number(0, 1.5),
)
def test_the_cosine_is_torch_s(total, max_lr, share, at):
    t, min_lr = round(at * total), share * max_lr
    used = torch_rates(
        lambda o: CosineAnnealingLR(o, total, min_lr), max_lr, min(t, total)
    )
    got = reference("cosine_lr")(t, total, max_lr, min_lr)
    assert got == pytest.approx(used[-1], rel=1e-7, abs=1e-9 * max_lr)


@oracle
@given(
    total=st.integers(3, 150),
    max_lr=rates,
    pct_start=number(0.01, 0.99),
    div_factor=number(1.5, 200),
    final_div_factor=number(1.5, 1e5),
    at=number(0, 1.5),
)
def test_one_cycle_is_torch_s(total, max_lr, at, **shape):
    assume(1.001 < shape["pct_start"] * total < total - 0.001)
    t = round(at * total)
    used = torch_rates(
        lambda o: OneCycleLR(o, max_lr, total, cycle_momentum=False, **shape),
        max_lr,
        min(t, total - 1),
    )
    got = reference("one_cycle_lr")(t, total, max_lr, **shape)
    assert got == pytest.approx(used[-1], rel=1e-9, abs=1e-12 * max_lr)


@oracle
@given(
    steps=st.integers(1, 60),
    start=number(0.01, 1),
    initial_lr=rates,
    gamma=number(0.5, 1),
    t=st.integers(0, 90),
)
def test_a_warm_up_is_torch_s(steps, start, initial_lr, gamma, t):
    def make(optimizer):
        rise = LinearLR(optimizer, start, 1.0, steps)
        return SequentialLR(optimizer, [rise, ExponentialLR(optimizer, gamma)], [steps])

    used = torch_rates(make, initial_lr, t)
    lr = reference("warmup_then")(lambda s: initial_lr * gamma**s, steps, start)
    assert lr(t) == pytest.approx(used[t], rel=1e-7)


@oracle
@given(steps=st.integers(0, 60), t=st.integers(0, 90), start=number(0, 1))
def test_a_warm_up_joins_any_schedule_at_its_beginning(steps, t, start):
    def wave(s):
        return 2 + math.sin(s)

    lr = reference("warmup_then")(wave, steps, start)
    if t >= steps:
        assert lr(t) == wave(t - steps)
    else:
        assert lr(t) == pytest.approx(wave(0) * (start + (1 - start) * t / steps))


accuracies = st.lists(st.tuples(number(80, 100), number(80, 100)), min_size=2)


@oracle
@given(pairs=accuracies, level=number(0.05, 0.999))
def test_an_interval_is_that_of_the_differences(pairs, level):
    """Against torch's mean and deviation, and the density of torch's Student's t."""
    a, b = map(list, zip(*pairs, strict=True))
    got, half = reference("paired_interval")(a, b, level)
    leads = torch.tensor(a, dtype=torch.float64) - torch.tensor(b, dtype=torch.float64)
    assert got == pytest.approx(leads.mean().item(), abs=1e-9)
    error = (leads.std() / len(a) ** 0.5).item()
    assume(error > 1e-6)
    widest = math.atan(half / error)
    angles = torch.linspace(-widest, widest, 4001, dtype=torch.float64)
    density = torch.distributions.StudentT(
        torch.tensor(len(a) - 1.0, dtype=torch.float64)
    )
    values = density.log_prob(angles.tan()).exp() / angles.cos() ** 2
    share = torch.trapezoid(values, angles).item()
    assert share == pytest.approx(level, abs=1e-4)


@oracle
@given(pairs=accuracies, lead=number(-3, 3), level=number(0.05, 0.999))
def test_what_a_seed_brings_to_both_drops_out(pairs, lead, level):
    b = [x for x, _ in pairs]
    got, half = reference("paired_interval")([x + lead for x in b], b, level)
    assert got == pytest.approx(lead, abs=1e-9)
    assert half == pytest.approx(0, abs=1e-8)


# Lesson 09

entries = st.lists(number(-50, 50), min_size=2, max_size=2)


@oracle
@given(rows=st.lists(entries, min_size=1, max_size=8), decay=number(0, 1))
def test_an_average_is_torch_s(rows, decay):
    model = torch.nn.Linear(2, 1, bias=False).double()
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
    run = [torch.tensor(row, dtype=torch.float64) for row in rows]
    for theta in run:
        model.weight.data.copy_(theta.view(1, 2))
        average.update_parameters(model)
    wanted = average.module.weight.detach().flatten()
    assert torch.allclose(reference("ema")(run, decay), wanted, atol=1e-9)


@oracle
@given(
    start=entries,
    gradients=st.lists(entries, min_size=1, max_size=5),
    lr=number(0, 1),
    weight_decay=number(0, 2),
)
def test_steps_of_adamw_are_torch_s(start, gradients, lr, weight_decay):
    theirs = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = AdamW([theirs], lr=lr, weight_decay=weight_decay)
    mine, zero = theirs.detach().clone(), torch.zeros(2, dtype=torch.float64)
    state = (0, zero, zero)
    for row in gradients:
        theirs.grad = torch.tensor(row, dtype=torch.float64)
        mine, state = reference("adamw_step")(
            mine, state, theirs.grad, lr, weight_decay
        )
        optimizer.step()
    assert torch.allclose(mine, theirs.detach(), rtol=1e-7, atol=1e-9)
    kept = optimizer.state[theirs]
    assert state[0] == kept["step"] == len(gradients)
    assert torch.allclose(state[1], kept["exp_avg"], atol=1e-9)
    assert torch.allclose(state[2], kept["exp_avg_sq"], atol=1e-9)


@oracle
@given(used=st.lists(number(0, 2), max_size=8), weight_decay=number(0, 2))
def test_what_decay_leaves_is_what_adamw_leaves(used, weight_decay):
    theta = torch.ones(1, dtype=torch.float64, requires_grad=True)
    theta.grad = torch.zeros(1, dtype=torch.float64)
    optimizer = AdamW([theta], weight_decay=weight_decay)
    for lr in used:
        optimizer.param_groups[0]["lr"] = lr
        optimizer.step()
    got = reference("shrinkage")(used, weight_decay)
    assert got == pytest.approx(theta.item(), rel=1e-9, abs=1e-12)


@oracle
@given(
    parts=st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50)),
    max_lr=rates,
)
def test_warm_up_stable_decay_is_a_line_through_four_points(parts, max_lr):
    warmup, stable, decay = parts
    total = sum(parts)
    for t in range(total + 3):
        xs, ys = [0, warmup], [0, max_lr]
        if t >= warmup:
            xs, ys = [warmup + stable, total], [max_lr, 0]
        wanted = np.interp(t, xs, ys)
        got = reference("wsd_lr")(t, total, max_lr, warmup, decay)
        assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9 * max_lr)
