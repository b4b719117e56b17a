"""Lesson 04's explorer: rate, batch size and momentum in a valley, on a budget."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np

from gdhelpers import stability
from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.plots.base import BLACK, BLUE, ORANGE, finish

RATES = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4]
RATES += [0.48, 0.52, 0.6, 0.8, 1, 1.5]
SIZES = [1, 2, 4, 8, 16, 32, 64]
MOMENTA = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
NOISES = [0, 0.3, 1, 3]
CURVATURES = np.array([0.2, 4.0])  # along the valley and across it
START = np.array([8.0, 2.0])
BUDGET, GOAL, FEWEST = 1024, 0.02, 32
LOW, HIGH, FAR = 1e-4, 1e3, 1e30
LEVELS = [0.1, 0.5, 1.5, 4, 8, 16]


@functools.cache
def _noise() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((BUDGET, 2))


def runs(
    lr: float, batch_size: int, momentum: float, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """One run's path, shape (T+1, 2), and the mean loss of all runs, shape (T+1,).

    The mean is exact: mean and second moments of (θ, v) go by A and b, for each axis.
    """
    steps, sigma = BUDGET // batch_size, noise / math.sqrt(batch_size)
    a = np.array([[[1 - lr * c, -lr * momentum], [c, momentum]] for c in CURVATURES])
    turned = a.transpose(0, 2, 1)
    b = sigma * np.array([-lr, 1.0])
    added = np.outer(b, b)
    state = np.stack([START, [0.0, 0.0]], axis=1)  # (θ, v) of each axis
    second = state[:, :, None] * state[:, None, :]
    path, loss = np.empty((steps + 1, 2)), np.empty(steps + 1)
    for t in range(steps + 1):
        path[t], loss[t] = state[:, 0], CURVATURES @ second[:, 0, 0] / 2
        if loss[t] > FAR:
            path[t:], loss[t:] = path[t], loss[t]
            break
        if t < steps:
            state = (a @ state[:, :, None])[:, :, 0] + np.outer(_noise()[t], b)
            second = a @ second @ turned + added
    return path, loss


def told(
    floor: Callable, bound: Callable, lr: float, batch_size: int, momentum: float,
    noise: float,
) -> tuple[float, float | None, list[str]]:  # fmt: skip
    """The bound, the floor where there is one, and what is wrong with the student's."""
    steep, notes = float(CURVATURES.max()), []
    right = stability.max_stable_lr_momentum(steep, momentum)
    limit = right
    try:
        limit = number(bound, ask(bound, steep, momentum))
        if not math.isclose(limit, right, rel_tol=1e-3):
            notes.append(
                f"{name_of(bound)}({steep:g}, {momentum:g}) gives {limit:.4g}: try a "
                "rate just below it, and one just above, without noise."
            )
    except Unusable as trouble:
        notes.append(f"{trouble} Until then you see the course's own bound.")
    if lr >= right:
        return limit, None, notes
    if momentum:  # the student's has none
        return (
            limit,
            _floor(stability.noise_floor, lr, batch_size, momentum, noise),
            notes,
        )
    expected = level = _floor(stability.noise_floor, lr, batch_size, 0, noise)
    try:
        level = math.fsum(
            number(floor, ask(floor, lr, c, noise, batch_size))
            for c in CURVATURES.tolist()
        )
        if not math.isclose(level, expected, rel_tol=1e-3, abs_tol=1e-12):
            notes.append(
                f"{name_of(floor)} adds up to {level:.4g} here; do the runs settle "
                f"there?"
            )
    except Unusable as trouble:
        notes.append(f"{trouble} Until then you see the course's own floor.")
    return limit, level, notes


def _floor(formula, lr: float, batch_size: int, momentum: float, noise: float) -> float:
    return math.fsum(
        formula(lr, c, noise, batch_size, momentum) for c in CURVATURES.tolist()
    )


