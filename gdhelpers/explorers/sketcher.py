"""Lesson 07's explorer: sketch a schedule, train under it, enter it in a league."""

from __future__ import annotations

import functools
import html
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ipywidgets as widgets
import numpy as np

from gdhelpers import schedules
from gdhelpers.explorers.base import Answer, Explorer, choice, status
from gdhelpers.explorers.canvas import Canvas
from gdhelpers.explorers.student import Unusable, ask, name_of, number
from gdhelpers.explorers.trainer import STEPS, Trainer
from gdhelpers.plots.base import BLUE, GREEN, ORANGE, finish

RATES = [0, 0.001, 0.003, 0.01, 0.03, *(i / 20 for i in range(1, 21)), 2, 5, 10]
SHARES = list(range(0, 101, 5))
MARGIN = 2.0  # percentage points; seeds differ by about half a point
FLAT = "stay constant"
EXAMPLES = Path(__file__).with_name("sketches.json")


@dataclass(frozen=True)
class Entry:
    """One row of the league: a schedule and how well the model did under it."""

    name: str
    lr: float
    flat: bool
    accuracy: float
    loss: np.ndarray
    given: bool = False  # trained beforehand


def examples() -> list[Entry]:
    """Two schedules trained beforehand, so that the first picture has what to compare.

    As the trainer trains them; a test trains them again.
    """
    stored = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return [Entry(**e | {"loss": np.array(e["loss"]), "given": True}) for e in stored]


LEAGUE: list[Entry] = examples()  # for the session: running the cell again keeps it


def shapes(cosine: Callable) -> dict[str, Callable[[float, int], schedules.Schedule]]:
    """By name, what makes the last part of a schedule from its top and its length."""
    return {
        FLAT: lambda top, n: schedules.constant(top),
        "cosine": lambda top, n: lambda t: number(cosine, ask(cosine, t, n, top)),
        "linear": schedules.linear,
        "exponential": lambda top, n: schedules.exponential(top, 0.01 ** (1 / n)),
        "1/t": lambda top, n: schedules.inverse_time(top, 20 / n),
    }


def plain_cosine(t: int, total_steps: int, max_lr: float) -> float:
    """Half a cosine from max_lr at t = 0 to 0 at t = total_steps."""
    return schedules.cosine(max_lr, total_steps)(t)


