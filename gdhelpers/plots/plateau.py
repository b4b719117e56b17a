"""Figures of lesson 06: a rate that listens to a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdhelpers.plots.base import (
    BLUE,
    GREEN,
    ORANGE,
    finish,
    log_scale,
    new_axes,
    new_column,
    new_figure,
    styles,
)

if TYPE_CHECKING:
    from gdhelpers.plateau import Decision


def plot_decisions(rows: Sequence[Decision], patience: int) -> Figure:
    """Three panels over the epochs: the metric and its bar, the bad count, the rate."""
    figure = new_figure(height=5.4)
    top, middle, bottom = figure.subplots(3, sharex=True, height_ratios=[2, 1, 1])
    epochs = np.arange(len(rows))
    good = np.array([row.better for row in rows])
    metric = np.array([row.metric for row in rows])
    bars = [row.bar for row in rows]
    top.hlines(bars, epochs - 0.5, epochs + 0.5, color=ORANGE, linewidth=2)
    top.plot(epochs, metric, color=BLUE, linewidth=0.8, alpha=0.5)
    top.plot(epochs[good], metric[good], "o", color=BLUE, markersize=8)
    top.plot(
        epochs[~good], metric[~good], "o", color=BLUE, markersize=8, markerfacecolor="w"
    )
    last = int(np.flatnonzero(good)[-1])
    top.annotate(
        "filled: better",
        (last, metric[last]),
        (-8, -4),
        textcoords="offset points",
        color=BLUE,
        ha="right",
    )
    top.annotate(
        "line: what it must beat", (1.6, bars[2]), (0, -16),
        textcoords="offset points", color=ORANGE,
    )  # fmt: skip
    middle.bar(epochs, [row.bad for row in rows], color=BLUE, width=0.6)
    middle.axhline(patience, color=ORANGE, linestyle="--")
    middle.annotate(
        f"patience {patience}", (1, patience), (6, 0), color=ORANGE, va="center",
        xycoords=("axes fraction", "data"), textcoords="offset points",
    )  # fmt: skip
    middle.set(ylim=(0, patience + 1.4), yticks=range(patience + 2))
    edges = np.arange(len(rows) + 1) + 0.5
    bottom.stairs([row.lr for row in rows], edges, baseline=None, color=BLUE, lw=2)
    log_scale(bottom)
    for i, row in enumerate(rows):
        if row.dropped:
            for ax in (top, middle, bottom):
                ax.axvline(i + 0.5, color=GREEN, linestyle=":")
            bottom.annotate(
                f"drops to {row.lr:g}",
                (i + 0.5, row.lr),
                (4, 3),
                textcoords="offset points",
                color=BLUE,
            )
    top.margins(y=0.14)  # room below the last point for its name
    finish(top, y="loss")
    finish(middle, y="bad epochs")
    finish(bottom, x="epoch", y="rate after it")
    bottom.set_xticks(epochs)
    return figure


def plot_patience(
    metrics: Sequence[float],
    rates: Mapping[str, Sequence[float]],
    lowest: float = 0.0,
) -> Axes:
    """The metric; below it the rates that different settings give.

    Args:
        metrics: what the rule sees, one number an epoch.
        rates: name -> the rate in force after each epoch.
        lowest: where the rates' axis begins. A rate that falls below leaves the
            picture there, and its name says how far it goes.
    """
    upper, lower = new_column(2)
    upper.plot(metrics, color="#767676", linewidth=1)
    finish(upper, "what the rule sees", y="loss")
    for (name, series), style in zip(rates.items(), styles(), strict=False):
        lower.plot(series, drawstyle="steps-post", linewidth=2, **style)
        below = np.flatnonzero(np.asarray(series) < lowest)
        leaves = below.size and series[-1] < lowest
        at = (below[0], lowest) if leaves else (len(series) - 1, series[-1])
        if leaves:
            name = f"{name},\nlater {series[-1]:.0e}"
        lower.annotate(
            name, at, (6, 4 if leaves else 0), textcoords="offset points",
            color=style["color"], va="bottom" if leaves else "center",
            annotation_clip=False,
        )  # fmt: skip
    log_scale(lower)
    if lowest:
        lower.set_ylim(lowest, 2 * max(max(series) for series in rates.values()))
    return finish(lower, "what it does", "epoch", "rate")


def plot_rescue(runs: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Axes:
    """|x| on a logarithmic axis, and the rates, of name -> (x_history, lr_history)."""
    upper, lower = new_column(2)
    for (name, (x, lr)), style in zip(runs.items(), styles(), strict=False):
        steps, middle = np.arange(1, len(x) + 1), len(x) // 2
        upper.plot(steps, np.abs(x), linewidth=2, **style)
        lower.plot(steps, lr, linewidth=2, drawstyle="steps-mid", **style)
        for ax, height in ((upper, abs(x[middle])), (lower, lr[middle])):
            ax.annotate(
                name,
                (steps[middle], height),
                (6, 8 if height < 1 else -14),
                textcoords="offset points",
                color=style["color"],
            )
    log_scale(upper)
    finish(upper, "distance from the minimum", y="|x|")
    return finish(lower, "rate used", "iteration", "η")


def plot_steered(
    series: Mapping[str, Sequence[float]],
    rates: Sequence[float],
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Accuracies over the epochs, with a line and the new rate wherever it dropped.

    Args:
        series: name -> one accuracy an epoch, in percent.
        rates: the rate in force after each epoch.
    """
    ax = ax or new_axes()
    for (name, values), style in zip(series.items(), styles(), strict=False):
        ax.plot(values, "o", markersize=5, fillstyle="none", **style)
        ax.plot(values, linewidth=1.5, label=name, **style)
    low = min(min(values) for values in series.values())
    for epoch in np.flatnonzero(np.diff([0.1, *rates]) < -1e-12):
        ax.axvline(epoch + 0.5, color=GREEN, linestyle=":")
        last = epoch == len(rates) - 1  # where the panel ends
        ax.text(
            epoch + (0.45 if last else 0.55), low, f"{rates[epoch]:.4g}", color=GREEN,
            rotation=90, ha="right" if last else "left", va="bottom",
        )  # fmt: skip
    ax.legend(frameon=False, loc="center", bbox_to_anchor=(0.52, 0.45))
    ax.set_xticks(range(len(rates)))
    return finish(ax, title, "epoch", "accuracy in %")
