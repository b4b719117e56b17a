"""Lesson 06's explorer: look over ReduceLROnPlateau's shoulder, epoch by epoch."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.colors import to_hex
from torch.optim.lr_scheduler import ReduceLROnPlateau

from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, vector
from gdhelpers.plots.base import BLACK, BLUE, ORANGE, finish
from gdhelpers.plots.legible import ink

SERIES = (
    "0.90 0.71 0.58 0.49 0.50 0.44 0.41 0.42 0.40 0.405 "
    "0.403 0.39 0.40 0.395 0.392 0.393 0.391 0.394"
)
FACTORS = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9]
THRESHOLDS = [0, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3]
WAITS = list(range(0, 11))
FIRST_LR, MOST, BIG = 0.1, 60, 1e6


def read_series(text: str) -> tuple[list[float], str]:
    """The numbers in a text, divided by spaces or commas, and what was left out."""
    numbers, odd = [], []
    for word in re.split(r"[\s,;]+", text.strip()):
        try:
            value = float(word)
        except ValueError:
            odd.extend([word] if word else [])
        else:
            # NaN and infinity are metrics, too; a number too large to draw is cut.
            finite = math.isfinite(value)
            numbers.append(max(-BIG, min(BIG, value)) if finite else value)
    note = ""
    if odd:
        note = f"left out, as it is not a number: {odd[0][:30]}. "
    if len(numbers) > MOST:
        note += f"Only the first {MOST} numbers are used."
    return numbers[:MOST], note.strip()


def watch(metrics: Sequence[float], **settings) -> list[dict]:
    """What torch's ReduceLROnPlateau holds after each metric.

    Without its `eps`, which leaves out drops smaller than 1e-8: the lesson has none.
    """
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=FIRST_LR)
    scheduler = ReduceLROnPlateau(optimizer, eps=0, **settings)
    better = 1 - settings["threshold"] * (1 if settings["mode"] == "min" else -1)
    states = []
    for metric in metrics:
        before, bad = optimizer.param_groups[0]["lr"], scheduler.num_bad_epochs
        resting = scheduler.in_cooldown
        bar = scheduler.best * better
        scheduler.step(metric)
        lr = optimizer.param_groups[0]["lr"]
        better_now = metric < bar if settings["mode"] == "min" else metric > bar
        states.append(
            {
                "bar": bar,  # what this metric had to beat
                "best": scheduler.best,
                "better": better_now,
                "bad": 0 if better_now or resting else bad + 1,  # before a drop's reset
                "cooldown": scheduler.cooldown_counter,
                "lr": lr,
                "dropped": lr < before,
            }
        )
    return states


def plateau_answer(
    simulate: Callable | None,
    series: str,
    epoch: int,
    mode: str,
    factor: float,
    patience: int,
    threshold: float,
    cooldown: int,
) -> Answer:
    """Explain one epoch of a metric series; `simulate` may be a student's.

    Args:
        simulate: simulate_plateau(metrics, initial_lr, mode=…, …) -> rate after each.
        series: the metric after each epoch, numbers in a text.
        epoch: the one to look at, from 0.
    """
    metrics, note = read_series(series)
    if not metrics:
        words = "There is no metric yet: type one number an epoch, such as 0.9 0.5 0.5."
        return Answer(words, {"metrics": [], "states": [], "rates": [], "epoch": 0})
    settings = {
        "mode": mode,
        "factor": factor,
        "patience": patience,
        "threshold": threshold,
        "cooldown": cooldown,
    }
    states = watch(metrics, **settings)
    rates = [s["lr"] for s in states]
    if simulate is not None:
        rates, note = compare(simulate, metrics, settings, rates, note)
    asked, epoch = epoch, min(max(epoch, 0), len(metrics) - 1)
    # Words, target and picture speak of the same rates, the student's where there are.
    before = [FIRST_LR, *rates]
    drops = [t for t, lr in enumerate(rates) if lr < before[t]]
    words = f"There is no epoch {asked} here. " if asked > epoch else ""
    words += tell(metrics[epoch], states[epoch], epoch, settings)
    words += move(before[epoch], rates[epoch], states[epoch]["dropped"])
    words += f" Cooldown left: {states[epoch]['cooldown']}."
    if drops:
        words += f" In all, the rate falls {times(len(drops))}, after epoch"
        words += f"{'s' * (len(drops) > 1)} {listed(drops)}."
    else:
        words += " In all, the rate does not fall."
    reached = f"two falls, after epochs {listed(drops)}." if len(drops) == 2 else ""
    data = {"metrics": metrics, "states": states, "rates": rates, "epoch": epoch}
    return Answer(words, data, reached, note)


def compare(
    simulate: Callable, metrics: list, settings: dict, rates: list, note: str
) -> tuple[list[float], str]:
    """The student's rates beside torch's, and where they part."""
    try:
        found = ask(simulate, list(metrics), FIRST_LR, **settings)
        given = vector(simulate, found, len(metrics))
    except Unusable as trouble:
        return rates, f"{note} {trouble} Until then you see torch's rates.".strip()
    for t, (mine, right) in enumerate(zip(given, rates, strict=True)):
        if not math.isclose(mine, right, rel_tol=1e-6):
            note += (
                f" After epoch {t} {name_of(simulate)} has the rate {mine:.4g}, "
                f"torch {right:.4g}. The picture shows yours."
            )
            break
    return given, note.strip()


def tell(metric: float, state: dict, epoch: int, settings: dict) -> str:
    """What the rule makes of one epoch's metric, in words."""
    side = "below" if settings["mode"] == "min" else "above"
    words = f"Epoch {epoch}: metric {metric:.4g}"
    if math.isfinite(state["bar"]):
        words += f", to be better it had to be {side} {state['bar']:.5g}. "
    elif math.isfinite(metric):
        words += ", the first to compare with. "
    else:
        words += ". "
    if math.isnan(metric):
        words += "NaN is never better. "
    if state["better"]:
        words += "Better: the new best, and the bad count is 0. "
    elif state["bad"]:
        words += f"Bad epoch {state['bad']}, with a patience of {settings['patience']}"
        if math.isfinite(state["best"]):
            words += f"; best {state['best']:.4g}"
        words += ". "
    else:
        words += "Not better, but in cooldown bad epochs are not counted. "
    return words


