"""Figures of guessed gradients, of noise floors and of where momentum diverges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gdhelpers.plots.base import (
    BLACK,
    BLUE,
    finish,
    log_scale,
    new_axes,
    scattered,
    styles,
)
from gdhelpers.stability import contraction

KINDS = {
    "no momentum": (0.0, False),
    "heavy ball 0.9": (0.9, False),
    "Nesterov 0.9": (0.9, True),
}


def plot_guesses(
    guesses: Mapping[str, Sequence[float]], truth: float = 0.0, ax: Axes | None = None
) -> Axes:
    """One row for each batch size: a dot for each guess of one slope of the loss.

    Args:
        guesses: name of the row → guesses.
        truth: the slope of all the data, a line from top to bottom.
    """
    ax = ax or new_axes(height=0.9 + 0.6 * len(guesses))
    for row, values in enumerate(guesses.values()):
        values = np.asarray(values, dtype=float)
        height = row + scattered(len(values), 0.28)
        ax.plot(values, height, ".", color=BLUE, ms=4, alpha=0.7)
    ax.axvline(truth, color=BLACK, lw=1.2)
    ax.set_yticks(range(len(guesses)), list(guesses))
    ax.invert_yaxis()
    return finish(ax, x="gradient along the slope's axis   (line: all the data)")


def plot_floors(
    batch_sizes: Sequence[int],
    measured: Mapping[float, Sequence[float]],
    theory: Callable[[float, int], float],
    ax: Axes | None = None,
) -> Axes:
    """The noise floor against the batch size, a line of theory and dots for each rate.

    Args:
        batch_sizes: B of each dot.
        measured: rate → where runs settled, one for each batch size.
        theory: (rate, batch size) → floor, perhaps by a student's function.
    """
    ax = ax or new_axes(height=3.9)
    for (lr, floors), style in zip(measured.items(), styles(), strict=False):
        line = [theory(lr, size) for size in batch_sizes]
        ax.plot(batch_sizes, line, lw=1.5, **style)
        ax.plot(batch_sizes, floors, "o", color=style["color"], ms=7)
        ax.annotate(
            f"η = {lr:g}",
            (batch_sizes[-1], line[-1]),
            (9, 0),
            textcoords="offset points",
            va="center",
            color=style["color"],
            annotation_clip=False,
        )
    ax.set_xscale("log", base=2)
    ax.set_xticks(batch_sizes, [str(size) for size in batch_sizes])
    ax.minorticks_off()
    log_scale(ax)
    return finish(
        ax,
        "lines: your formula      dots: measured",
        x="batch size B",
        y="loss above the smallest",
    )


def plot_stability(
    curvature: float,
    bound: Callable[[float, float, bool], float] | None = None,
    kinds: Mapping[str, tuple[float, bool]] = KINDS,
    ax: Axes | None = None,
) -> Axes:
    """What a step leaves of the error in the long run, against the rate.

    Args:
        curvature: λ.
        bound: (λ, β, nesterov) → largest stable rate, perhaps a student's; a diamond
            where each kind's is said to be.
        kinds: name → β and whether it is Nesterov's.
    """
    ax = ax or new_axes(height=4.0)
    rates = np.linspace(0.0, 4.4 / curvature, 441)
    for (name, (momentum, nesterov)), style in zip(
        kinds.items(), styles(), strict=False
    ):
        left = [contraction(lr, curvature, momentum, nesterov) for lr in rates]
        ax.plot(rates, left, lw=2, label=name, **style)
        if bound:
            at = bound(curvature, momentum, nesterov)
            ax.plot(at, 1.0, "D", color=style["color"], ms=8, mec="white", zorder=4)
    ax.axhline(1.0, color=BLACK, lw=1)
    ax.set(xlim=(0, rates[-1]), ylim=(0, 1.6))
    ax.legend(loc="lower right", fontsize=9)
    title = "diamonds: your bounds" if bound else ""
    return finish(ax, title, x="learning rate η", y="factor of a step, |r|")
