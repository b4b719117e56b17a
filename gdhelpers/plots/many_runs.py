"""Figures of a league of schedules: rates, tuning, the race and its differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes

from gdhelpers.history import History
from gdhelpers.plots.base import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    finish,
    new_axes,
)

# One look for each of the league's schedules, in every figure.
LOOKS = {
    "constant": {"color": BLACK, "linestyle": "-", "marker": "o"},
    "exponential": {"color": BLUE, "linestyle": "--", "marker": "s"},
    "step": {"color": ORANGE, "linestyle": "-.", "marker": "v"},
    "cosine": {"color": GREEN, "linestyle": "-", "marker": "^"},
    "one-cycle": {"color": PINK, "linestyle": (0, (5, 1, 1, 1)), "marker": "D"},
    "warm-up, stable, decay": {"color": "#555555", "linestyle": ":", "marker": "P"},
}


def _looks(names: Sequence[str]) -> list[dict]:
    """Each schedule's own look; others take those that are left."""
    own = [name.removeprefix("your ") for name in names]
    left = cycle([LOOKS[n] for n in LOOKS if n not in own] or LOOKS.values())
    return [LOOKS.get(name) or next(left) for name in own]


def plot_schedules(rates: Mapping[str, Sequence[float]], ax: Axes | None = None):
    """Learning rate by step, one line a schedule, named at the top.

    The league's own, and a student's ("your cosine"), look as in all its figures.
    """
    ax = ax or new_axes(6.0, 3.3)
    for (name, lr), look in zip(rates.items(), _looks(list(rates)), strict=True):
        ax.plot(lr, lw=2, label=name, **(look | {"marker": None}))
    _names_above(ax)
    return finish(ax, x="step", y="learning rate")


def plot_tuning(
    accuracy: Mapping[str, Mapping[float, float]], ax: Axes | None = None
) -> Axes:
    """Validation accuracy in percent against the highest rate, one line a schedule."""
    ax = ax or new_axes(6.0, 3.3)
    looks = _looks(list(accuracy))
    for (name, by_rate), look in zip(accuracy.items(), looks, strict=True):
        ax.plot(list(by_rate), list(by_rate.values()), lw=1.8, label=name, **look)
    rates = list(next(iter(accuracy.values())))
    ax.set_xscale("log")
    ax.set_xticks(rates, [f"{r:g}" for r in rates])
    ax.minorticks_off()
    _names_above(ax)
    return finish(ax, x="highest learning rate", y="validation accuracy (%)")


def plot_race(runs: Mapping[str, Sequence[History]], ax: Axes | None = None) -> Axes:
    """Mean validation accuracy of each schedule's runs by training step."""
    ax = ax or new_axes(6.0, 3.3)
    for (name, histories), look in zip(runs.items(), _looks(list(runs)), strict=True):
        mean = np.mean([h.metrics["val_accuracy"] for h in histories], axis=0)
        steps = histories[0].metrics["steps"]
        ax.plot(steps, mean, lw=1.8, label=name, **(look | {"marker": None}))
    ax.set_ylim(90, 94.6)
    _names_above(ax)
    return finish(ax, x="step", y="validation accuracy (%)")


def plot_differences(
    differences: Mapping[str, tuple[float, float]],
    ax: Axes | None = None,
    against: str = "constant",
) -> Axes:
    """Intervals on one scale: where one crosses 0, no difference is shown.

    Args:
        differences: name → (mean, half-width of the interval), in points.
    """
    ax = ax or new_axes(7.2, 0.9 + 0.45 * len(differences))
    for i, (mean, half) in enumerate(differences.values()):
        ax.errorbar(mean, i, xerr=half, fmt="o", color=BLUE, capsize=4, lw=2)
    ax.axvline(0, color=BLACK, lw=1)
    ax.set_yticks(range(len(differences)), list(differences))
    ax.invert_yaxis()
    return finish(ax, x=f"test accuracy minus {against}'s (points)")


def _names_above(ax: Axes) -> None:
    """A legend over the figure: six lines that cross leave no room for labels."""
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.46, 1),  # about the figure's middle
        ncols=3,
        columnspacing=1,
        frameon=False,
    )
