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

PURPLE = "#5D3A9B"  # 8:1 on white, apart from the five under every colour blindness
# One look for each of the league's schedules, in every figure.
LOOKS = {
    "constant": {"color": BLACK, "linestyle": "-", "marker": "o"},
    "exponential": {"color": BLUE, "linestyle": "--", "marker": "s"},
    "step": {"color": ORANGE, "linestyle": "-.", "marker": "v"},
    "linear": {"color": PURPLE, "linestyle": (0, (1, 1)), "marker": "X"},
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

    The league's own, and a student's ("your cosine"), look as in all its figures. Of
    two the first is broad, to be seen where the second lies on it.
    """
    ax = ax or new_axes(height=3.3)
    for (name, lr), look in zip(rates.items(), _looks(list(rates)), strict=True):
        width = 5 if len(rates) == 2 and not ax.lines else 2
        ax.plot(lr, lw=width, label=name, **(look | {"marker": None}))
    names_above(ax)
    return finish(ax, x="step", y="learning rate")


def plot_tuning(
    accuracy: Mapping[str, Mapping[float, Sequence[float]]],
    ax: Axes | None = None,
    lowest: float = 0.0,
) -> Axes:
    """Validation accuracy in percent against the highest rate, one line a schedule.

    Args:
        accuracy: schedule → rate → what each seed reached. Drawn are the mean and one
            standard error to either side.
        lowest: where the axis begins; lines that fall below leave the picture.
    """
    ax = ax or new_axes(height=4.2)
    middle = (len(accuracy) - 1) / 2
    looks = _looks(list(accuracy))
    for i, ((name, by_rate), look) in enumerate(
        zip(accuracy.items(), looks, strict=True)
    ):
        # Beside each other, so that no bar hides another.
        at = np.array(list(by_rate)) * 1.012 ** (i - middle)
        seeds = list(by_rate.values())
        ax.errorbar(
            at,
            [np.mean(values) for values in seeds],
            yerr=[standard_error(values) for values in seeds],
            label=name,
            lw=1.3,
            elinewidth=1.3,
            markersize=4.5,
            **look,
        )
    rates = list(next(iter(accuracy.values())))
    ax.set_xscale("log")
    ax.set_xticks(rates, [f"{r:g}" for r in rates])
    ax.minorticks_off()
    if lowest:
        ax.set_ylim(bottom=lowest)
    names_above(ax)
    return finish(ax, x="highest learning rate", y="validation accuracy (%)")


def plot_race(
    runs: Mapping[str, Sequence[History]], ax: Axes | None = None, lowest: float = 0.0
) -> Axes:
    """Mean validation accuracy of each schedule's runs by training step.

    The bands reach one standard error to either side; `lowest` is where the axis
    begins.
    """
    ax = ax or new_axes(height=4.2)
    for (name, histories), look in zip(runs.items(), _looks(list(runs)), strict=True):
        curves = np.array([h.metrics["val_accuracy"] for h in histories])
        mean, error = curves.mean(axis=0), standard_error(curves)
        steps = histories[0].metrics["steps"]
        ax.plot(steps, mean, lw=1.8, label=name, **(look | {"marker": None}))
        ax.fill_between(
            steps, mean - error, mean + error, color=look["color"], alpha=0.18, lw=0
        )
    if lowest:
        ax.set_ylim(bottom=lowest)
    names_above(ax)
    return finish(ax, x="step", y="validation accuracy (%)")


def standard_error(values: Sequence[float] | np.ndarray) -> float | np.ndarray:
    """The standard error of the mean over seeds, which are the first axis."""
    return np.std(values, axis=0, ddof=1) / len(values) ** 0.5


def plot_differences(
    differences: Mapping[str, tuple[float, float]],
    ax: Axes | None = None,
    against: str = "constant",
) -> Axes:
    """Intervals on one scale: where one crosses 0, no difference is shown.

    Args:
        differences: name → (mean, half-width of the interval), in points.
    """
    ax = ax or new_axes(height=0.9 + 0.45 * len(differences))
    for i, (name, (mean, half)) in enumerate(differences.items()):
        look = LOOKS.get(name, {"color": BLUE, "marker": "o"}) | {"linestyle": ""}
        ax.errorbar(mean, i, xerr=half, capsize=4, elinewidth=2, **look)
    ax.axvline(0, color=BLACK, lw=1)
    ax.set_yticks(range(len(differences)), list(differences))
    ax.set_ylim(len(differences) - 0.4, -0.6)  # the outer rows stand off the frame
    return finish(ax, x=f"test accuracy minus {against}'s (points)")


def names_above(ax: Axes) -> None:
    """A legend over the figure: six lines that cross leave no room for labels."""
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.46, 1),  # about the figure's middle
        ncols=3,
        columnspacing=1,
        frameon=False,
    )
