"""Eight right answers to `one_cycle_lr`, written differently."""

import math

import numpy as np
import torch
from torch.optim.lr_scheduler import OneCycleLR

from gdhelpers import schedules


def right_two_branches(
    t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    first = max_lr / div_factor
    last = first / final_div_factor
    peak, end = pct_start * total_steps - 1, total_steps - 1
    t = min(t, end)
    if t <= peak:
        return first + (max_lr - first) * (1 - math.cos(math.pi * t / peak)) / 2
    share = (t - peak) / (end - peak)
    return last + (max_lr - last) * (1 + math.cos(math.pi * share)) / 2


def right_helper(
    t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=10000
):
    def ease(a, b, share):
        return b + (a - b) / 2 * (1 + math.cos(math.pi * share))

    peak = total_steps * pct_start - 1
    first = max_lr / div_factor
    if t < peak:
        return ease(first, max_lr, t / peak)
    last = first / final_div_factor
    if t >= total_steps - 1:
        return last
    return ease(max_lr, last, (t - peak) / (total_steps - 1 - peak))


def right_squares(
    t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    first, peak = max_lr / div_factor, pct_start * total_steps - 1
    t = min(t, total_steps - 1)
    if t <= peak:
        return first + (max_lr - first) * math.sin(math.pi / 2 * t / peak) ** 2
    last = first / final_div_factor
    left = (total_steps - 1 - t) / (total_steps - 1 - peak)
    return last + (max_lr - last) * math.sin(math.pi / 2 * left) ** 2


def right_numpy(
    t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    steps = [0, pct_start * total_steps - 1, total_steps - 1]
    place = np.interp(t, steps, [0, 1, 2])
    low = max_lr / div_factor / (1 if place <= 1 else final_div_factor)
    return low + (max_lr - low) * (1 - np.cos(np.pi * place)) / 2


def right_torch(
    t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    peak, end = pct_start * total_steps - 1, total_steps - 1
    t = torch.tensor(float(t), dtype=torch.float64).clamp(max=end)
    low = max_lr / div_factor
    share = 1 - t / peak
    if t > peak:
        low, share = low / final_div_factor, (t - peak) / (end - peak)
    return (low + (max_lr - low) * (1 + torch.cos(torch.pi * share)) / 2).item()


def right_phases(
    t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    first = max_lr / div_factor
    phases = [
        (0, pct_start * total_steps - 1, first, max_lr),
        (
            pct_start * total_steps - 1,
            total_steps - 1,
            max_lr,
            first / final_div_factor,
        ),
    ]
    t = min(t, total_steps - 1)
    begin, end, high, low = next(p for p in phases if t <= p[1])
    share = (t - begin) / (end - begin)
    return (high + low) / 2 + (high - low) / 2 * math.cos(math.pi * share)


def right_library(t, total_steps, max_lr, *shape, **named):
    return schedules.one_cycle(max_lr, total_steps, *shape, **named)(t)


def right_scheduler(t, total_steps, max_lr, *shape, **named):
    names = ("pct_start", "div_factor", "final_div_factor")
    named |= dict(zip(names, shape, strict=False))
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=max_lr)
    scheduler = OneCycleLR(
        optimizer, max_lr, total_steps, cycle_momentum=False, **named
    )
    for _ in range(min(t, total_steps - 1)):
        optimizer.step()
        scheduler.step()
    return optimizer.param_groups[0]["lr"]
