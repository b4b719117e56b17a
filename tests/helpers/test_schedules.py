"""Each schedule against torch's scheduler of the kind, to 1e-12 over its range."""

import math
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import SGD, lr_scheduler
from torch.optim.swa_utils import SWALR

from gdhelpers import schedules as s

rates = st.floats(1e-4, 10.0)
gammas = st.floats(0.05, 1.0)
steps = st.integers(1, 120)
quick = settings(deadline=None, max_examples=60)


def torch_rates(lr, num_steps, make_scheduler):
    """The rates an optimizer holds at steps 0..num_steps-1 under torch's scheduler."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*epoch parameter in.*")
        scheduler = make_scheduler(optimizer)
        found = []
        for t in range(num_steps):
            found.append(optimizer.param_groups[0]["lr"])
            if t < num_steps - 1:
                optimizer.step()
                scheduler.step()
    return found


def assert_same(schedule, lr, num_steps, make_scheduler):
    ours = [schedule(t) for t in range(num_steps)]
    theirs = torch_rates(lr, num_steps, make_scheduler)
    assert ours == pytest.approx(theirs, abs=1e-12, rel=1e-12)


@quick
@given(rates)
def test_constant(lr):
    assert_same(s.constant(lr), lr, 5, lambda o: lr_scheduler.ConstantLR(o, factor=1.0))


@quick
@given(rates, st.integers(1, 40), gammas)
def test_step_decay(lr, size, gamma):
    assert_same(
        s.step_decay(lr, size, gamma),
        lr,
        120,
        lambda o: lr_scheduler.StepLR(o, size, gamma),
    )


@quick
@given(rates, st.lists(st.integers(0, 100), max_size=6), gammas)
def test_multi_step(lr, milestones, gamma):
    # torch never reaches a milestone at 0: its counter starts there.
    milestones = [m + 1 for m in milestones]
    assert_same(
        s.multi_step(lr, milestones, gamma),
        lr,
        120,
        lambda o: lr_scheduler.MultiStepLR(o, sorted(milestones), gamma),
    )


@quick
@given(rates, gammas)
def test_exponential(lr, gamma):
    assert_same(
        s.exponential(lr, gamma),
        lr,
        120,
        lambda o: lr_scheduler.ExponentialLR(o, gamma),
    )


@quick
@given(rates, st.floats(0, 10))
def test_inverse_time(lr, decay):
    assert_same(
        s.inverse_time(lr, decay),
        lr,
        120,
        lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + decay * t)),
    )


@quick
@given(rates, steps, st.floats(0.1, 5))
def test_polynomial(lr, total, power):
    assert_same(
        s.polynomial(lr, total, power),
        lr,
        total + 20,
        lambda o: lr_scheduler.PolynomialLR(o, total, power),
    )


@quick
@given(rates, steps, rates)
def test_polynomial_of_power_1_is_linear(lr, total, final):
    straight, curve = s.linear(lr, total, final), s.polynomial(lr, total, 1, final)
    for t in range(total + 5):
        assert curve(t) == pytest.approx(straight(t), abs=1e-12)


@quick
@given(rates, steps, st.floats(0.01, 1), st.floats(0, 1))
def test_linear(lr, total, start, end):
    assert_same(
        s.linear(lr * start, total, lr * end),
        lr,
        total + 20,
        lambda o: lr_scheduler.LinearLR(o, start, end, total),
    )


@quick
@given(rates, steps, st.floats(1e-6, 1e6))
def test_geometric(lr, total, factor):
    assert_same(
        s.geometric(lr, lr * factor, total),
        lr,
        total + 1,
        lambda o: lr_scheduler.ExponentialLR(o, factor ** (1 / total)),
    )
    up = s.geometric(lr, lr * factor, total)
    assert (up(0), up(total), up(total + 7)) == (lr, lr * factor, lr * factor)


@quick
@given(rates, steps, st.floats(0, 1), st.booleans())
def test_going_over_to_averaging_is_a_cosine_or_a_line(lr, total, final, straight):
    assert_same(
        (s.linear if straight else s.cosine)(lr, total, lr * final),
        lr,
        total + 1,
        lambda o: SWALR(o, lr * final, total, "linear" if straight else "cos"),
    )


@quick
@given(rates, steps, st.floats(0, 1))
def test_cosine(lr, total, floor):
    assert_same(
        s.cosine(lr, total, lr * floor),
        lr,
        total + 1,
        lambda o: lr_scheduler.CosineAnnealingLR(o, total, lr * floor),
    )
    assert s.cosine(lr, total, lr * floor)(total + 7) == lr * floor


@quick
@given(rates, st.integers(1, 40), st.integers(1, 4), st.floats(0, 1))
def test_cosine_restarts(lr, period, mult, floor):
    assert_same(
        s.cosine_restarts(lr, period, mult, lr * floor),
        lr,
        150,
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, period, mult, lr * floor),
    )


@quick
@given(rates, steps, st.floats(0, 1), st.floats(1, 50), st.floats(1, 1e5))
def test_one_cycle(lr, total, pct, div, final_div):
    if pct * total == 1:
        return  # torch divides by zero here; see the next test
    schedule = s.one_cycle(lr, total, pct, div, final_div)
    assert_same(
        schedule,
        lr,
        total,
        lambda o: lr_scheduler.OneCycleLR(
            o,
            lr,
            total,
            pct_start=pct,
            div_factor=div,
            final_div_factor=final_div,
            cycle_momentum=False,
        ),
    )
    assert schedule(total + 9) == schedule(total - 1)


@pytest.mark.parametrize("total", [1, 2, 4, 10])
def test_one_cycle_starts_at_its_peak_when_the_rise_is_one_step(total):
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    with pytest.raises(ZeroDivisionError):
        lr_scheduler.OneCycleLR(
            optimizer, 1.0, total, pct_start=1 / total, cycle_momentum=False
        )
    lr = s.one_cycle(1.0, total, pct_start=1 / total)
    assert lr(0) == 1.0
    if total > 1:
        assert lr(total - 1) == pytest.approx(1 / 25e4)


@quick
@given(rates, st.integers(1, 40), st.floats(0.01, 1), gammas)
def test_warmup_then(lr, warmup, start, gamma):
    assert_same(
        s.warmup_then(s.exponential(lr, gamma), warmup, start),
        lr,
        warmup + 60,
        lambda o: lr_scheduler.SequentialLR(
            o,
            [
                lr_scheduler.LinearLR(o, start, 1.0, warmup),
                lr_scheduler.ExponentialLR(o, gamma),
            ],
            [warmup],
        ),
    )


@quick
@given(rates, st.integers(1, 40), st.floats(0.01, 1), gammas)
def test_product(lr, warmup, start, gamma):
    assert_same(
        s.product(s.linear(start, warmup, 1.0), s.exponential(lr, gamma)),
        lr,
        warmup + 60,
        lambda o: lr_scheduler.ChainedScheduler(
            [
                lr_scheduler.LinearLR(o, start, 1.0, warmup),
                lr_scheduler.ExponentialLR(o, gamma),
            ]
        ),
    )


@quick
@given(
    rates,
    st.integers(0, 40),
    st.integers(1, 30),
    st.floats(0, 1),
    st.floats(0.2, 3),
    gammas,
)
def test_cooldown_leaves_the_run_and_falls(lr, start, decay, floor, power, gamma):
    run = s.exponential(lr, gamma)
    branch = s.cooldown(run, start, decay, floor * run(start), power)
    assert_same(
        branch,
        lr,
        start + decay + 5,
        lambda o: lr_scheduler.LambdaLR(
            o,
            lambda t: (
                gamma ** min(t, start)
                * (1 - (1 - floor) * min(max(t - start, 0) / decay, 1) ** power)
            ),
        ),
    )
    assert branch(start + decay + 9) == pytest.approx(floor * run(start))


@quick
@given(
    rates, st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.floats(0, 1)
)
def test_wsd_is_a_branch_of_the_run_that_never_ends(lr, warmup, stable, decay, floor):
    run = s.warmup_then(s.constant(lr), warmup)
    branch = s.cooldown(run, warmup + stable, decay, floor * lr)
    whole = s.wsd(lr, warmup + stable + decay, warmup, decay, floor * lr)
    for t in range(warmup + stable + decay + 5):
        assert branch(t) == pytest.approx(whole(t), rel=1e-12, abs=1e-15)


@quick
@given(rates, st.integers(0, 30), st.integers(0, 30), st.integers(1, 30))
def test_wsd_is_its_three_straight_lines(lr, warmup, stable, decay):
    schedule = s.wsd(lr, warmup + stable + decay, warmup, decay)
    for t in range(warmup + stable + decay + 5):
        rise = t / warmup if t < warmup else 1.0
        fall = (warmup + stable + decay - t) / decay
        expected = lr * max(0.0, min(rise, fall, 1.0))
        assert schedule(t) == pytest.approx(expected, abs=1e-12)


@quick
@given(rates, st.integers(1, 30), st.integers(1, 30), gammas)
def test_join(lr, first, second, gamma):
    assert_same(
        s.join(
            [s.constant(lr), s.step_decay(lr, 3, gamma), s.linear(lr, 9, lr / 2)],
            [first, first + second],
        ),
        lr,
        first + second + 20,
        lambda o: lr_scheduler.SequentialLR(
            o,
            [
                lr_scheduler.ConstantLR(o, 1.0),
                lr_scheduler.StepLR(o, 3, gamma),
                lr_scheduler.LinearLR(o, 1.0, 0.5, 9),
            ],
            [first, first + second],
        ),
    )


ALL = {
    "constant": s.constant(0.3),
    "step_decay": s.step_decay(0.3, 4),
    "multi_step": s.multi_step(0.3, [2, 9]),
    "exponential": s.exponential(0.3, 0.9),
    "inverse_time": s.inverse_time(0.3),
    "polynomial": s.polynomial(0.3, 20, 2.0),
    "linear": s.linear(0.3, 20),
    "geometric": s.geometric(1e-4, 0.3, 20),
    "cosine": s.cosine(0.3, 20),
    "cosine_restarts": s.cosine_restarts(0.3, 4, 2),
    "one_cycle": s.one_cycle(0.3, 20),
    "warmup_then": s.warmup_then(s.constant(0.3), 5),
    "wsd": s.wsd(0.3, 20, 4, 6),
    "product": s.product(s.linear(0.1, 5, 1.0), s.cosine(0.3, 20)),
    "cooldown": s.cooldown(s.constant(0.3), 12, 6, power=0.5),
}


@pytest.mark.parametrize("name", ALL)
def test_a_schedule_holds_no_state_and_can_be_attached(name):
    schedule = ALL[name]
    forwards = [schedule(t) for t in range(25)]
    assert [schedule(t) for t in reversed(range(25))] == forwards[::-1]
    assert all(math.isfinite(lr) and 0 <= lr <= 0.3 + 1e-15 for lr in forwards)

    weights = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    optimizer = SGD([{"params": [weights[0]], "lr": 5.0}, {"params": [weights[1]]}])
    scheduler = s.attach(schedule, optimizer)
    for t in range(25):
        assert [g["lr"] for g in optimizer.param_groups] == [forwards[t]] * 2
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("loaded_first", ["optimizer", "scheduler"])
@pytest.mark.parametrize("attached_first", [True, False])
@pytest.mark.parametrize("name", ["step_decay", "cosine", "warmup_then"])
def test_a_training_is_resumed_at_its_own_rate(name, attached_first, loaded_first):
    def started():
        return SGD([torch.zeros(1, requires_grad=True)], lr=5.0, momentum=0.9)

    schedule, optimizer = ALL[name], started()
    scheduler = s.attach(schedule, optimizer)
    for _ in range(7):
        optimizer.step()
        scheduler.step()
    saved = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}

    again = started()
    if not attached_first:
        again.load_state_dict(saved["optimizer"])
    resumed = {"optimizer": again, "scheduler": s.attach(schedule, again)}
    for part in sorted(resumed, key=lambda part: part != loaded_first):
        if part == "scheduler" or attached_first:
            resumed[part].load_state_dict(saved[part])
    for t in range(7, 20):
        assert again.param_groups[0]["lr"] == schedule(t)
        again.step()
        resumed["scheduler"].step()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: s.constant(math.nan), "lr must be a finite number, got nan"),
        (lambda: s.step_decay(0.1, 0), "step_size must be ≥ 1, got 0"),
        (lambda: s.step_decay(0.1, 3, math.inf), "gamma must be a finite"),
        (lambda: s.multi_step(math.inf, [1]), "initial_lr must be a finite"),
        (lambda: s.exponential(0.1, math.nan), "gamma must be a finite"),
        (lambda: s.inverse_time(0.1, -1), "decay must be ≥ 0, got -1"),
        (lambda: s.polynomial(0.1, 10, 0), "power must be > 0, got 0"),
        (lambda: s.linear(0.1, -3), "total_steps must be ≥ 1, got -3"),
        (lambda: s.linear("0,1", 3), "initial_lr must be a number, got '0,1'"),
        (lambda: s.geometric(0, 1, 10), "initial_lr must be > 0, got 0"),
        (lambda: s.geometric(0.1, -1, 10), "final_lr must be > 0, got -1"),
        (lambda: s.geometric(0.1, 1, 0), "total_steps must be ≥ 1, got 0"),
        (lambda: s.product(), "schedules must be one or more, got none"),
        (lambda: s.cooldown(s.constant(1), -1, 5), "start must be ≥ 0, got -1"),
        (lambda: s.cooldown(s.constant(1), 3, 0), "decay_steps must be ≥ 1, got 0"),
        (lambda: s.cooldown(s.constant(1), 3, 5, math.nan), "min_lr must be a finite"),
        (lambda: s.cooldown(s.constant(1), 3, 5, 0, 0), "power must be > 0, got 0"),
        (lambda: s.cosine(0.1, math.nan), "total_steps must be ≥ 1, got nan"),
        (lambda: s.cosine_restarts(0.1, 5, 0), "period_mult must be ≥ 1, got 0"),
        (lambda: s.one_cycle(0.1, 10, 1.5), r"pct_start must lie in \[0, 1\], got 1.5"),
        (lambda: s.one_cycle(0.1, 10, div_factor=0), "div_factor and"),
        (lambda: s.warmup_then(s.constant(1), -1), "warmup_steps must be ≥ 0, got -1"),
        (lambda: s.wsd(0.1, 10, 6, 5), "must fit into total_steps = 10, got 6 . 5"),
        (lambda: s.join([s.constant(1)], [3]), "1 schedules need 0 boundaries"),
        (lambda: s.join([s.constant(1)] * 3, [5, 3]), "rising order"),
    ],
)
def test_bad_input_says_what_to_do(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