def compose(
    cosine: Callable, warmup_then: Callable, lr: float, warmup: int, hold: int, end: str
) -> np.ndarray:
    """The rate of each step: warm up, hold, then end in one of `shapes`.

    Args:
        cosine, warmup_then: as the student writes them; Unusable where they fail.
        lr: the peak rate.
        warmup, hold: in percent of the steps; the hold is cut where both exceed 100.
    """
    rising = STEPS * min(warmup, 100) // 100
    held = min(STEPS * hold // 100, STEPS - rising)
    left = STEPS - rising - held
    after = schedules.constant(lr)
    if left:
        tail = shapes(cosine)[end](lr, left)
        after = schedules.join([after, tail], [held]) if held else tail
    if rising:
        after = ask(warmup_then, after, rising)
        if not callable(after):
            raise Unusable(f"{name_of(warmup_then)} returned no function of the step.")
    return np.array([number(warmup_then, ask(after, t)) for t in range(STEPS)])


def sketch_answer(
    cosine: Callable,
    warmup_then: Callable,
    league: Sequence[Entry],
    lr: float,
    warmup: int,
    hold: int,
    end: str,
) -> Answer:
    """Describe a schedule of 200 steps and how it and the league stand."""
    note = ""
    try:
        rates = compose(cosine, warmup_then, lr, warmup, hold, end)
    except Unusable as trouble:
        note = f"{trouble} Until then you see the course's own."
        own = plain_cosine, schedules.warmup_then
        rates = compose(*own, lr, warmup, hold, end)
    if (rates < 0).any():
        note = "This schedule has rates below 0: training would climb. They count as 0."
    rates = np.clip(rates, 0, 1e6)
    name = describe(lr, warmup, hold, end)
    words = f"Peak {lr:g}, {name}: the budget Ση is {math.fsum(rates):.3g}. "
    if not league:
        words += "The league is empty: train one."
    elif all(e.given for e in league):
        words += "To begin with, " + " and ".join(map(result, league)) + "."
    elif not math.isfinite(league[-1].loss[-1]):
        words += "Last trained: diverged, the loss is no number any more."
    else:
        words += f"Last trained: {result(league[-1])}."
    data = {"rates": rates, "name": name, "league": list(league)}
    return Answer(words, data, lead(league), note)


def result(entry: Entry) -> str:
    """Say one: "cosine at 0.3, 91.0 %"."""
    return f"{entry.name} at {entry.lr:g}, {entry.accuracy:.1f} %"


def entered(league: list[Entry], entry: Entry) -> None:
    """Enter a schedule; one that was trained before keeps one row, its newest."""
    known = [e for e in league if (e.name, e.lr) != (entry.name, entry.lr)]
    league[:] = [*known, entry]


def describe(lr: float, warmup: int, hold: int, end: str) -> str:
    """Name a schedule: "10 % warm-up, 30 % hold, cosine"."""
    hold = min(hold, 100 - warmup)
    parts = [f"{warmup} % warm-up"] if warmup else []
    parts += [f"{hold} % hold"] if hold and end != FLAT else []
    if end == FLAT:
        parts += ["constant"]
    elif warmup + hold < 100:
        parts += [end]
    return ", ".join(parts)


def lead(league: Sequence[Entry]) -> str:
    """Say which schedule beats a constant rate of its own peak by the margin."""
    for flat in (e for e in league if e.flat):
        rivals = [e for e in league if e.lr == flat.lr and not e.flat]
        best = max(rivals, key=lambda e: e.accuracy, default=None)
        if best and best.accuracy - flat.accuracy >= MARGIN:
            points = f"{best.accuracy - flat.accuracy:.1f} points"
            return (
                f"at a peak of {flat.lr:g}, {best.name} is {points} ahead of the "
                "constant rate."
            )
    return ""


def table(league: Sequence[Entry]) -> str:
    """The league as an HTML table, best first."""
    if not league:
        return ""
    rows = "".join(
        f"<tr><td>{place}</td><td>{html.escape(e.name)}</td><td>{e.lr:g}</td>"
        f"<td>{e.accuracy:.1f} %</td></tr>"
        for place, e in enumerate(sorted(league, key=lambda e: -e.accuracy), 1)
    )
    heads = "".join(
        f'<th scope="col" style="text-align:left;padding-right:1.5em">{h}</th>'
        for h in ("place", "schedule", "peak rate", "validation accuracy")
    )
    look = 'style="white-space:nowrap;text-align:left"'
    title = "Trained so far: mean of 2 seeds, which differ by half a point or more"
    return f"<table><caption {look}>{title}</caption><tr>{heads}</tr>{rows}</table>"


def make_draw() -> tuple[Canvas, Callable[[Mapping], bytes]]:
    """The canvas of this explorer and what moves its artists."""
    canvas = Canvas(columns=2)
    sketch, fall = canvas.axes
    finish(sketch, "the schedule", "step", "η")
    sketch.set(xlim=(0, STEPS))
    finish(fall, "training loss", "step", "loss, smoothed")
    fall.set(xlim=(0, STEPS), yscale="log", ylim=(0.05, 10))
    rate = canvas.line(sketch, color=GREEN, linewidth=2)
    best = canvas.line(fall, color=ORANGE, linestyle="--")
    last = canvas.line(fall, color=BLUE, linewidth=1.5)
    keys = [canvas.text(fall, 0.97, y, ha="right") for y in (0.92, 0.83)]
    keys[0].set_color(BLUE)
    keys[1].set_color(ORANGE)

    def draw(data: Mapping) -> bytes:
        steps, league = np.arange(STEPS), data["league"]
        top = data["rates"].max()
        # A few fixed heights, so that most moves keep the axes.
        sketch.set_ylim(0, next((h for h in (0.1, 1.1, 11) if h >= top), top * 1.1))
        rate.set_data(steps, data["rates"])
        leader = max(league, key=lambda e: e.accuracy, default=None)
        latest = league[-1] if league else None
        leader = None if leader is latest else leader
        for line, key, entry, what in (
            (last, keys[0], latest, "— last"),
            (best, keys[1], leader, "-- best"),
        ):
            line.set_data(steps, smooth(entry.loss)) if entry else line.set_data([], [])
            key.set_text(f"{what}: {entry.name}, {entry.lr:g}" if entry else "")
        return canvas.png()

    return canvas, draw


def smooth(loss: np.ndarray, width: int = 10) -> np.ndarray:
    """Mean over the last `width` steps, fewer at the start."""
    total = np.cumsum(np.insert(np.nan_to_num(loss, nan=1e3, posinf=1e3), 0, 0.0))
    ends = np.arange(1, len(loss) + 1)
    starts = np.maximum(ends - width, 0)
    return (total[ends] - total[starts]) / (ends - starts)


def explore_schedules(
    cosine_lr: Callable = plain_cosine,
    warmup_then: Callable = schedules.warmup_then,
) -> Explorer:
    """Sketch a schedule, train a small model under it, and enter it in a league.

    `cosine_lr(t, total_steps, max_lr)` and `warmup_then(schedule, warmup_steps)` may
    be yours.
    """
    canvas, draw = make_draw()
    end = widgets.Dropdown(
        options=list(shapes(plain_cosine)),
        value="cosine",
        description="last part",
        tooltip="last part",
        style={"description_width": "initial"},
    )
    trainer = Trainer()
    places = widgets.HTML(status(table(LEAGUE)))
    explorer = Explorer(
        {
            "lr": choice("peak rate", RATES, 0.5),
            "warmup": choice("warm-up, % of steps", SHARES, 0, "{:d}".format),
            "hold": choice("hold, % of steps", SHARES, 0, "{:d}".format),
            "end": end,
        },
        functools.partial(sketch_answer, cosine_lr, warmup_then, LEAGUE),
        draw,
        canvas,
        target="with a schedule, beat the constant rate of the same peak by 2 points.",
        alt="Left, the schedule; right, the training loss of this run and the best.",
        name="explore_schedules",
        more=[trainer.button, trainer.bar],
        below=[places],
    )

    def begin() -> tuple[np.ndarray, Callable]:
        values = {k: c.value for k, c in explorer.controls.items()}
        rates = explorer.answer(**values).data["rates"]
        lr, flat = values["lr"], values["end"] == FLAT and not values["warmup"]

        def enter(accuracy: float, loss: np.ndarray) -> None:
            entered(LEAGUE, Entry(describe(**values), lr, flat, accuracy, loss))
            places.value = status(table(LEAGUE))
            explorer.redraw()

        return rates, enter

    trainer.begin, trainer.fail = begin, explorer.report
    explorer.trainer = trainer
    return explorer