def minibatches_answer(
    floor: Callable,
    bound: Callable,
    lr: float,
    batch_size: int,
    momentum: float,
    noise: float,
) -> Answer:
    """Descend the valley on 1024 examples; both functions may be a student's."""
    limit, level, notes = told(floor, bound, lr, batch_size, momentum, noise)
    path, loss = runs(lr, batch_size, momentum, noise)
    steps, end = len(loss) - 1, float(loss[-1])
    words = f"η = {lr:g}, B = {batch_size}, β = {momentum:g}: {steps} steps. "
    reached = ""
    if level is None:
        words += f"Beyond the bound {limit:.3g}: the error across the valley grows."
    else:
        words += f"The mean loss ends at {end:.2g}. "
        words += f"Its floor is {level:.2g}. " if noise else "Without noise, no floor. "
        if end <= GOAL and steps <= FEWEST and noise >= 1:
            reached = (
                f"a mean loss of {end:.2g} after {steps} steps, in spite of noise."
            )
        elif end <= GOAL and steps > FEWEST:
            words += "Low enough; now in 32 steps or fewer: a larger batch."
        elif end <= GOAL:
            words += "Low enough; now with noise σ = 1."
        elif level > GOAL:
            words += "The floor is too high: a smaller rate, or a larger batch."
        elif end > 1.3 * level:
            words += "Not there yet: the steps along the valley are too short."
    data = {
        "path": path,
        "loss": loss,
        "examples": batch_size * np.arange(steps + 1),
        "floor": level if level and noise else None,
    }
    return Answer(words.strip(), data, reached, " ".join(notes))


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    valley, fall = canvas.axes
    finish(valley, "one run in the valley", "along", "across")
    valley.set(xlim=(-4, 10), ylim=(-4, 4))
    turn = np.linspace(0, 2 * np.pi, 91)
    for level in LEVELS:
        axes = np.sqrt(2 * level / CURVATURES)
        valley.plot(
            axes[0] * np.cos(turn), axes[1] * np.sin(turn), color="0.8", linewidth=1
        )
    valley.plot(0, 0, color=BLACK, marker="+", markersize=12, linestyle="")
    path = canvas.line(valley, color=BLUE, marker="o", markersize=3, linewidth=1)
    here = canvas.line(valley, color=ORANGE, marker="D", markersize=8, linestyle="")
    gone = canvas.text(valley, 0.5, 0.92, ha="center", color=ORANGE, weight="bold")

    finish(fall, "the mean loss of all runs", "examples", "L")
    fall.set(xlim=(0, BUDGET), xticks=range(0, BUDGET + 1, 256))
    fall.set(yscale="log", ylim=(LOW, HIGH))
    fall.axhline(GOAL, color=BLACK, linestyle="--", linewidth=1)
    fall.text(1.015 * BUDGET, GOAL, "target", va="center")
    mean = canvas.line(fall, color=BLUE, linewidth=2)
    floor = canvas.line(fall, color=ORANGE, linestyle="-.", linewidth=2)
    name = canvas.text(fall, 1.015, 0, color=ORANGE, va="center", bbox=None)
    canvas.figure.subplots_adjust(right=1 - 0.7 / 8.4)

    def draw(data: Mapping) -> bytes:
        steps = np.clip(data["path"], -1e3, 1e3)
        path.set_data(*steps.T)
        here.set_data(*steps[-1:].T)
        gone.set_text("it leaves the picture" if np.abs(steps[-1]).max() > 10 else "")
        mean.set_data(data["examples"], np.clip(data["loss"], LOW / 10, HIGH * 10))
        level = data["floor"]
        floor.set_data([0, BUDGET], [level or np.nan] * 2)
        name.set_text("floor" if level else "")
        name.set_y(beside(level or 1))
        return canvas.png()

    return canvas, draw


def beside(level: float) -> float:
    """Where the floor's name stands, in parts of the axis: not on the target's."""

    def part(loss: float) -> float:
        return math.log(max(loss, LOW) / LOW) / math.log(HIGH / LOW)

    away = part(level) - part(GOAL)
    return part(GOAL) + (away if abs(away) > 0.06 else math.copysign(0.06, away))


def explore_minibatches(
    noise_floor: Callable[..., float] = stability.noise_floor,
    max_stable_lr_momentum: Callable[..., float] = stability.max_stable_lr_momentum,
) -> Explorer:
    """Play with rate, batch size, momentum, noise; both functions may be yours."""
    canvas, draw = make_draw()
    return Explorer(
        {
            "lr": choice("learning rate η", RATES, 0.05),
            "batch_size": choice("batch size B", SIZES, 1, "{:d}".format),
            "momentum": choice("momentum β", MOMENTA, 0),
            "noise": choice("noise σ", NOISES, 1),
        },
        functools.partial(minibatches_answer, noise_floor, max_stable_lr_momentum),
        draw,
        canvas,
        target="with noise σ = 1 and 1024 examples, a mean loss of 0.02 or less in 32 "
        "steps or fewer.",
        alt="Left, a run in the valley; right, the mean loss by examples seen.",
        name="explore_minibatches",
    )
