"""Nine right answers to `cosine_lr`, written differently."""

import cmath
import math

import numpy as np
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from gdhelpers import schedules


def right_formula(t, total_steps, max_lr, min_lr=0.0):
    share = min(t / total_steps, 1.0)
    return min_lr + (max_lr - min_lr) * (1 + math.cos(math.pi * share)) / 2


def right_early_return(t, total_steps, max_lr, min_lr=0.0):
    if t >= total_steps:
        return min_lr
    lift = 0.5 + 0.5 * math.cos(t * math.pi / total_steps)
    return lift * max_lr + (1 - lift) * min_lr


def right_half_angle(t, total_steps, max_lr, min_lr=0.0):
    angle = math.pi / 2 * min(t, total_steps) / total_steps
    return min_lr + (max_lr - min_lr) * math.cos(angle) ** 2


def right_from_the_end(t, total_steps, max_lr, min_lr=0.0):
    left = max(total_steps - t, 0) / total_steps
    return min_lr + (max_lr - min_lr) * math.sin(math.pi / 2 * left) ** 2


def right_numpy(t, total_steps, max_lr, min_lr=0.0):
    share = np.clip(t / total_steps, 0, 1)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + np.cos(np.pi * share))


def right_torch(t, total_steps, max_lr, min_lr=0.0):
    share = torch.tensor(t / total_steps, dtype=torch.float64).clamp(max=1)
    return (min_lr + (max_lr - min_lr) * (1 + torch.cos(torch.pi * share)) / 2).item()


def right_complex(t, total_steps, max_lr, min_lr=0.0):
    turn = cmath.exp(1j * math.pi * min(t, total_steps) / total_steps)
    return (max_lr + min_lr) / 2 + (max_lr - min_lr) / 2 * turn.real


def right_library(t, total_steps, max_lr, min_lr=0.0):
    return schedules.cosine(max_lr, total_steps, min_lr)(t)


def right_scheduler(t, total_steps, max_lr, min_lr=0.0):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=max_lr)
    scheduler = CosineAnnealingLR(optimizer, total_steps, eta_min=min_lr)
    for _ in range(min(t, total_steps)):
        optimizer.step()
        scheduler.step()
    return optimizer.param_groups[0]["lr"]
