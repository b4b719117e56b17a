"""Right ways to write `wsd_lr`."""

import numpy as np
import torch

from gdhelpers import schedules


def right_branches(t, total_steps, max_lr, warmup_steps, decay_steps):
    if t < warmup_steps:
        return max_lr * t / warmup_steps
    if t < total_steps - decay_steps:
        return max_lr
    if t < total_steps:
        return max_lr * (total_steps - t) / decay_steps
    return 0.0


def right_least_of_three(t, total_steps, max_lr, warmup_steps, decay_steps):
    rise = t / warmup_steps if warmup_steps else 1.0
    fall = max(0, total_steps - t) / decay_steps
    return max_lr * min(rise, 1.0, fall)


def right_from_the_start_of_the_decay(
    t, total_steps, max_lr, warmup_steps, decay_steps
):
    begin = total_steps - decay_steps
    if t >= total_steps:
        return 0
    if t >= begin:
        return max_lr * (1 - (t - begin) / decay_steps)
    return max_lr if t >= warmup_steps else t / warmup_steps * max_lr


def right_numpy(t, total_steps, max_lr, warmup_steps, decay_steps):
    steps = [0, warmup_steps, total_steps - decay_steps, total_steps]
    rising = t < warmup_steps
    if rising:
        return np.interp(t, steps[:2], [0, max_lr])
    return np.interp(t, steps[2:], [max_lr, 0])


def right_middle_of_three(t, total_steps, max_lr, warmup_steps, decay_steps):
    if t < warmup_steps:
        return t * max_lr / warmup_steps
    share = (total_steps - t) / decay_steps
    return max_lr * sorted([0, share, 1])[1]


def right_table(t, total_steps, max_lr, warmup_steps, decay_steps):
    rates = [max_lr * i / warmup_steps for i in range(warmup_steps)]
    rates += [max_lr] * (total_steps - warmup_steps - decay_steps)
    rates += [max_lr * i / decay_steps for i in range(decay_steps, 0, -1)]
    return rates[t] if t < len(rates) else 0.0


def right_library(t, total_steps, max_lr, warmup_steps, decay_steps):
    return schedules.wsd(max_lr, total_steps, warmup_steps, decay_steps)(t)


def right_cooldown(t, total_steps, max_lr, warmup_steps, decay_steps):
    run = schedules.warmup_then(schedules.constant(max_lr), warmup_steps)
    return schedules.cooldown(run, total_steps - decay_steps, decay_steps)(t)


def right_torch(t, total_steps, max_lr, warmup_steps, decay_steps):
    left = torch.tensor(total_steps - t, dtype=torch.float64)
    share = (left / decay_steps).clamp(0, 1)
    if t < warmup_steps:
        share = torch.tensor(t / warmup_steps, dtype=torch.float64)
    return (max_lr * share).item()
