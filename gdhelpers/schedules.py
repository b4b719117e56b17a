"""A schedule is a function of the step: `lr = cosine(0.1, 50); lr(3)`.

Every function here returns such a function. It holds no state, so it can be
plotted, joined and reused without spoiling a later run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LambdaLR

Schedule = Callable[[int], float]


def constant(lr: float) -> Schedule:
    """The same rate at every step: lr(t) = lr.

    >>> constant(0.1)(7)
    0.1
    """
    _finite("lr", lr)
    return lambda t: lr


def exponential(initial_lr: float, gamma: float) -> Schedule:
    """Multiply by `gamma` after every step: lr(t) = initial_lr · gamma^t.

    >>> lr = exponential(1.0, gamma=0.5)
    >>> [lr(t) for t in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """
    _finite("initial_lr", initial_lr)
    _finite("gamma", gamma)
    return lambda t: initial_lr * gamma**t


def linear(initial_lr: float, total_steps: int, final_lr: float = 0.0) -> Schedule:
    """Fall in a straight line from `initial_lr` to `final_lr`, then stay.

    >>> lr = linear(1.0, total_steps=4)
    >>> [lr(t) for t in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    _finite("initial_lr", initial_lr)
    _finite("final_lr", final_lr)
    _positive("total_steps", total_steps)
    return lambda t: initial_lr + (final_lr - initial_lr) * min(t / total_steps, 1.0)


def attach(schedule: Schedule, optimizer: Optimizer) -> LambdaLR:
    """Drive `optimizer` by `schedule`: a torch scheduler, stepped after each step.

    Every parameter group gets the schedule's rate, whatever its own was.
    """
    from torch.optim.lr_scheduler import LambdaLR

    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = 1.0  # LambdaLR multiplies this base rate
    return LambdaLR(optimizer, schedule)


def _finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value}")


def _positive(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name} must be ≥ 1, got {value}")
