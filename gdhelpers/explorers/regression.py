"""Lesson 03's explorer: fit a line, and watch the path across the loss contour."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from gdhelpers.data import noisy_line
from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number, vector
from gdhelpers.plots.base import BLACK, BLUE, ORANGE, finish

RATES = [0, 0.01, 0.02, 0.05, *(i / 20 for i in range(2, 25)), 1.5, 2, 5, 10]
SCALES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3]
STEPS = list(range(0, 41))
NEAR, FEWEST = 1e-3, 3  # the target: so near the smallest loss, in so many steps
LEVELS = [0.05, 0.3, 1, 2.5, 5, 9, 16]
FAR = 1e100


def mean_gradient(x: Tensor, y: Tensor, a: Tensor) -> Tensor:
    """(2/n) Xᵀ(Xa − y), the gradient of the mean squared error."""
    return 2 / len(y) * x.T @ (x @ a - y)


def stable_rate(x: Tensor) -> float:
    """2/λ_max of the Hessian (2/n) XᵀX."""
    return 2 / torch.linalg.eigvalsh(2 / len(x) * x.T @ x)[-1].item()


@functools.cache
def problem(scale: float) -> dict:
    """The data with its feature times `scale`, its Hessian's axes and its best fit."""
    x, y = noisy_line(seed=4)  # the lesson's
    x[:, 0] *= scale
    hessian = (2 / len(x) * x.T @ x).numpy()
    curvatures, axes = np.linalg.eigh(hessian)
    best = torch.linalg.lstsq(x, y).solution
    turn = np.linspace(0, 2 * np.pi, 73)
    circle = axes @ (
        np.array([np.cos(turn), np.sin(turn)]) / curvatures[:, None] ** 0.5
    )
    return {
        "x": x,
        "y": y,
        "curvatures": curvatures,
        "hessian": hessian,
        "best": best.numpy(),
        "floor": float(((x @ best - y) ** 2).mean()),
        "ellipses": [best.numpy()[:, None] + math.sqrt(2 * e) * circle for e in LEVELS],
    }


def regression_answer(
    gradient: Callable, bound: Callable, lr: float, steps: int, scale: float
) -> Answer:
    """Fit slope and intercept from (0, 0); both functions may be a student's."""
    facts, notes = problem(scale), []
    limit = stable_rate(facts["x"])
    try:
        given = number(bound, ask(bound, facts["x"].clone()))
        if not math.isclose(given, limit, rel_tol=1e-3):
            notes.append(
                f"{name_of(bound)} gives {given:.4g} here. Does the fit diverge just "
                "above it, and not just below?"
            )
        limit = given
    except Unusable as trouble:
        notes.append(f"{trouble} Until then you see the course's own bound.")
    try:
        path = follow(gradient, facts, lr, steps)
    except Unusable as trouble:
        notes.append(f"{trouble} Until then you see the course's own gradient.")
        path = follow(mean_gradient, facts, lr, steps)

    from_best = path - facts["best"]
    excess = np.einsum("ti,ij,tj->t", from_best, facts["hessian"], from_best) / 2
    slow, steep = 1 - lr * facts["curvatures"]
    words = f"η = {lr:g}, bound {limit:.3g}. "
    if abs(steep) > 1 and lr > 0:
        words += f"Above the bound: diverges, ×{abs(steep):.3g} a step. "
    else:
        words += (
            f"Each step leaves ×{abs(steep):.2g} of the error across the valley and "
            f"×{abs(slow):.2g} along it. "
        )
    slope, intercept = path[-1]
    if abs(path[-1]).max() < 1e4:
        words += (
            f"After {steps} steps the line is {slope:.2f}·x + {intercept:.2f}, loss "
            f"{facts['floor'] + excess[-1]:.4g} (the smallest is {facts['floor']:.4g})."
        )
    else:
        words += f"After {steps} steps the line is far off the picture."
    reached, near = "", np.flatnonzero(excess < NEAR)
    if near.size:
        words += f" Within 1e-3 of the smallest from step {near[0]}."
        if near[0] <= FEWEST:
            reached = f"within 1e-3 of the smallest loss in {near[0]} steps."
    data = {"path": path, "facts": facts, "limit": limit, "lr": lr}
    return Answer(words, data, reached, " ".join(notes))


