"""A schedule is a function of the step: `lr = cosine(0.1, 50); lr(3)`.

Every function here returns such a function. It holds no state, so it can be
plotted, joined and reused without spoiling a later run. Steps count from 0, and
where torch has a scheduler of the kind, lr(t) is the rate it sets for step t.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gdhelpers.arguments import finite as _finite
from gdhelpers.arguments import positive

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LambdaLR

Schedule = Callable[[int], float]


def constant(lr: float) -> Schedule:
    """The same rate at every step: lr(t) = lr.

    >>> constant(0.1)(7)
    0.1
    """
    _finite(lr=lr)
    return lambda t: lr


def step_decay(initial_lr: float, step_size: int, gamma: float = 0.1) -> Schedule:
    """Multiply by `gamma` every `step_size` steps: lr(t) = lr₀ · γ^⌊t/n⌋ (StepLR).

    >>> lr = step_decay(1.0, step_size=2, gamma=0.5)
    >>> [lr(t) for t in range(6)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    _finite(initial_lr=initial_lr, gamma=gamma)
    _positive(step_size=step_size)
    return lambda t: initial_lr * gamma ** (t // step_size)


def multi_step(
    initial_lr: float, milestones: Sequence[int], gamma: float = 0.1
) -> Schedule:
    """Multiply by `gamma` at each milestone: lr(t) = lr₀ · γ^#{m ≤ t} (MultiStepLR).

    >>> lr = multi_step(1.0, milestones=[1, 4], gamma=0.5)
    >>> [lr(t) for t in range(6)]
    [1.0, 0.5, 0.5, 0.5, 0.25, 0.25]
    """
    _finite(initial_lr=initial_lr, gamma=gamma)
    ordered = sorted(milestones)
    return lambda t: initial_lr * gamma ** bisect_right(ordered, t)


def exponential(initial_lr: float, gamma: float) -> Schedule:
    """Multiply by `gamma` after every step: lr(t) = lr₀ · γ^t (ExponentialLR).

    >>> lr = exponential(1.0, gamma=0.5)
    >>> [lr(t) for t in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """
    _finite(initial_lr=initial_lr, gamma=gamma)
    return lambda t: initial_lr * gamma**t


def inverse_time(initial_lr: float, decay: float = 1.0) -> Schedule:
    """Fall as 1/t: lr(t) = lr₀ / (1 + decay · t) (Robbins & Monro, 1951).

    The rates still sum to infinity, their squares do not: a noisy run may travel
    any distance and yet comes to rest.

    >>> lr = inverse_time(1.0)
    >>> [lr(t) for t in (0, 1, 3)]
    [1.0, 0.5, 0.25]
    """
    _finite(initial_lr=initial_lr, decay=decay)
    if decay < 0:
        raise ValueError(f"decay must be ≥ 0, got {decay}")
    return lambda t: initial_lr / (1 + decay * t)


def polynomial(
    initial_lr: float, total_steps: int, power: float = 1.0, final_lr: float = 0.0
) -> Schedule:
    """Fall to `final_lr` as (1 - t/T)^power, then stay (PolynomialLR).

    >>> lr = polynomial(1.0, total_steps=4, power=2)
    >>> [lr(t) for t in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """
    _finite(initial_lr=initial_lr, power=power, final_lr=final_lr)
    _positive(total_steps=total_steps)
    if power <= 0:
        raise ValueError(f"power must be > 0, got {power}")
    return lambda t: (
        final_lr
        + (initial_lr - final_lr) * max(0.0, (total_steps - t) / total_steps) ** power
    )


def linear(initial_lr: float, total_steps: int, final_lr: float = 0.0) -> Schedule:
    """Go in a straight line from `initial_lr` to `final_lr`, then stay (LinearLR).

    >>> lr = linear(1.0, total_steps=4)
    >>> [lr(t) for t in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    _finite(initial_lr=initial_lr, final_lr=final_lr)
    _positive(total_steps=total_steps)
    return lambda t: initial_lr + (final_lr - initial_lr) * min(t / total_steps, 1.0)


def geometric(initial_lr: float, final_lr: float, total_steps: int) -> Schedule:
    """Go from `initial_lr` to `final_lr` by equal factors, then stay.

    lr(t) = lr₀^(1 - t/T) · lr₁^(t/T): as ExponentialLR with γ = (lr₁/lr₀)^(1/T).
    Upwards it is the ramp of a range test.

    >>> lr = geometric(1.0, 16.0, total_steps=4)
    >>> [lr(t) for t in range(6)]
    [1.0, 2.0, 4.0, 8.0, 16.0, 16.0]
    """
    positive(initial_lr=initial_lr, final_lr=final_lr)
    _positive(total_steps=total_steps)

    def lr(t: int) -> float:
        share = min(t / total_steps, 1.0)
        return initial_lr ** (1 - share) * final_lr**share

    return lr


def cosine(max_lr: float, total_steps: int, min_lr: float = 0.0) -> Schedule:
    """Fall from `max_lr` to `min_lr` along half a cosine, then stay.

    lr(t) = min_lr + (max_lr - min_lr) · (1 + cos(πt/T)) / 2 up to T = total_steps,
    as CosineAnnealingLR, which climbs again after T (Loshchilov & Hutter, 2017).

    >>> lr = cosine(0.1, total_steps=50)
    >>> [round(lr(t), 3) for t in (0, 25, 50, 99)]
    [0.1, 0.05, 0.0, 0.0]
    """
    _finite(max_lr=max_lr, min_lr=min_lr)
    _positive(total_steps=total_steps)
    return lambda t: _ease(max_lr, min_lr, min(t / total_steps, 1.0))


def cosine_restarts(
    max_lr: float, period: int, period_mult: int = 1, min_lr: float = 0.0
) -> Schedule:
    """Fall along half a cosine, jump back to `max_lr`, and again (SGDR).

    The first fall takes `period` steps and each further one `period_mult` times as
    many, as CosineAnnealingWarmRestarts (Loshchilov & Hutter, 2017).

    >>> lr = cosine_restarts(1.0, period=2, period_mult=2)
    >>> [round(lr(t), 3) for t in range(7)]
    [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]
    """
    _finite(max_lr=max_lr, min_lr=min_lr)
    _positive(period=period, period_mult=period_mult)

    def lr(t: int) -> float:
        length = period
        if period_mult == 1:
            t %= period
        while t >= length:
            t, length = t - length, length * period_mult
        return _ease(max_lr, min_lr, t / length)

    return lr


def one_cycle(
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Rise from max_lr / div_factor to `max_lr`, then fall far below, on cosines.

    The rise takes the share `pct_start` of the steps; the last rate is the first
    divided by `final_div_factor` (Smith & Topin, 2018). As OneCycleLR, but stays at
    the last rate past `total_steps`, where that raises, and leaves momentum alone.

    >>> lr = one_cycle(1.0, total_steps=10, pct_start=0.5, div_factor=10)
    >>> [round(lr(t), 3) for t in (0, 2, 4, 9, 99)]
    [0.1, 0.55, 1.0, 0.0, 0.0]
    """
    _finite(max_lr=max_lr)
    _positive(total_steps=total_steps)
    if not 0 <= pct_start <= 1:
        raise ValueError(f"pct_start must lie in [0, 1], got {pct_start}")
    if not (div_factor > 0 and final_div_factor > 0):
        raise ValueError("div_factor and final_div_factor must be > 0")
    first_lr = max_lr / div_factor
    peak, end = pct_start * total_steps - 1, total_steps - 1

    def lr(t: int) -> float:
        t = min(t, end)
        if t <= peak:
            return _ease(first_lr, max_lr, t / peak if peak else 1.0)
        last_lr = first_lr / final_div_factor
        return _ease(max_lr, last_lr, (t - peak) / (end - peak))

    return lr


def join(schedules: Sequence[Schedule], boundaries: Sequence[int]) -> Schedule:
    """Run one schedule after another: number i + 1 takes over at step boundaries[i].

    Each starts from its own step 0 there, as in SequentialLR.

    >>> lr = join([constant(1.0), linear(1.0, total_steps=2)], boundaries=[3])
    >>> [lr(t) for t in range(6)]
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.0]
    """
    if len(boundaries) != len(schedules) - 1 or list(boundaries) != sorted(boundaries):
        raise ValueError(
            f"{len(schedules)} schedules need {len(schedules) - 1} boundaries in "
            f"rising order, got {list(boundaries)}"
        )
    starts = [0, *boundaries]

    def lr(t: int) -> float:
        i = bisect_right(boundaries, t)
        return schedules[i](t - starts[i])

    return lr


def product(*schedules: Schedule) -> Schedule:
    """Multiply rates by factors that go their own ways: lr(t) = Π scheduleᵢ(t).

    As ChainedScheduler. With a line from a share to 1 it is a warm-up by a factor, and
    what it warms up runs on beneath; in `warmup_then` it waits.

    >>> lr = product(linear(0.5, total_steps=2, final_lr=1.0), exponential(1.0, 0.5))
    >>> [lr(t) for t in range(4)]
    [0.5, 0.375, 0.25, 0.125]
    """
    if not schedules:
        raise ValueError("schedules must be one or more, got none")
    return lambda t: math.prod(schedule(t) for schedule in schedules)


def warmup_then(
    schedule: Schedule, warmup_steps: int, start_factor: float = 0.0
) -> Schedule:
    """Rise in a straight line to schedule(0), then follow `schedule` from its start.

    lr(t) = schedule(0) · (s + (1 - s) · t / warmup_steps) before t = warmup_steps and
    schedule(t - warmup_steps) from there, with s = start_factor (Goyal et al., 2017).

    >>> lr = warmup_then(exponential(1.0, gamma=0.5), warmup_steps=4)
    >>> [lr(t) for t in range(7)]
    [0.0, 0.25, 0.5, 0.75, 1.0, 0.5, 0.25]
    """
    _finite(start_factor=start_factor)
    if warmup_steps < 0:
        raise ValueError(f"warmup_steps must be ≥ 0, got {warmup_steps}")
    if warmup_steps == 0:
        return schedule
    top = schedule(0)
    return join(
        [linear(start_factor * top, warmup_steps, top), schedule], [warmup_steps]
    )


def wsd(
    max_lr: float,
    total_steps: int,
    warmup_steps: int,
    decay_steps: int,
    min_lr: float = 0.0,
) -> Schedule:
    """Warm up, stay at `max_lr`, decay: straight lines both.

    The decay to `min_lr` takes the last `decay_steps` of `total_steps`. (The schedule
    is that of Hu et al., 2024, MiniCPM; their decay is exponential.)

    >>> lr = wsd(1.0, total_steps=10, warmup_steps=2, decay_steps=4)
    >>> [lr(t) for t in range(12)]
    [0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    _positive(decay_steps=decay_steps)
    stable_steps = total_steps - warmup_steps - decay_steps
    if stable_steps < 0:
        raise ValueError(
            f"warmup_steps and decay_steps must fit into total_steps = {total_steps}, "
            f"got {warmup_steps} + {decay_steps}"
        )
    after = join(
        [constant(max_lr), linear(max_lr, decay_steps, min_lr)], [stable_steps]
    )
    return warmup_then(after, warmup_steps)


def cooldown(
    schedule: Schedule,
    start: int,
    decay_steps: int,
    min_lr: float = 0.0,
    power: float = 1.0,
) -> Schedule:
    """Follow `schedule` up to step `start`, then fall to `min_lr` and stay: a branch.

    lr(start + s) = top + (min_lr - top) · (s / decay_steps)^power with top =
    schedule(start). One long run with warm-up and constant rate has a cooldown wherever
    one wants a result; `wsd` is one such branch. With power = 0.5 it is the 1 - √ that
    Hägele et al. (2024) prefer to the straight line.

    >>> run = warmup_then(constant(1.0), warmup_steps=2)
    >>> [cooldown(run, start, decay_steps=2)(5) for start in (3, 4, 5, 6)]
    [0.0, 0.5, 1.0, 1.0]
    """
    _finite(min_lr=min_lr)
    _positive(decay_steps=decay_steps)
    positive(power=power)
    if start < 0:
        raise ValueError(f"start must be ≥ 0, got {start}")
    top = schedule(start)

    def lr(t: int) -> float:
        if t < start:
            return schedule(t)
        return top + (min_lr - top) * min((t - start) / decay_steps, 1.0) ** power

    return lr


def attach(schedule: Schedule, optimizer: Optimizer) -> LambdaLR:
    """Drive `optimizer` by `schedule`: a torch scheduler, stepped after each step.

    Every parameter group gets the schedule's rate, whatever its own was. To resume a
    training, load the state of the optimizer and of the scheduler, in either order.
    """
    from torch.optim.lr_scheduler import LambdaLR

    class Attached(LambdaLR):
        def load_state_dict(self, state_dict: dict) -> None:
            super().load_state_dict(state_dict)
            # Attaching has set an optimizer that was loaded before to schedule(0).
            for group, lr in zip(
                optimizer.param_groups, self.get_last_lr(), strict=True
            ):
                group["lr"] = lr

    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = 1.0  # LambdaLR multiplies this base rate
    return Attached(optimizer, schedule)


def _ease(start: float, stop: float, share: float) -> float:
    """Give the point `share` of the way from `start` to `stop` on half a cosine."""
    return stop + (start - stop) * (1 + math.cos(math.pi * share)) / 2


def _positive(**values: int) -> None:
    for name, value in values.items():
        if not value >= 1:
            raise ValueError(f"{name} must be ≥ 1, got {value}")