def move(before: float, after: float, due: bool) -> str:
    """Say what the rate does; `due`: the rule says that it falls here."""
    if after > before:
        return f"The rate rises to {after:.3g}."
    if after == before:
        return f"The rate stays {after:.3g}."
    return f"{'That is one too many: t' if due else 'T'}he rate falls to {after:.3g}."


def times(number: int) -> str:
    """Say "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def listed(numbers: Sequence[int]) -> str:
    """Say "3", "3 and 5", "3, 5 and 9"."""
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    series, rates = canvas.axes
    finish(series, x="epoch", y="metric")
    finish(rates, "the rate after each epoch", "epoch", "rate")
    rates.set(yscale="log", ylim=(1e-6, 0.5))
    metric = canvas.line(series, color=BLUE, marker="o", markersize=4, linewidth=1.2)
    bar = canvas.line(series, color=BLACK, linestyle="--", drawstyle="steps-mid")
    best = canvas.line(series, color="0.5", drawstyle="steps-mid", linewidth=1)
    bad = canvas.line(
        series, color=ORANGE, marker="x", markersize=9, mew=2.5, linestyle=""
    )
    rate = canvas.line(rates, color=ORANGE, marker="s", drawstyle="steps-post")
    here = [canvas.line(ax, color="0.4", linestyle=":") for ax in canvas.axes]
    keys = (("● metric", BLUE), ("x bad epoch", ORANGE), ("-- to beat", BLACK))
    keys += (("— best so far", "0.5"),)
    # Above the axes, where no curve comes.
    for (name, colour), x in zip(keys, (0, 0.21, 0.49, 0.73), strict=True):
        series.text(
            x, 1.02, name, color=ink(to_hex(colour)), fontsize=9, va="bottom",
            transform=series.transAxes,
        )  # fmt: skip

    def draw(data: Mapping) -> bytes:
        y = np.array(data["metrics"], dtype=float)
        epochs, states = np.arange(len(y)), data["states"]
        seen = y[np.isfinite(y)]
        low, high = (seen.min(), seen.max()) if seen.size else (0, 1)
        # Steady unless the series leaves it: the axes are then painted anew.
        low, high = min(0, low * 1.1), max(1, high * 1.1)
        for ax in canvas.axes:
            ax.set_xlim(-1, max(len(y), 18))
        series.set_ylim(low, high)
        metric.set_data(epochs, y)
        bars = np.array([s["bar"] for s in states], dtype=float)
        bar.set_data(epochs, np.where(np.isfinite(bars), bars, np.nan))
        best.set_data(epochs, [s["best"] for s in states])
        is_bad = np.array([s["bad"] > 0 for s in states], dtype=bool)
        # A metric that is no number has its mark at the foot.
        height = np.where(np.isfinite(y), y, low + 0.03 * (high - low))
        bad.set_data(epochs[is_bad], height[is_bad])
        rate.set_data(epochs, np.clip(data["rates"], 1e-7, 1e3))
        for line, ax in zip(here, canvas.axes, strict=True):
            line.set_data([data["epoch"]] * 2, ax.get_ylim())
        return canvas.png()

    return canvas, draw


def explore_plateau(simulate_plateau: Callable | None = None) -> Explorer:
    """Edit a metric series and see best, threshold, bad count, cooldown and rate.

    `simulate_plateau(metrics, initial_lr, mode, factor, …)` may be yours; torch's own
    scheduler stands beside it.
    """
    canvas, draw = make_draw()
    name = {"description_width": "initial"}
    series = widgets.Text(
        SERIES,
        description="metric after each epoch",
        tooltip="metric after each epoch, numbers divided by spaces",
        style=name,
        layout=widgets.Layout(width="98%"),
    )
    epoch = choice("look at epoch", list(range(MOST)), 4, "{:d}".format)
    value = widgets.FloatSlider(
        min=0,
        max=1,
        step=0.01,
        description="metric of that epoch",
        tooltip="drag the metric of the epoch you look at",
        style=name,
        layout=epoch.layout,
    )
    mode = widgets.Dropdown(
        options=["min", "max"], description="mode", tooltip="mode", style=name
    )
    controls = {
        "series": series,
        "epoch": epoch,
        "mode": mode,
        "factor": choice("factor", FACTORS, 0.1),
        "patience": choice("patience", WAITS, 1, "{:d}".format),
        "threshold": choice("threshold", THRESHOLDS, 1e-4),
        "cooldown": choice("cooldown", WAITS, 0, "{:d}".format),
    }
    _drag(series, epoch, value)
    return Explorer(
        controls,
        functools.partial(plateau_answer, simulate_plateau),
        draw,
        canvas,
        target="make the rate fall exactly twice.",
        alt="Left, the metric and the bar it has to beat; right, the rate.",
        name="explore_plateau",
        more=[value],
    )


def _drag(series: widgets.Text, epoch: widgets.Widget, value: widgets.Widget) -> None:
    """Let `value` show the series' number at `epoch`, and change it when moved."""
    showing = False

    def show(_change=None) -> None:
        nonlocal showing
        metrics, _ = read_series(series.value)
        if epoch.value < len(metrics) and math.isfinite(metrics[epoch.value]):
            showing = True
            value.value = min(max(metrics[epoch.value], value.min), value.max)
            showing = False

    def change(_change) -> None:
        metrics, _ = read_series(series.value)
        if not showing and epoch.value < len(metrics):
            metrics[epoch.value] = value.value
            series.value = " ".join(f"{m:.4g}" for m in metrics)

    show()
    epoch.observe(show, "value")
    series.observe(show, "value")
    value.observe(change, "value")
