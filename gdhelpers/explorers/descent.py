"""Lesson 01's explorer: steps along the parabola L(θ) = θ²."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np

from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.plots.base import BLACK, BLUE, ORANGE, finish

RATES = [0, 0.001, 0.003, 0.01, 0.03, *(i / 20 for i in range(1, 23)), 1.5, 2, 5, 10]
STARTS = [i / 2 for i in range(-10, 11)]
STEPS = list(range(0, 41))
GOAL = 1e-6
WIDEST, LOW, HIGH = 6.0, 1e-10, 1e10  # the window of both axes
FAR = 1e100  # past this a path is only called far away

Rule = Callable[[float, float], float]


def plain_step(theta: float, learning_rate: float) -> float:
    """θ − η·2θ, one step down L(θ) = θ²."""
    return theta - learning_rate * 2 * theta


def descent_answer(rule: Rule, lr: float, theta0: float, steps: int) -> Answer:
    """Follow `rule` from θ₀ and name the regime; for any finite numbers.

    The rule may be a student's: where it gives no number, `plain_step` takes over and
    the answer's note says so.
    """
    note, what = "", regime(lr)
    try:
        path = follow_rule(rule, lr, theta0, steps)
    except Unusable as trouble:
        note = f"{trouble} Until then you see the course's own step."
        path = follow_rule(plain_step, lr, theta0, steps)
    if (
        not note
        and len(path) > 1
        and not math.isclose(
            path[1], plain_step(theta0, lr), rel_tol=1e-6, abs_tol=1e-9
        )
    ):
        note = (
            f"{name_of(rule)}({theta0:g}, {lr:g}) gives {path[1]:.4g}, but θ − η·2θ is "
            f"{plain_step(theta0, lr):.4g}. The picture shows your function."
        )
        what = "another step than θ − η·2θ"  # of which no regime is known
    theta = np.array(path)
    loss = np.minimum(theta**2, FAR**2)
    below = np.flatnonzero(loss < GOAL)
    words = f"η = {lr:g}: {what}. "
    if abs(path[-1]) >= FAR:
        words += f"θ is far off the scale before step {steps}."
    else:
        words += f"After {count(steps)} θ = {short(theta[-1])}, L = {short(loss[-1])}."
    reached = ""
    if below.size and abs(theta0) ** 2 < GOAL:
        words += " It starts at the minimum: choose another θ₀."
    elif below.size:
        words += f" L falls below 1e-6 at step {below[0]}"
        if below[0] == 1:
            words += "."
            reached = "below 1e-6 in 1 step, the fewest there can be."
        else:
            words += ": can it be done in fewer?"
    return Answer(words, {"theta": theta, "loss": loss}, reached, note)


def follow_rule(rule: Rule, lr: float, theta0: float, steps: int) -> list[float]:
    """The path θ₀ … θ_T; a path that has left for the far away stays where it is."""
    path = [float(theta0)]
    for _ in range(steps):
        here = path[-1]
        path.append(here if abs(here) >= FAR else number(rule, ask(rule, here, lr)))
    return [max(-FAR, min(FAR, theta)) for theta in path]


def regime(lr: float) -> str:
    """What a rate does on θ², by the factor 1 − 2η of each step."""
    size = abs(1 - 2 * lr)
    if lr == 0:
        return "no step at all, θ stays"
    if lr < 0:
        return f"climbs: ×{size:.3g} a step"
    if size > 1:
        return f"diverges: ×{size:.3g} a step"
    if size == 1:
        return "swings from side to side for ever, ×1 a step"
    if size < 1e-9:
        return "lands in one step"
    if lr < 0.5:
        return f"slides down one side (monotone), ×{size:.3g} a step"
    return f"swings from side to side (oscillating) and shrinks, ×{size:.3g} a step"


def count(steps: int) -> str:
    """Say "1 step", "2 steps"."""
    return f"{steps} step" + "s" * (steps != 1)


def short(value: float) -> str:
    """A number as people write it: 0.25, 3.7e-05."""
    return f"{value:.3g}"


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    valley, fall = canvas.axes
    theta = np.linspace(-WIDEST, WIDEST, 121)
    finish(valley, "the path on the parabola", "θ", "L(θ) = θ²")
    valley.plot(theta, theta**2, color="0.6", linewidth=1)
    valley.set(xlim=(-WIDEST, WIDEST), ylim=(-1.5, WIDEST**2))
    steps = canvas.line(valley, color=BLUE, marker="o", markersize=5, linewidth=1.2)
    start = canvas.line(valley, color=BLACK, marker="s", markersize=8, linestyle="")
    label = canvas.text(valley, 0.5, 0.93, ha="center", color=ORANGE, weight="bold")

    finish(fall, "the loss, step by step", "step", "L")
    fall.set(xlim=(-1, 41), yscale="log", ylim=(LOW, HIGH))
    fall.axhline(GOAL, color=BLACK, linestyle="--", linewidth=1)
    fall.text(41.5, GOAL, "target", va="center")  # beside the axes: no line goes there
    canvas.figure.subplots_adjust(right=1 - 0.7 / 8.4)
    losses = canvas.line(fall, color=BLUE, marker="o", markersize=4, linewidth=1.2)
    edges = canvas.line(fall, color=ORANGE, marker="^", markersize=9, linestyle="")

    def draw(data: Mapping) -> bytes:
        theta, loss = data["theta"], data["loss"]
        seen = np.clip(theta, -1e3, 1e3)
        steps.set_data(seen, seen**2)
        start.set_data(seen[:1], seen[:1] ** 2)
        gone = np.flatnonzero(np.abs(theta) > WIDEST)
        label.set_text(f"leaves the picture at step {gone[0]}" if gone.size else "")
        t = np.arange(len(loss))
        losses.set_data(t, np.clip(loss, LOW, HIGH * 100))
        high = np.flatnonzero(loss > HIGH)[:1]
        edges.set_data(high, np.full(high.size, HIGH / 5))
        return canvas.png()

    return canvas, draw


def explore_descent(rule: Rule = plain_step) -> Explorer:
    """Play with η, θ₀ and the number of steps; `rule(theta, learning_rate)` is yours.

    Pass the student's `single_step_gradient_descent` to see that one walk.
    """
    canvas, draw = make_draw()
    return Explorer(
        {
            "lr": choice("learning rate η", RATES, 0.1),
            "theta0": choice("start θ₀", STARTS, 4.0),
            "steps": choice("number of steps", STEPS, 20, "{:d}".format),
        },
        functools.partial(descent_answer, rule),
        draw,
        canvas,
        target="get L below 1e-6 in the fewest steps.",
        alt="Left, the steps on the parabola; right, the loss on a log scale.",
        name="explore_descent",
    )
