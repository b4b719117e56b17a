"""Run a rule on a loss under a schedule."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from gdhelpers.history import History
from gdhelpers.losses import Loss
from gdhelpers.schedules import Schedule, constant

Rule = Callable[[float, float], float]


def descend(
    loss: Loss,
    schedule: Schedule | float,
    initial_theta: float | np.ndarray,
    num_steps: int,
    label: str = "",
) -> History:
    """Gradient descent: θ ← θ − η(t)·∇L(θ), `num_steps` times.

    Args:
        loss: what to descend.
        schedule: rate of each step, or one number for a constant rate.
        initial_theta: θ₀, a float or shape (d,).
        num_steps: T ≥ 0.
        label: the name a plot gives this run.

    Returns:
        History with theta[0..T], loss[0..T], lr[0..T-1]. A run that diverges
        overflows to inf, then nan; it does not raise.

    >>> from gdhelpers.losses import square
    >>> descend(square(), 0.5, initial_theta=3.0, num_steps=1).theta.tolist()
    [3.0, 0.0]
    """
    rates = schedule if callable(schedule) else constant(schedule)
    return follow(
        lambda theta, lr: theta - lr * loss.gradient(theta),
        loss,
        rates,
        initial_theta,
        num_steps,
        label,
    )


def follow(
    rule: Rule,
    loss: Loss,
    schedule: Schedule | float,
    initial_theta: float | np.ndarray,
    num_steps: int,
    label: str = "",
) -> History:
    """Apply any update rule `rule(theta, lr) -> theta`, such as a student's own.

    Errors: ValueError where num_steps is negative or the start is not finite.
    """
    if num_steps < 0:
        raise ValueError(f"num_steps must be ≥ 0, got {num_steps}")
    if not np.all(np.isfinite(initial_theta)):
        raise ValueError(f"initial_theta must be finite, got {initial_theta}")
    rates = schedule if callable(schedule) else constant(schedule)
    used = [rates(t) for t in range(num_steps)]
    path = [initial_theta]
    with np.errstate(over="ignore", invalid="ignore"):
        for lr in used:
            path.append(rule(path[-1], lr))
        values = [_value(loss, theta) for theta in path]
    return History(
        theta=np.asarray(path, dtype=float),
        loss=np.asarray(values, dtype=float),
        lr=np.asarray(used, dtype=float),
        label=label,
    )


def _value(loss: Loss, theta) -> float:
    try:
        return float(loss.value(theta))
    except OverflowError:  # a Python float squared past 1e308
        return math.inf
