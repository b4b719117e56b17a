"""Figures of a descent: the path on the loss, the error by step, the rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gdhelpers.history import History
from gdhelpers.losses import Loss, square
from gdhelpers.plots.base import (
    BLACK,
    ORANGE,
    Margins,
    beyond,
    finish,
    log_scale,
    new_axes,
    new_row,
    styles,
)

TINY = 1e-300  # below this a logarithm has nothing to show


def plot_path(
    theta: Sequence[float], loss: Loss | None = None, ax: Axes | None = None
) -> Axes:
    """The points θ₀, θ₁, … on the loss curve, numbered while there is room.

    Args:
        theta: positions, shape (T+1,). Points that are not finite are left out.
        loss: the curve; θ² unless told.
    """
    ax = ax or new_axes()
    loss = loss or square()
    path = np.asarray([t for t in theta if np.isfinite(t)], dtype=float)
    reach = 1.15 * max(1e-9, np.abs(path - loss.minimum).max())
    grid = np.linspace(loss.minimum - reach, loss.minimum + reach, 201)
    ax.plot(grid, [loss.value(g) for g in grid], color=BLACK, alpha=0.5, lw=1)
    heights = [loss.value(t) for t in path]
    ax.plot(path, heights, color=ORANGE, marker="o", ms=6, lw=1.2, ls="--")
    for i, (x, y) in enumerate(zip(path[:10], heights, strict=False)):
        if i == 0 or abs(path[i] - path[i - 1]) > reach / 12:
            outside = 6 if x > loss.minimum else -6  # and below, where no line goes
            ax.annotate(
                f"θ{chr(0x2080 + i)}",
                (x, y),
                (outside, -10),
                textcoords="offset points",
                ha="left" if outside > 0 else "right",
            )
    return finish(ax, x="θ", y=f"L(θ) = {loss.name}")


def plot_errors(runs: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """|θ| by step on a logarithmic axis, one labelled line a run.

    A constant rate on a quadratic makes a straight line here: its slope is
    log|1 − ηλ|.
    """
    if ax is None:
        ax = new_axes()
        Margins(right=beyond(runs)).set(ax.figure)
    for (name, path), style in zip(runs.items(), styles(), strict=False):
        error = np.abs(np.asarray(path, dtype=float))
        error = np.where(np.isfinite(error) & (error > TINY), error, np.nan)
        ax.plot(error, lw=1.8, **style)
        seen = np.flatnonzero(np.isfinite(error))
        if len(seen):
            _label(ax, seen[-1], error[seen[-1]], name, style["color"])
    log_scale(ax)
    ax.margins(x=0.02)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    return finish(ax, x="step", y="distance |θ| to the minimum")


def plot_factor(rates: Sequence[float], factors: Sequence[float], ax=None) -> Axes:
    """What a step multiplies the error by, against the rate; the band that shrinks."""
    ax = ax or new_axes()
    ax.axhspan(-1, 1, color="#0072B2", alpha=0.1, lw=0)
    ax.axhline(0, color=BLACK, lw=0.8)
    ax.plot(rates, factors, lw=2, color="#0072B2")
    ax.text(rates[0], -0.92, "  shaded: the error shrinks", va="bottom")
    return finish(ax, x="learning rate η", y="factor 1 − ηλ")


def plot_results(
    results: Mapping[str, tuple[Sequence[float], Sequence[float]]],
) -> Figure:
    """Compare runs of `optimize`: distance to the minimum, and the rates used.

    Args:
        results: name → (x_history, lr_history), one entry per iteration each.

    Returns:
        The figure; `figure.savefig("plot.pdf")` keeps it, if you want it kept.

    The distance is |x| on a logarithmic axis, where a steady rate is a straight line.
    """
    left, right = new_row(2)
    Margins(top=0.3, beside=beyond(results) + 0.7).set(left.figure, columns=2)
    plot_errors({name: x for name, (x, _) in results.items()}, ax=left)
    finish(left, "Distance to the minimum", "iteration", "|x|")
    for (name, (_, lr)), style in zip(results.items(), styles(), strict=False):
        right.plot(lr, lw=1.8, label=name, **style)
    right.set_ylim(bottom=0)
    right.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    finish(right, "Learning rate used", "iteration", "η")
    return left.figure


def plot_runs(runs: Sequence[History], ax: Axes | None = None) -> Axes:
    """`plot_errors` for histories, each under its own label."""
    return plot_errors({run.label: run.theta for run in runs}, ax)


def _label(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    ax.annotate(
        text,
        (x, y),
        (5, 0),
        textcoords="offset points",
        color=color,
        va="center",
        fontsize=9,
    )
