"""Figures of lesson 05: rates epoch by epoch, the bug gallery, results over seeds."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gdhelpers.plots.base import (
    BLACK,
    BLUE,
    ORANGE,
    finish,
    log_scale,
    new_axes,
    new_grid,
    scattered,
    styles,
)

GREY = "#767676"


def plot_rates(
    first: tuple[str, Sequence[float]],
    second: tuple[str, Sequence[float]],
    ax: Axes | None = None,
) -> Axes:
    """Two lists of rates, (name, rates) each, that fall by steps; named at a fall.

    Where they agree, the first shows as rings around the second's dots.
    """
    ax = ax or new_axes()
    looks = [{"markersize": 9, "fillstyle": "none"}, {"markersize": 4}]
    for (name, rates), style, look, side in zip(
        (first, second), styles(), looks, ("right", "left"), strict=False
    ):
        ax.plot(
            rates, drawstyle="steps-post", marker="o", linewidth=1.5, **style, **look
        )
        fall = next(t for t in range(1, len(rates)) if rates[t] < rates[t - 1])
        ax.annotate(
            name,
            (fall, (rates[fall] * rates[fall - 1]) ** 0.5),
            (-6 if side == "right" else 6, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            color=style["color"],
        )
    log_scale(ax)
    return finish(ax, x="epoch", y="learning rate")


def plot_gallery(traces: Mapping[str, Mapping]) -> Axes:
    """Small pictures of traces: intended (grey), used (blue), recorded (orange).

    Args:
        traces: title -> trace, as `gdhelpers.scheduler_bugs.make_trace` gives it. The
            rate axis is logarithmic and the same in all.
    """
    columns = min(3, len(traces))
    rows = -(-len(traces) // columns)
    axes = new_grid(rows, columns, 0.4 + 2 * rows, top=0.7, bottom=0.5)
    log_scale(axes[0][0])
    axes[0][0].minorticks_off()
    axes[0][0].xaxis.set_major_locator(MaxNLocator(4, integer=True))
    intended = np.ravel([t["intended"] for t in traces.values()])
    used = min(np.min(t["used"]) for t in traces.values())
    # A rate that dies out leaves the picture; the others stay in it.
    lowest = min(intended.min() / 8, max(used, intended.min() / 100) / 2)
    axes[0][0].set_ylim(lowest, intended.max() * 2)
    for ax, (title, trace) in zip(axes.flat, traces.items(), strict=False):
        epochs = len(trace["intended"])
        batches = len(trace["used"][0])
        ax.step(
            range(epochs + 1),
            [*trace["intended"], trace["intended"][-1]],
            where="post",
            color=GREY,
            linewidth=7,
            alpha=0.35,
        )
        ax.step(
            np.arange(epochs * batches + 1) / batches,
            [*np.ravel(trace["used"]), trace["used"][-1][-1]],
            where="post",
            color=BLUE,
            linewidth=1.8,
        )
        ax.plot(np.arange(epochs) + 0.5, trace["recorded"], "o", color=ORANGE, ms=4)
        finish(ax, textwrap.fill(title, 18))
        ax.title.set_fontsize(9)
    for ax in axes.flat[len(traces) :]:
        ax.set_visible(False)
    first = axes[0][0]
    figure = first.figure
    figure.supxlabel("epoch", fontsize=10)
    figure.supylabel("learning rate", x=0.005, fontsize=10)
    figure.suptitle(
        "grey band: intended      blue line: used      orange dots: recorded",
        y=1 - 0.05 / figure.get_figheight(),
        fontsize=10,
    )
    return first


def plot_seeds(results: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """One row for each schedule: a dot for each seed, the mean ± deviation in words."""
    ax = ax or new_axes(height=0.7 + 0.6 * len(results))
    names = list(results)
    for row, (name, style) in enumerate(zip(names, styles(), strict=False)):
        values = np.asarray(results[name])
        ax.plot(
            values,
            row + scattered(len(values), 0.15),
            "o",
            color=style["color"],
            markersize=7,
            markeredgecolor="white",
        )
        ax.plot(values.mean(), row, "|", color=BLACK, markersize=22, mew=2)
        ax.text(
            1.01,
            row,
            f"{values.mean():.1f} ± {values.std(ddof=1):.1f}",
            transform=ax.get_yaxis_transform(),
            va="center",
        )
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.margins(y=0.2)
    return finish(ax, x="test accuracy after 5 epochs, %   (a dot a seed, bar: mean)")
