"""Figures of lesson 08: a range test, sharpness beside 2/η, faults of long runs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from gdhelpers.plots.base import (
    BLUE,
    GREEN,
    ORANGE,
    finish,
    log_scale,
    new_axes,
    new_column,
    new_grid,
    styles,
)

GREY = "#767676"
MARKS = ("o", "s", "^", "D")


def plot_range_test(
    rates: Sequence[float],
    losses: Sequence[float],
    smooth: Sequence[float],
    marks: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The losses of a range test by rate, on a logarithmic axis.

    Args:
        smooth: the averaged losses; they may end earlier.
        marks: name → a rate read off them; a tenth of one may lie between the dots.
    """
    ax = ax or new_axes()
    ax.plot(rates[: len(losses)], losses, ".", color=GREY, markersize=3)
    ax.plot(rates[: len(smooth)], smooth, color=BLUE, linewidth=2)
    ax.set_xscale("log")
    low, high = min(smooth), max(smooth[: len(smooth) // 2])
    ax.set_ylim(low - 0.5 * (high - low), high + 0.25 * (high - low))
    colours = (ORANGE, GREEN, "#5D3A9B")
    for (name, lr), colour, mark in zip(
        (marks or {}).items(), colours, MARKS, strict=False
    ):
        height = np.interp(np.log(lr), np.log(rates[: len(smooth)]), smooth)
        ax.plot(lr, height, mark, color=colour, markersize=9)
        ax.annotate(
            f"{name}\n{lr:.2f}", (lr, height), (0, -10), textcoords="offset points",
            color=colour, ha="right" if name == "tenth" else "center", va="top",
        )  # fmt: skip
    return finish(ax, x="learning rate", y="loss (dots), averaged (line)")


def plot_edge(
    found: Mapping[float, tuple[Sequence[int], Sequence[float]]],
    losses: Mapping[float, Sequence[float]],
) -> Axes:
    """Loss, and below it the sharpness with its line 2/η, for some constant rates.

    Args:
        found: η → steps, and the sharpness at each.
        losses: η → the loss at each step.
    """
    upper, lower = new_column(2)
    for (lr, (steps, values)), style in zip(found.items(), styles(), strict=False):
        upper.plot(losses[lr], linewidth=1.2, **style)
        lower.axhline(2 / lr, color=style["color"], linewidth=1, linestyle=":")
        lower.plot(steps, values, marker="o", markersize=4, linewidth=1.5, **style)
        for ax, height in ((upper, losses[lr][-1]), (lower, values[-1])):
            ax.annotate(
                f"η = {lr:g}", (steps[-1], height), (6, 0), va="center",
                textcoords="offset points", color=style["color"], annotation_clip=False,
            )  # fmt: skip
    log_scale(upper)
    _plain_log(lower)
    finish(upper, "the loss", y="L")
    return finish(lower, "the sharpness; dotted: 2/η", "step", "λ")


def plot_warmed(runs: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> Axes:
    """The sharpness along runs that warm up, and 2/ηₜ, name → steps and values each."""
    ax = new_axes()
    for (name, (steps, values)), style in zip(runs.items(), styles(), strict=False):
        ax.plot(steps, values, linewidth=2, label=name, **style)
    _plain_log(ax)
    ax.legend(frameon=False)
    return finish(ax, x="step", y="λ, and 2/η")


def _plain_log(ax: Axes) -> None:
    """A logarithmic y axis over a decade or two, its ticks in plain numbers."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ticks = [v for v in (1, 2, 3, 5, 10, 20, 30, 50, 100) if low <= v <= high]
    ax.set_yticks(ticks, [str(v) for v in ticks])
    ax.minorticks_off()


def plot_faults(traces: Mapping[str, Mapping]) -> Axes:
    """Small pictures of runs: due (grey), used (blue), left out and resumed (marks).

    Args:
        traces: title → a trace of `gdhelpers.scheduler_faults`.

    Returns:
        The first panel, whose figure holds them all.
    """
    columns = 2 if len(traces) > 3 else len(traces)
    rows = -(-len(traces) // columns)
    axes = new_grid(rows, columns, 0.7 + 1.7 * rows, top=0.75, bottom=0.5)
    for ax, (title, trace) in zip(axes.flat, traces.items(), strict=False):
        planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
        top = max(*planned, *used)
        due = [planned[sum(stepped[:i])] / top for i in range(len(used))]
        edges = np.arange(len(used) + 1)
        ax.step(edges, [*due, due[-1]], where="post", color=GREY, lw=7, alpha=0.35)
        shown = [lr / top for lr in used]
        ax.step(edges, [*shown, shown[-1]], where="post", color=BLUE, lw=1.8)
        for i in range(len(used)):
            if not stepped[i]:
                ax.plot(i + 0.5, shown[i], "x", color=ORANGE, ms=8, mew=2)
        if trace["resumed_at"] is not None:
            ax.axvline(trace["resumed_at"], color=GREEN, linestyle=":", linewidth=1.8)
        finish(ax, textwrap.fill(title, 26))
        ax.title.set_fontsize(9)
    for ax in axes.flat[len(traces) :]:
        ax.set_visible(False)
    figure = axes[0][0].figure
    figure.supxlabel("times that the optimizer was to step", fontsize=10)
    figure.supylabel("rate, of the highest", x=0.005, fontsize=10)
    figure.suptitle(
        "grey band: due      blue line: used\ncross: left out      dotted: resumed",
        y=1 - 0.05 / figure.get_figheight(),
        fontsize=10,
    )
    return axes[0][0]
