"""Lesson 05's explorer: when to turn the rate down, and by how much."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np

from gdhelpers import schedules
from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.plots.base import BLACK, BLUE, ORANGE, finish
from gdhelpers.plots.legible import ink

RATES = [0.01, 0.1, *(round(0.2 + i / 10, 2) for i in range(8)), 1, 1.05, 1.1, 1.2]
RATES += [1.5, 2, 5, 10]
GAMMAS = [0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1]
SIZES = list(range(1, 21))
START, STEPS, GOAL = 500.0, 20, 1e-3
LOW, HIGH, FAR = 1e-8, 1e8, 1e100


def step_rate(t: int, initial_lr: float, step_size: int, gamma: float) -> float:
    """lr₀ · γ^⌊t / step_size⌋."""
    return schedules.step_decay(initial_lr, step_size, gamma)(t)


def step_decay_answer(
    rate: Callable[..., float], lr: float, gamma: float, step_size: int
) -> Answer:
    """Descend x² from 500 in 20 steps; `rate` may be a student's `step_lr`."""
    rates = [step_rate(t, lr, step_size, gamma) for t in range(STEPS)]
    note = ""
    try:
        given = [number(rate, ask(rate, t, lr, step_size, gamma)) for t in range(STEPS)]
        wrong = [t for t in range(STEPS) if not math.isclose(given[t], rates[t])]
        if wrong:
            t = wrong[0]
            note = (
                f"{name_of(rate)} gives {given[t]:.4g} at step {t}, but "
                f"lr₀·γ^⌊t/n⌋ is {rates[t]:.4g}. The picture shows your function."
            )
        rates = given
    except Unusable as trouble:
        note = f"{trouble} Until then you see the course's own schedule."

    x = [START]
    for used in rates:
        x.append(max(-FAR, min(FAR, x[-1] * (1 - 2 * max(-FAR, min(FAR, used))))))
    path, budget = np.array(x), math.fsum(rates)
    end = abs(path[-1])
    words = (
        f"η = {lr:g}, ×{gamma:g} every {step_size}: the budget Ση is {budget:.3g}, "
        f"and x ends {end:.3g} from the minimum. "
    )
    stable = next((t for t, used in enumerate(rates) if 0 < used < 1), None)
    reached = ""
    if end <= GOAL and rates[0] >= 1:
        reached = f"within 1e-3 of the minimum, from a first rate of {rates[0]:g}."
    elif end <= GOAL:
        words += "Near enough; now with a first rate of 1 or more."
    elif stable is None:
        words += "The rate never falls below 1, so x never comes nearer."
    elif stable:
        words += f"It moves away until the rate falls below 1, at step {stable}. "
        words += "Is that soon enough, and is there budget left?"
    elif budget < 5:
        words += "The budget is too small to get there."
    data = {"x": np.abs(path), "rates": np.array(rates), "budget": budget}
    return Answer(words.strip(), data, reached, note)


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=1)
    (ax,) = canvas.axes
    finish(ax, x="step", y="|x| and η")
    ax.set(xlim=(-0.5, 24.5), yscale="log", ylim=(LOW, HIGH), xticks=range(0, 21, 2))
    ax.axhline(GOAL, color=BLACK, linestyle="--", linewidth=1)
    ax.text(20.4, GOAL * 2, "target 1e-3")
    ax.axhline(1, color=ORANGE, linestyle=":", linewidth=1)
    ax.text(20.4, 2, "stable below 1", color=ink(ORANGE))
    distance = canvas.line(ax, color=BLUE, marker="o", markersize=5, linewidth=1.5)
    rate = canvas.line(
        ax, color=ORANGE, marker="s", markersize=4, drawstyle="steps-post"
    )
    # Above the axes, where no curve comes.
    above = {"transform": ax.transAxes, "va": "bottom"}
    ax.text(0, 1.02, "● |x|, how far from the minimum", color=BLUE, **above)
    ax.text(0.38, 1.02, "■ η, the rate each step uses", color=ink(ORANGE), **above)
    budget = canvas.text(ax, 1, 1.02, ha="right", va="bottom", bbox=None)

    def draw(data: Mapping) -> bytes:
        distance.set_data(range(STEPS + 1), np.clip(data["x"], LOW / 10, HIGH * 10))
        rate.set_data(range(STEPS), np.clip(data["rates"], LOW / 10, HIGH * 10))
        budget.set_text(f"budget Ση = {data['budget']:.3g}")
        return canvas.png()

    return canvas, draw


def explore_step_decay(step_lr: Callable[..., float] = step_rate) -> Explorer:
    """Play with first rate, γ and step size; `step_lr(t, lr, size, γ)` may be yours."""
    canvas, draw = make_draw()
    return Explorer(
        {
            "lr": choice("initial rate", RATES, 1.05),
            "gamma": choice("factor γ", GAMMAS, 0.3),
            "step_size": choice("step size", SIZES, 10, "{:d}".format),
        },
        functools.partial(step_decay_answer, step_lr),
        draw,
        canvas,
        target="start with a rate of 1 or more at x₀ = 500; land within 1e-3 of 0.",
        alt="The distance from the minimum and the rate, both on one log axis.",
        name="explore_step_decay",
    )
