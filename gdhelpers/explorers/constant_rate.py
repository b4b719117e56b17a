"""Lesson 02's explorer: a constant rate against noise, and what decay does to it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np

from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.losses import stationary_variance
from gdhelpers.plots.base import BLACK, BLUE, GREEN, ORANGE, finish
from gdhelpers.schedules import inverse_time

RATES = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, *(i / 10 for i in range(1, 24)), 10]
DECAYS = [0, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5]
CURVATURES = [0.5, 1, 2, 4]
NOISES = [0, 0.1, 0.3, 1, 3]
START, STEPS, RUNS, GOAL = 5.0, 1000, 200, 1e-3
LOW, HIGH = 1e-6, 1e4
TICKS = [0, 250, 500, 750, 1000]


def largest_stable(curvature: float) -> float:
    """2/λ, above which a constant rate diverges."""
    return 2 / curvature


def noisy_answer(
    bound: Callable[[float], float],
    lr: float,
    decay: float,
    curvature: float,
    noise: float,
) -> Answer:
    """Descend λθ²/2 from θ₀ = 5 under η/(1 + decay·t), 200 noisy runs at once.

    Args:
        bound: λ -> largest stable rate, perhaps a student's.
        noise: σ, the standard deviation of each gradient's noise.
    """
    mean, one = noisy_runs(lr, decay, curvature, noise)
    limit, note = stability(bound, curvature)
    rate = f"η = {lr:g}" + (f", decay {decay:g}" if decay else ", constant")
    data = {"mean": mean, "one": one, "floor": None, "lr": lr, "decay": decay}
    if lr == 0:
        return Answer("η = 0: no step at all, the loss stays.", data, note=note)
    final = mean[-STEPS // 5 :].mean()
    if final > mean[0]:
        # A decay rescues a rate that starts too high, if it comes in time.
        words = f"{rate}: diverges, ×{abs(1 - lr * curvature):.3g} a step at first. "
        words += f"The largest stable rate is {limit:g}."
        return Answer(words, data, note=note)
    words = f"{rate}: the mean loss ends near {final:.2g}. "
    if not decay and lr * curvature < 2:
        floor = curvature / 2 * stationary_variance(lr, curvature, noise)
        data["floor"] = floor
        if noise:
            words += f"Theory's noise floor is {floor:.2g}. "
            words += "Not there yet: too slow." if final > 1.5 * floor else ""
        else:
            words += "Without noise there is no floor. "
    elif decay:
        words += "With decay the floor sinks as the rate does. "
        if final > 10 * GOAL and noise <= 1:
            words += "Does the rate fall too soon, or not soon enough? "
    since = settled(mean)
    reached = ""
    if since is not None:
        words += f"It is below 1e-3 from step {since} on."
        if noise >= 1:
            reached = (
                f"below 1e-3 from step {since} to the last, in spite of the noise."
            )
        else:
            words += " Now with noise σ = 1."
    elif (mean < GOAL).any():
        words += "It dips below 1e-3 but does not stay."
    return Answer(words.strip(), data, reached, note)


def settled(mean: np.ndarray) -> int | None:
    """The step from which the loss stays below the goal, for a fifth of the run."""
    above = np.flatnonzero(~(mean < GOAL))
    since = int(above[-1]) + 1 if above.size else 0
    return since if since <= 0.8 * STEPS else None


@functools.cache
def _noise() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((STEPS, RUNS))


def noisy_runs(
    lr: float, decay: float, curvature: float, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """The loss after each step, mean over the runs and of one run, both (T+1,)."""
    rate = inverse_time(lr, decay)
    rates = np.array([rate(t) for t in range(STEPS)])
    factors, kicks = 1 - rates * curvature, -noise * rates
    theta = np.empty((STEPS + 1, RUNS))
    theta[0] = START
    for t, (factor, kick) in enumerate(zip(factors, kicks, strict=True)):
        np.multiply(_noise()[t], kick, out=theta[t + 1])
        theta[t + 1] += factor * theta[t]
        if abs(theta[t + 1, 0]) > 1e100:
            theta[t + 2 :] = theta[t + 1]
            break
    loss = curvature / 2 * theta**2
    return loss.mean(axis=1), loss[:, 0]


def stability(bound: Callable, curvature: float) -> tuple[float, str]:
    """The largest stable rate, and what is wrong with the student's word on it."""
    right = largest_stable(curvature)
    try:
        given = number(bound, ask(bound, curvature))
    except Unusable as trouble:
        return right, f"{trouble} Until then you see the course's own bound."
    if not np.isclose(given, right):
        return given, (
            f"{name_of(bound)}({curvature:g}) gives {given:.4g}: "
            "try a rate just below it, and one just above, without noise."
        )
    return given, ""


