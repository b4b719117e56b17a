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
    BLUE,
    GREEN,
    ORANGE,
    Margins,
    beyond,
    finish,
    log_scale,
    new_axes,
    new_column,
    styles,
)

TINY = 1e-300  # below this a logarithm has nothing to show
NAMED = 10  # so many points of a path have a subscript of one digit


def plot_path(
    theta: Sequence[float],
    loss: Loss | None = None,
    ax: Axes | None = None,
    tangent: bool = False,
) -> Axes:
    """The points θ₀, θ₁, … on the loss curve, numbered while there is room.

    Args:
        theta: positions, shape (T+1,). Points that are not finite are left out.
        loss: the curve; θ² unless told.
        tangent: draw the tangent at θ₀, and say its slope.
    """
    ax = ax or new_axes()
    loss = loss or square()
    path = np.asarray([t for t in theta if np.isfinite(t)], dtype=float)
    reach = 1.15 * max(1e-9, np.abs(path - loss.minimum).max())
    grid = np.linspace(loss.minimum - reach, loss.minimum + reach, 201)
    curve = [loss.value(g) for g in grid]
    ax.plot(grid, curve, color=BLACK, alpha=0.5, lw=1, label="the curve")
    heights = [loss.value(t) for t in path]
    if tangent and len(path):
        slope = loss.gradient(path[0])
        side = 1 if slope > 0 else -1
        ends = path[0] + side * reach * np.array([-0.25, 0.13])
        line = heights[0] + slope * (ends - path[0])
        ax.plot(ends, line, color=GREEN, lw=2)
        ax.annotate(
            f"slope {slope:.3g}".replace("-", "−"),
            (ends[1], line[1]),
            (-8 * side, -4),
            textcoords="offset points",
            ha="right" if side > 0 else "left",
            color=GREEN,
        )
    look = {"color": ORANGE, "marker": "o", "ms": 6, "lw": 1.2, "ls": "--"}
    ax.plot(path, heights, label="the path", **look)
    # Beside the curve where no line goes: a path that jumps across fills the inside.
    jumps = np.any(np.diff(np.sign(path - loss.minimum)))
    named: list[float] = []
    for i, (x, y) in enumerate(zip(path[:NAMED], heights, strict=False)):
        if all(abs(x - other) > reach / 16 for other in named):
            named.append(x)
            right = (x > loss.minimum) == bool(jumps)
            ax.annotate(
                f"θ{chr(0x2080 + i)}",
                (x, y),
                (6 if right else -6, -10 if jumps else 2),
                textcoords="offset points",
                ha="left" if right else "right",
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
    """What a step multiplies the error by, against the rate; the band that shrinks.

    Marked are the rates 0.5, which lands on θ², and 1, from which on it diverges.
    """
    ax = ax or new_axes()
    ax.axhspan(-1, 1, color=BLUE, alpha=0.1, lw=0)
    ax.axhline(0, color=BLACK, lw=0.8)
    ax.plot(rates, factors, lw=2, color=BLUE)
    for rate, factor, says in ((0.5, 0, "0.5: lands at once"), (1, -1, "1: the bound")):
        ax.plot(rate, factor, "o", color=BLACK, ms=6)
        ax.annotate(says, (rate, factor), (6, 8), textcoords="offset points")
    ax.text(rates[0], -0.92, "  shaded: the error shrinks", va="bottom")
    return finish(ax, x="learning rate η", y="factor of each step")


def plot_results(
    results: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    distance: bool = True,
) -> Figure:
    """Compare runs of `optimize`: distance to the minimum, and the rates used.

    Args:
        results: name → (x_history, lr_history), one entry per iteration each.
        distance: False draws the rates alone.

    Returns:
        The figure; `figure.savefig("plot.pdf")` keeps it, if you want it kept.

    The distance is |x| on a logarithmic axis, where a steady rate is a straight line.
    """
    if distance:
        upper, lower = new_column(2)
        Margins(top=0.3, right=beyond(results)).set(upper.figure, rows=2)
        plot_errors({name: x for name, (x, _) in results.items()}, ax=upper)
        finish(upper, "Distance to the minimum", y="|x|")
    else:
        lower = new_axes()
    for (name, (_, lr)), style in zip(results.items(), styles(), strict=False):
        lower.plot(lr, lw=1.8, label=name, drawstyle="steps-post", **style)
    lower.set_ylim(bottom=0)
    lower.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if not distance:
        lower.legend(frameon=False)
    finish(lower, "Learning rate used", "iteration", "η")
    return lower.figure


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
