"""Figures of lesson 09: averaged weights, and branches of a constant run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gdhelpers.history import History
from gdhelpers.plots.base import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    finish,
    new_axes,
    new_column,
)
from gdhelpers.plots.many_runs import LOOKS, names_above, standard_error

AVERAGED = {"color": BLUE, "linestyle": "--"}
BRANCHES = (
    {"color": ORANGE, "linestyle": "--"},
    {"color": GREEN, "linestyle": "-."},
    {"color": BLUE, "linestyle": ":"},
)


def plot_averaged(
    runs: Mapping[str, Sequence[History]],
    average: str,
    ax: Axes | None = None,
    lowest: float = 0.0,
) -> Axes:
    """Validation accuracy of each schedule's runs by step, and of their averages.

    Args:
        runs: by the schedule's name. The first is also drawn averaged.
        average: its metrics' ending, such as "EMA 0.99".
        lowest: where the axis begins.

    Lines are means over the runs, bands reach one standard error to either side.
    """
    ax = ax or new_axes(height=4.0)
    first = next(iter(runs))
    lines = [(f"{first}, averaged", runs[first], f"val_accuracy, {average}", AVERAGED)]
    for name, own in runs.items():
        look = LOOKS.get(name.split(" 0.")[0], {"color": BLACK})
        lines.append((name, own, "val_accuracy", {**look, "marker": None}))
    for name, own, metric, look in lines:
        curves = np.array([run.metrics[metric] for run in own])
        _band(ax, own[0].metrics["steps"], curves, name, look)
    if lowest:
        ax.set_ylim(bottom=lowest)
    names_above(ax)
    return finish(ax, x="step", y="validation accuracy (%)")


def plot_branches(runs: Mapping[str, Sequence[History]], lowest: float = 0.0) -> Axes:
    """A constant run and what branches off it: accuracy above, the rates below.

    Args:
        runs: by name, the constant one first. A branch is drawn from where its rate
            leaves the constant one's to where it is 0.
        lowest: where the upper axis begins.
    """
    above, below = new_column(2, height=5.4)
    looks = [{"color": BLACK, "linestyle": "-"}, *BRANCHES]
    trunk = next(iter(runs.values()))[0].lr
    for (name, own), look in zip(runs.items(), looks, strict=False):
        steps, lr = own[0].metrics["steps"], own[0].lr
        apart = np.flatnonzero(lr != trunk)
        begin, end = (apart[0] - 1, _first_zero(lr)) if apart.size else (0, len(lr))
        seen = (steps >= begin) & (steps <= end)
        curves = np.array([run.metrics["val_accuracy"] for run in own])
        _band(above, steps[seen], curves[:, seen], name, look)
        at = np.arange(begin, min(end + 1, len(lr)))
        below.plot(at, lr[at], lw=2, label=name, **look)
    if lowest:
        above.set_ylim(bottom=lowest)
    names_above(above)
    finish(above, y="validation accuracy (%)")
    finish(below, x="step", y="learning rate")
    return above


def _first_zero(lr: np.ndarray) -> int:
    zero = np.flatnonzero(lr == 0)
    return int(zero[0]) if zero.size else len(lr)


def _band(ax: Axes, steps: np.ndarray, curves: np.ndarray, name: str, look: dict):
    mean, error = curves.mean(axis=0), standard_error(curves)
    ax.plot(steps, mean, lw=1.8, label=name, **look)
    ax.fill_between(
        steps, mean - error, mean + error, color=look["color"], alpha=0.18, lw=0
    )
