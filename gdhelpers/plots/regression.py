"""Figures of lesson 03: a line through noisy points, and how fast it gets there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gdhelpers.plots.base import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    finish,
    new_axes,
    new_column,
    new_grid,
    styles,
)

GREY = "#767676"


def plot_lines(x, y, lines: Mapping[str, Sequence[float]], ax=None) -> Axes:
    """Draw the points and straight lines over them, each named at its right end.

    Args:
        x: shape (n, 2), ones in the second column. y: shape (n,).
        lines: name -> (slope, intercept).
    """
    ax = ax or new_axes()
    ax.plot(x[:, 0], y, "o", color=GREY, markersize=3.5, zorder=1)
    ends = np.array([-1.0, 1.0])
    for (name, (slope, intercept)), style in zip(lines.items(), styles(), strict=False):
        height = float(slope) * ends + float(intercept)
        ax.plot(ends, height, linewidth=2, **style)
        ax.annotate(
            name,
            (1, height[1]),
            (5, 0),
            textcoords="offset points",
            color=style["color"],
            va="center",
            annotation_clip=False,
        )
    return finish(ax, x="x", y="y")


def plot_factors(curvatures: Sequence[float], bound: float, ax=None) -> Axes:
    """|1 − ηλ| against η for the flattest and the steepest direction.

    The larger of the two is what each step leaves of the error. Marked are the best
    rate, 2/(λ_min + λ_max), and `bound`, said to be the largest stable one.
    """
    ax = ax or new_axes()
    flat, steep = min(map(float, curvatures)), max(map(float, curvatures))
    best, end = 2 / (flat + steep), 1.15 * 2 / steep
    lr = np.linspace(0, end, 300)
    slow, fast = abs(1 - lr * flat), abs(1 - lr * steep)
    worse = {"label": "the worse of the two", "color": GREY, "alpha": 0.35}
    ax.plot(lr, np.maximum(slow, fast), linewidth=7, **worse)
    ax.plot(lr, slow, color=BLUE)
    ax.plot(lr, fast, color=ORANGE, linestyle="--")
    ax.axhline(1, color=BLACK, linewidth=0.8)
    ax.text(0.26 * end, 0.84, f"flattest, λ = {flat:.2f}", color=BLUE)
    ax.text(0.23 * end, 0.5, f"steepest, λ = {steep:.2f}", color=ORANGE)
    for where, text, offset in (
        (best, f"best: {best:.2f}", (0, 30)),
        (bound, f"your bound: {bound:.2f}", (-42, 12)),
    ):
        height = max(abs(1 - where * flat), abs(1 - where * steep))
        ax.plot(where, height, "o", color=BLACK)
        ax.annotate(
            text, (where, height), offset, textcoords="offset points", ha="center"
        )
    ax.text(0.02, 1.03, "above this line the error grows")
    ax.set(xlim=(0, end), ylim=(0, 1.35))
    return finish(ax, x="learning rate η", y="what a step leaves, |1 − ηλ|")


def plot_wobble(
    intercepts: Sequence[float], best: float, losses: Sequence[float]
) -> Axes:
    """The intercept step by step, and below it the loss of the same steps."""
    upper, lower = new_column(2)
    upper.plot(intercepts, "o-", color=BLUE, markersize=4)
    upper.axhline(best, color=BLACK, linewidth=1, linestyle="--")
    upper.annotate(
        "least\nsquares",
        (1, best),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
    )
    finish(upper, "The intercept", y="intercept")
    lower.plot(losses, "o-", color=GREEN, markersize=4)
    lower.set_ylim(bottom=0)
    finish(lower, "The loss of the same steps", "step", "loss")
    return upper


def plot_stills(x, y, paths: Mapping[str, Sequence], steps: Sequence[int]) -> Axes:
    """Small pictures of the fit: a column for each run, a row for each step."""
    axes = new_grid(len(steps), len(paths), 1.6 * len(steps))
    axes[0][0].set_xticks([-1, 0, 1])
    ends = np.array([-1.0, 1.0])
    for column, (name, path), style in zip(
        axes.T, paths.items(), styles(), strict=False
    ):
        for ax, t in zip(column, steps, strict=True):
            slope, intercept = map(float, path[t])
            ax.plot(x[:, 0], y, ".", color=GREY, markersize=3)
            ax.plot(ends, slope * ends + intercept, linewidth=2.5, **style)
            finish(ax, f"{name}, step {t}")
            ax.title.set_fontsize(10)
    return axes[0][0]
