"""What ReduceLROnPlateau thinks after each metric, read off torch's own scheduler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau


@dataclass(frozen=True)
class Decision:
    """One metric and what the rule made of it.

    Attributes:
        metric: what it was given.
        bar: what the metric had to beat, best · (1 ∓ threshold), or best ∓ threshold
            with `threshold_mode="abs"`; ±inf at first.
        better: whether it did.
        best: the best so far, this metric included.
        bad: the count of bad epochs, before a drop sets it back.
        cooldown: epochs of rest that are left.
        lr: the rate in force afterwards.
        dropped: whether this metric lowered it.
    """

    metric: float
    bar: float
    better: bool
    best: float
    bad: int
    cooldown: int
    lr: float
    dropped: bool


def plateau_decisions(
    metrics: Sequence[float], initial_lr: float, **settings
) -> list[Decision]:
    """Step a ReduceLROnPlateau with `settings` through the metrics.

    >>> rows = plateau_decisions([1.0, 1.0, 1.0], 0.1, patience=1)
    >>> [(row.bad, row.dropped) for row in rows]
    [(0, False), (1, False), (2, True)]
    """
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=initial_lr)
    scheduler = ReduceLROnPlateau(optimizer, **settings)
    group, rows = optimizer.param_groups[0], []
    sign = 1 if scheduler.mode == "min" else -1
    for metric in metrics:
        lr, counted = group["lr"], scheduler.num_bad_epochs
        resting = scheduler.cooldown_counter
        if scheduler.threshold_mode == "rel":
            bar = scheduler.best * (1 - sign * scheduler.threshold)
        else:
            bar = scheduler.best - sign * scheduler.threshold
        better = metric < bar if sign == 1 else metric > bar
        scheduler.step(metric)
        bad = 0 if better or resting else counted + 1
        rows.append(
            Decision(
                metric=metric,
                bar=bar,
                better=better,
                best=scheduler.best,
                bad=bad,
                cooldown=scheduler.cooldown_counter,
                lr=group["lr"],
                dropped=group["lr"] < lr,
            )
        )
    return rows
