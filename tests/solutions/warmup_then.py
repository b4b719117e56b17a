"""Nine right answers to `warmup_then`, written differently."""

from functools import partial

import numpy as np

from gdhelpers import schedules


def right_closure(schedule, warmup_steps, start_factor=0.0):
    top = schedule(0)

    def lr(t):
        if t < warmup_steps:
            return top * (start_factor + (1 - start_factor) * t / warmup_steps)
        return schedule(t - warmup_steps)

    return lr


def right_lambda(schedule, warmup_steps, start_factor=0.0):
    return lambda t: (
        schedule(t - warmup_steps)
        if t >= warmup_steps
        else schedule(0) * (1 - (1 - start_factor) * (1 - t / warmup_steps))
    )


def right_product(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        share = min(t / warmup_steps, 1) if warmup_steps else 1
        rise = start_factor + (1 - start_factor) * share
        return rise * schedule(max(t - warmup_steps, 0))

    return lr


def right_from_rate_to_rate(schedule, warmup_steps, start_factor=0.0):
    if warmup_steps == 0:
        return schedule
    high = schedule(0)
    low = start_factor * high

    def lr(t):
        rising = low + (high - low) / warmup_steps * t
        return rising if t < warmup_steps else schedule(t - warmup_steps)

    return lr


def right_interp(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t >= warmup_steps:
            return schedule(t - warmup_steps)
        return np.interp(t, [0, warmup_steps], [start_factor, 1]) * schedule(0)

    return lr


def right_table(schedule, warmup_steps, start_factor=0.0):
    shares = [t / warmup_steps for t in range(warmup_steps)]
    rise = [schedule(0) * (start_factor * (1 - s) + s) for s in shares]
    return lambda t: rise[t] if t < len(rise) else schedule(t - len(rise))


class Warm:
    def __init__(self, schedule, steps, start):
        self.schedule, self.steps, self.start = schedule, steps, start

    def __call__(self, t):
        late = t - self.steps
        if late >= 0:
            return self.schedule(late)
        return self.schedule(0) * (1 + (1 - self.start) * late / self.steps)


def right_class(schedule, warmup_steps, start_factor=0.0):
    return Warm(schedule, warmup_steps, start_factor)


def _rate(schedule, steps, start, t):
    if t >= steps:
        return schedule(t - steps)
    return schedule(0) * (start * (steps - t) + t) / steps


def right_partial(schedule, warmup_steps, start_factor=0.0):
    return partial(_rate, schedule, warmup_steps, start_factor)


def right_library(schedule, warmup_steps, start_factor=0.0):
    return schedules.warmup_then(schedule, warmup_steps, start_factor)
