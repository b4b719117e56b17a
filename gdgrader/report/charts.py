"""The report's pictures: matplotlib figures as SVG data URIs, each with its alt text.

Okabe & Ito's colours; what a colour says, a hatch or a label says as well.
"""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdgrader.report.summary import Item, Misconception
from gdhelpers.plots.base import BLUE, ORANGE, finish

GREY = "#767676"  # 4.5 : 1 on white
MOST_BARS = 12
LOOK = {"svg.fonttype": "path", "svg.hashsalt": "report", "font.size": 10}


@dataclass(frozen=True)
class Picture:
    """An image for `<img src alt>`."""

    src: str
    alt: str


def _picture(ax: Axes, alt: str) -> Picture:
    data = io.BytesIO()
    with mpl.rc_context(LOOK):
        ax.figure.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    text = base64.b64encode(data.getvalue()).decode()
    return Picture(f"data:image/svg+xml;base64,{text}", alt)


def _axes(width: float, height: float) -> Axes:
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def _rows(count: int, each: float = 0.42) -> float:
    return 0.9 + each * max(count, 1)


def misconception_bars(found: Sequence[Misconception], graded: int) -> Picture:
    """How many students made each known mistake, the most frequent on top."""
    shown = found[:MOST_BARS]
    ax = _axes(5.6, _rows(len(shown), 0.4))
    counts = [len(m.students) for m in shown]
    bars = ax.barh(range(len(shown)), counts, color=BLUE, height=0.62)
    ax.bar_label(bars, [f" {n}" for n in counts], padding=2, fontweight="bold")
    ax.set_yticks(
        range(len(shown)), [f"{m.name}\n({m.exercise})" for m in shown], fontsize=9
    )
    ax.invert_yaxis()
    ax.set_xlim(0, max(counts, default=1) * 1.12)
    ax.xaxis.get_major_locator().set_params(integer=True)
    finish(ax, x=f"students, of {graded} graded")
    ax.set_axisbelow(True)
    ax.grid(False, axis="y")
    words = "; ".join(f"{m.name} in {m.exercise}: {len(m.students)}" for m in shown)
    return _picture(ax, f"Bars: how many students made each known mistake. {words}.")


def score_bars(scores: Sequence[float], most: float) -> Picture:
    """How many students have each number of points."""
    ax = _axes(7.2, 2.8)
    whole = all(float(s).is_integer() for s in scores) and most <= 40
    width = 1 if whole else most / 20
    bins = Counter(round(score / width) for score in scores)
    places = [place * width for place in bins]
    bars = ax.bar(places, bins.values(), width=0.82 * width, color=BLUE)
    ax.bar_label(bars, padding=1)
    ax.set_xlim(-width, most + width)
    ax.set_ylim(0, max(bins.values(), default=1) * 1.2)
    ax.yaxis.get_major_locator().set_params(integer=True)
    every = max(1, round(most / 10))
    ax.set_xticks([*range(0, int(most) + 1, every)])
    finish(ax, x=f"points given by the grader, of {most:g}", y="students")
    ax.grid(False)
    words = ", ".join(f"{bins[p]} with {p * width:g}" for p in sorted(bins))
    return _picture(ax, f"Bars: students by points of {most:g}. {words}.")


def pass_bars(items: Sequence[Item]) -> Picture:
    """For each graded cell the shares of right, wrong and unwritten answers."""
    ax = _axes(7.2, _rows(len(items)) + 0.3)
    labels = [fill(item.label, 38) for item in items]
    left = [0.0] * len(items)
    parts = (
        ("right", [i.right for i in items], {"color": BLUE}),
        ("wrong", [i.wrong for i in items], {"color": ORANGE, "hatch": "///"}),
        (
            "not written",
            [i.unwritten for i in items],
            {"color": "white", "hatch": "..", "edgecolor": GREY},
        ),
    )
    total = [max(1, i.right + i.wrong + i.unwritten) for i in items]
    for name, counts, look in parts:
        shares = [100 * c / t for c, t in zip(counts, total, strict=True)]
        look = {"edgecolor": "white", "linewidth": 0.5, "height": 0.68} | look
        ax.barh(range(len(items)), shares, left=left, label=name, **look)
        left = [a + b for a, b in zip(left, shares, strict=True)]
    for row, item in enumerate(items):
        ax.text(101.5, row, f"{100 * item.rate:.0f} %", va="center", fontweight="bold")
    ax.set_yticks(range(len(items)), labels, fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 110)
    ax.set_xticks([0, 25, 50, 75, 100])
    finish(ax, x="% of graded submissions; the number is the share that is right")
    ax.grid(False)
    ax.legend(
        ncols=3, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), fontsize=9
    )
    words = "; ".join(f"{i.label}: {100 * i.rate:.0f} %" for i in items)
    return _picture(ax, f"Stacked bars: share of right answers per check. {words}.")


def discrimination_dots(items: Sequence[Item]) -> Picture:
    """The item-rest correlation of each graded cell, where it is defined."""
    ax = _axes(7.2, _rows(len(items)))
    ax.axvspan(-1, 0, color=ORANGE, alpha=0.12, linewidth=0)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.axvline(0.2, color=GREY, linewidth=0.8, linestyle="--")
    for row, item in enumerate(items):
        value = item.discrimination
        if value is None:
            ax.text(0.02, row, "undefined", va="center", color=GREY, fontsize=9)
            continue
        ax.plot([0, value], [row, row], color=BLUE, linewidth=2)
        ax.plot(value, row, "o" if value >= 0 else "X", color=BLUE, markersize=8)
        ax.text(value + 0.03, row, f"{value:.2f}", va="center", fontsize=9)
    ax.set_yticks(
        range(len(items)), [fill(item.label, 38) for item in items], fontsize=9
    )
    ax.invert_yaxis()
    low = min([i.discrimination for i in items if i.discrimination is not None] + [0])
    ax.set_xlim(min(-0.1, low - 0.1), 1.12)
    finish(ax, x="item-rest correlation (dashed: 0.2)")
    words = "; ".join(
        f"{i.label}: "
        + ("undefined" if i.discrimination is None else f"{i.discrimination:.2f}")
        for i in items
    )
    return _picture(ax, f"Dots: item-rest correlation of each check. {words}.")
