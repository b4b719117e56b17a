"""Lesson 09's explorer: one constant run, and where to let a cooldown branch off."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np

from gdhelpers import cooldowns, schedules
from gdhelpers.explorers.base import Answer, Explorer, choice
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.plots.base import BLACK, BLUE, GREEN, ORANGE, finish

STARTS, LENGTHS = list(cooldowns.STARTS), list(cooldowns.LENGTHS)
LR, TOTAL, EVERY = cooldowns.LR, cooldowns.TOTAL, cooldowns.EVERY
GOAL, BUDGET = 93.9, 420  # percent, and steps in all
LOW, HIGH = 86.0, 95.0


def plain_wsd(
    t: int, total_steps: int, max_lr: float, warmup_steps: int, decay_steps: int
) -> float:
    """Warm up, stay at max_lr, fall to 0 over the last decay_steps."""
    return schedules.wsd(max_lr, total_steps, warmup_steps, decay_steps)(t)


def cooldown_answer(wsd_lr: Callable[..., float], start: int, length: int) -> Answer:
    """Say what a branch reaches; its rates are those of `wsd_lr`, perhaps a student's.

    Args:
        start: the step at which the rate begins to fall.
        length: in how many steps it falls to 0.
    """
    total = start + length
    right = [plain_wsd(t, total, LR, 0, length) for t in range(total + 1)]
    rates, note = right, ""
    try:
        given = [
            number(wsd_lr, ask(wsd_lr, t, total, LR, 0, length))
            for t in range(total + 1)
        ]
        wrong = [
            t
            for t in range(total + 1)
            if not math.isclose(given[t], right[t], abs_tol=1e-9)
        ]
        rates = given
        if wrong:
            note = (
                f"{name_of(wsd_lr)} gives {given[wrong[0]]:.4g} at step {wrong[0]}, "
                f"but the rate there is {right[wrong[0]]:.4g}. The picture shows your "
                "rates; the run had the right ones."
            )
    except Unusable as trouble:
        note = f"{trouble} Until then you see the course's own."
    found = cooldowns.cooldowns()
    trunk, branch = found[cooldowns.CONSTANT], found[cooldowns.name(start, length)]
    at, end = start // EVERY - 1, total // EVERY - 1
    reached, gain = branch[end], branch[end] - trunk[at]
    words = (
        f"Branch at step {start}, cool down over {length}: {total} steps in all, and "
        f"{reached:.1f} %, which is {gain:+.1f} points on the constant run at the "
        "branch. "
    )
    met = ""
    if reached >= GOAL and total <= BUDGET:
        met = f"{reached:.2f} % after {total} steps."
    elif reached >= GOAL:
        words += f"High enough; now with {BUDGET} steps in all or fewer."
    elif total > BUDGET:
        words += "More steps than allowed, and not high enough."
    else:
        words += f"Not yet {GOAL} %: branch later, or cool down longer?"
    steps = EVERY * np.arange(1, TOTAL // EVERY + 1)
    data = {
        "steps": steps,
        "trunk": np.array(trunk),
        "at": steps[at : end + 1],
        "branch": np.array([trunk[at], *branch[at + 1 : end + 1]]),
        "rates": np.clip(np.array(rates), -1.0, 10.0),
        "total": total,
    }
    return Answer(words.strip(), data, met, note)


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    climb, plan = canvas.axes
    finish(climb, "validation accuracy, %", "step", "")
    ticks = range(0, TOTAL + 1, 120)
    climb.set(xlim=(0, TOTAL), ylim=(LOW, HIGH), xticks=ticks)
    climb.axhline(GOAL, color=BLACK, linestyle="--", linewidth=1)
    climb.axvline(BUDGET, color=BLACK, linestyle=":", linewidth=1)
    climb.text(TOTAL * 0.02, GOAL + 0.12, f"target {GOAL:g} %")
    climb.text(BUDGET + 8, LOW + 0.3, f"{BUDGET} steps")
    trunk = canvas.line(climb, color=BLUE, linewidth=1.5)
    branch = canvas.line(climb, color=ORANGE, linestyle="--", linewidth=2.2)
    end = canvas.line(climb, color=ORANGE, linestyle="", marker="o", markersize=7)
    names = [canvas.text(climb, 0.97, y, ha="right", color=c) for y, c in
             ((0.36, BLUE), (0.26, ORANGE))]  # fmt: skip
    names[0].set_text("— the constant run")
    names[1].set_text("-- its branch")
    finish(plan, "the rate", "step", "η")
    plan.set(xlim=(0, TOTAL), ylim=(0, LR * 1.15), xticks=ticks)
    rate = canvas.line(plan, color=GREEN, linewidth=2)

    def draw(data: Mapping) -> bytes:
        trunk.set_data(data["steps"], data["trunk"])
        branch.set_data(data["at"], data["branch"])
        end.set_data(data["at"][-1:], data["branch"][-1:])
        rate.set_data(range(data["total"] + 1), data["rates"])
        return canvas.png()

    return canvas, draw


def explore_cooldown(wsd_lr: Callable[..., float] = plain_wsd) -> Explorer:
    """Let a cooldown branch off a constant run; `wsd_lr` may be yours.

    The runs were trained beforehand (`gdhelpers.cooldowns`), so it answers at once.
    """
    canvas, draw = make_draw()
    return Explorer(
        {
            "start": choice("branch at step", STARTS, 480, "{:d}".format),
            "length": choice("steps of cooldown", LENGTHS, 15, "{:d}".format),
        },
        functools.partial(cooldown_answer, wsd_lr),
        draw,
        canvas,
        target=f"reach {GOAL:g} % in {BUDGET} steps or fewer, branch and all.",
        alt="Left, the accuracy of a constant run and of its branch; right, the rate.",
        name="explore_cooldown",
    )