def follow(gradient: Callable, facts: Mapping, lr: float, steps: int) -> np.ndarray:
    """The path of (slope, intercept) from (0, 0), shape (T+1, 2)."""
    path = np.zeros((steps + 1, 2))
    for t in range(steps):
        here = torch.from_numpy(path[t].copy())
        if np.abs(path[t]).max() >= FAR:
            path[t + 1 :] = path[t]
            break
        found = ask(gradient, facts["x"].clone(), facts["y"].clone(), here)
        path[t + 1] = path[t] - lr * np.array(vector(gradient, found, 2))
    return path


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    fit, valley = canvas.axes
    finish(fit, "the line on the data", "x", "y")
    fit.set(xlim=(-3.2, 3.2), ylim=(-4, 9))
    points = canvas.line(fit, color="0.6", marker=".", linestyle="")
    best = canvas.line(fit, color=BLACK, linestyle="--", linewidth=1)
    now = canvas.line(fit, color=ORANGE, linewidth=2)
    rates = fit.inset_axes([0.47, 0.17, 0.5, 0.04])
    rates.set(xlim=(0.008, 12), ylim=(0, 1), xscale="log", yticks=[])
    rates.set_title("● η,  ┃ its bound")
    rates.title.set_fontsize(9)
    rates.tick_params(labelsize=8)
    mark = canvas.line(rates, color=BLUE, marker="o", markersize=8, clip_on=False)
    edge = canvas.line(
        rates, color=BLACK, marker="|", markersize=18, mew=3, clip_on=False
    )

    finish(valley, "its path on the loss", "slope", "intercept")
    valley.set(xlim=(-3, 9), ylim=(-2, 7))
    rings = [canvas.line(valley, color="0.75", linewidth=1) for _ in LEVELS]
    path = canvas.line(valley, color=BLUE, marker="o", markersize=4, linewidth=1.2)
    here = canvas.line(valley, color=ORANGE, marker="D", markersize=8, linestyle="")
    goal = canvas.line(valley, color=BLACK, marker="+", markersize=12, linestyle="")
    gone = canvas.text(valley, 0.5, 0.92, ha="center", color=ORANGE, weight="bold")

    def draw(data: Mapping) -> bytes:
        facts, steps = data["facts"], np.clip(data["path"], -1e3, 1e3)
        x = facts["x"][:, 0].numpy()
        points.set_data(x, facts["y"].numpy())
        edges = np.array([x.min(), x.max()])
        for line, (slope, intercept) in ((now, steps[-1]), (best, facts["best"])):
            line.set_data(edges, slope * edges + intercept)
        mark.set_data([max(data["lr"], 0.008)], [0.5])
        edge.set_data([np.clip(data["limit"], 0.008, 12)], [0.5])
        for ring, ellipse in zip(rings, facts["ellipses"], strict=True):
            ring.set_data(*ellipse)
        path.set_data(*steps.T)
        here.set_data(*steps[-1:].T)
        goal.set_data(*facts["best"][:, None])
        away = np.abs(steps[-1] - [3, 2.5]).max() > 6
        gone.set_text("the path leaves the picture" if away else "")
        return canvas.png()

    return canvas, draw


def explore_regression(
    mse_gradient: Callable = mean_gradient, max_stable_lr_for: Callable = stable_rate
) -> Explorer:
    """Play with rate, steps and the feature's scale; the two functions may be yours."""
    canvas, draw = make_draw()
    return Explorer(
        {
            "lr": choice("learning rate η", RATES, 0.1),
            "steps": choice("number of steps", STEPS, 20, "{:d}".format),
            "scale": choice("feature scale", SCALES, 1),
        },
        functools.partial(regression_answer, mse_gradient, max_stable_lr_for),
        draw,
        canvas,
        target="come within 1e-3 of the smallest loss in 3 steps or fewer.",
        alt="Left, the line on the data; right, its path across the loss contour.",
        name="explore_regression",
    )