def beside(level: float) -> float:
    """Where the floor's name stands, in parts of the axis: not on the target's."""

    def part(loss: float) -> float:
        return math.log(loss / LOW) / math.log(HIGH / LOW)

    away = part(level) - part(GOAL)
    return part(GOAL) + (away if abs(away) > 0.06 else math.copysign(0.06, away))


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    fall, rates = canvas.axes
    steps = np.arange(STEPS + 1)
    finish(fall, "the loss: one run, and the mean of 200", "step", "L")
    fall.set(xlim=(0, STEPS), xticks=TICKS, yscale="log", ylim=(LOW, HIGH))
    fall.axhline(GOAL, color=BLACK, linestyle="--", linewidth=1)
    one = canvas.line(fall, color="0.85", linewidth=0.6)
    mean = canvas.line(fall, color=BLUE, linewidth=2)
    floor = canvas.line(fall, color=ORANGE, linestyle="-.", linewidth=2)
    # Beside the axes, each at its line: within them the runs would cover it.
    name = canvas.text(fall, 1.015, 0, color=ORANGE, va="center", bbox=None)
    fall.text(1.015 * STEPS, GOAL, "target", va="center")
    finish(rates, "the rate", "step", "η")
    rates.yaxis.tick_right()
    rates.yaxis.set_label_position("right")
    rates.spines[["left", "right"]].set_visible([False, True])
    canvas.figure.subplots_adjust(right=1 - 0.8 / 8.4, wspace=0.26)
    rates.set(xlim=(0, STEPS), xticks=TICKS, yscale="log", ylim=(1e-5, 20))
    rate = canvas.line(rates, color=GREEN, linewidth=2)

    def draw(data: Mapping) -> bytes:
        one.set_data(steps, np.clip(data["one"], LOW / 10, HIGH * 10))
        mean.set_data(steps, np.clip(data["mean"], LOW / 10, HIGH * 10))
        level = data["floor"]
        floor.set_data([0, STEPS], [level or np.nan] * 2)
        name.set_text("floor" if level else "")
        name.set_y(beside(level or 1))
        lr = np.maximum(data["lr"], 1e-9)
        rate.set_data(steps, lr / (1 + data["decay"] * steps))
        return canvas.png()

    return canvas, draw


def explore_constant_rate(
    max_stable_lr: Callable[[float], float] = largest_stable,
) -> Explorer:
    """Play with rate, decay, curvature and noise; `max_stable_lr(λ)` may be yours."""
    canvas, draw = make_draw()
    return Explorer(
        {
            "lr": choice("learning rate η", RATES, 0.1),
            "decay": choice("decay of η", DECAYS, 0),
            "curvature": choice("curvature λ", CURVATURES, 1),
            "noise": choice("noise σ", NOISES, 1),
        },
        functools.partial(noisy_answer, max_stable_lr),
        draw,
        canvas,
        target="with noise σ = 1, bring the mean loss below 1e-3 and keep it there.",
        alt="Left, the loss of noisy runs over 1000 steps; right, their rate.",
        name="explore_constant_rate",
    )
