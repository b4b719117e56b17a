"""Lesson 08's explorer: loss and sharpness against 2/η, while η rises.

The runs are those of `gdhelpers.edge`'s table, so a key press is answered at once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np

from gdhelpers.edge import DOTS, EVERY, RATES, STEPS, edge_table, small_task
from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.plots.base import BLACK, BLUE, GREEN, ORANGE, finish
from gdhelpers.sharpness import sharpness

LENGTHS = [25, 50, *range(100, STEPS + 1, 100)]
GOAL = 0.016
LOW, HIGH = 0.008, 8.0  # of the loss
LEAST, MOST = 0.5, 50.0  # of the sharpness
ITERATIONS = 60  # of the student's function; two digits of λ


def course_sharpness(loss_fn: Callable, params, iterations: int, seed: int) -> float:
    """λ as the course's own function finds it."""
    theta = params.detach().clone().requires_grad_()
    return sharpness(lambda: loss_fn(theta), [theta], seed)


def edge_answer(
    first: Callable[[], tuple[float, str]], lr: float, steps: int
) -> Answer:
    """Show the run at a constant rate up to a step.

    Args:
        first: gives λ at the start, perhaps a student's, and what is wrong with it.
    """
    row, (start, note) = edge_table()[lr], first()
    losses = np.array(row["loss"])[: steps // DOTS + 1]
    found = np.array(row["sharpness"])[: steps // EVERY + 1]
    bound, line = 2 / start, 2 / lr
    side = "above" if lr > bound else "below"
    words = f"η = {lr:g}: {side} the bound at the start, 2/{start:.3g} = {bound:.2g}. "
    reached = ""
    data = {"loss": losses, "sharpness": found, "line": line, "start": start}
    if row["diverged"]:
        words += f"The loss rises in each of the first {row['rises']} steps: diverges."
        return Answer(words, data, note=note)
    last = row["last"] if steps == STEPS else losses[-1]
    words += f"After {steps} steps the loss is {last:.3g} and the sharpness "
    words += f"{found[-1]:.3g}, where 2/η is {line:.3g}. "
    if found[-1] > 0.95 * line:
        words += "They have met: the edge of stability."
    elif found[-1] > found[0]:
        words += "The sharpness rises."
    if last < GOAL and lr > bound:
        reached = f"a loss of {last:.3g}, from a rate above the bound at the start."
    elif last < GOAL:
        words += "Low enough; now above the bound at the start."
    return Answer(words.strip(), data, reached, note)


def first_sharpness(function: Callable) -> tuple[float, str]:
    """λ at the start by `function`, or the course's and what is wrong with that one."""
    loss_fn, theta = small_task()
    right = edge_table()[RATES[0]]["sharpness"][0]
    try:
        given = number(function, ask(function, loss_fn, theta, ITERATIONS, 0))
    except Unusable as trouble:
        return right, f"{trouble} Until then you see the course's own λ at the start."
    if not abs(given - right) < 0.02 * right:
        return right, (
            f"{name_of(function)} gives {given:.4g} at the start, where λ is "
            f"{right:.3g}. Until then you see the course's own."
        )
    return given, ""


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    fall, bend = canvas.axes
    ticks = [0, 250, 500, 750, 1000]
    finish(fall, "the loss", "step", "L")
    fall.set(xlim=(0, STEPS), xticks=ticks, yscale="log", ylim=(LOW, HIGH))
    fall.axhline(GOAL, color=BLACK, linestyle="--", linewidth=1)
    fall.text(20, 1.06 * GOAL, "target 0.016: below this line", va="bottom")
    loss = canvas.line(fall, color=BLUE, linewidth=1.5)
    finish(bend, "the sharpness", "step", "λ")
    bend.set(xlim=(0, STEPS), xticks=ticks, yscale="log", ylim=(LEAST, MOST))
    bend.set_yticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    bend.minorticks_off()
    own = canvas.line(bend, color=GREEN, marker="o", markersize=4, linewidth=1.5)
    line = canvas.line(bend, color=ORANGE, linestyle="--", linewidth=2)
    name = canvas.text(
        bend, 0.98 * STEPS, 0, color=ORANGE, ha="right", va="bottom",
        transform=bend.transData, bbox=None,
    )  # fmt: skip

    def draw(data: Mapping) -> bytes:
        losses, found = data["loss"], data["sharpness"]
        loss.set_data(DOTS * np.arange(len(losses)), np.clip(losses, LOW, 10 * HIGH))
        own.set_data(EVERY * np.arange(len(found)), found)
        line.set_data([0, STEPS], [data["line"]] * 2)
        name.set_text("2/η")
        name.set_y(1.04 * data["line"])
        return canvas.png()

    return canvas, draw


def explore_edge(sharpness: Callable[..., float] = course_sharpness) -> Explorer:
    """Raise the rate of full-batch descent; `sharpness` may be yours."""
    canvas, draw = make_draw()
    first = functools.cache(functools.partial(first_sharpness, sharpness))
    return Explorer(
        {
            "lr": choice("learning rate η", list(RATES), 0.1),
            "steps": choice("steps", LENGTHS, STEPS, "{:d}".format),
        },
        functools.partial(edge_answer, first),
        draw,
        canvas,
        target="at a rate above the start's bound 2/λ, bring the loss below 0.016.",
        alt="Left, the loss of one run; right, its sharpness and the line 2/η.",
        name="explore_edge",
    )
