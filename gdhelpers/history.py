"""The one record of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class History:
    """What happened in a run of T steps.

    Attributes:
        theta: parameters before each step and after the last, shape (T+1,) or
            (T+1, d); shape (0,) where the run is too large to keep them.
        loss: loss at each of those points, shape (T+1,). A minibatch run has no
            point "before the batch": there `loss[t]` is the loss step t saw,
            shape (T,).
        lr: `lr[t]` is the learning rate that step t *used*, shape (T,).
        metrics: further series by name, such as test accuracy after each epoch.
        label: the name a plot gives this run.
    """

    theta: np.ndarray
    loss: np.ndarray
    lr: np.ndarray
    metrics: Mapping[str, np.ndarray] = field(default_factory=dict)
    label: str = ""

    @property
    def num_steps(self) -> int:
        """T, the number of steps taken."""
        return len(self.lr)

    @property
    def budget(self) -> float:
        """Ση, the sum of all rates used: how far the run could travel at all."""
        return float(np.sum(self.lr))
