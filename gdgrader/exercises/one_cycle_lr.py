"""One cycle as torch counts it: `one_cycle_lr(t, total_steps, max_lr, …)`.

Tolerance: float64 in any order of operations agrees to about 1e-15 of the highest rate.
The mistakes differ by as little as 2e-6 of it, as the last rate is that small, so
answers count as equal within 1e-12, or 1e-9 of their size.
"""

from gdgrader.exercises.base import Exercise, case
from gdgrader.exercises.draws import a_highest_rate

exercise = Exercise("one_cycle_lr", "07_cosine_one_cycle", rel=1e-9, abs=1e-12, place=2)
exercise.help(
    passage="Your turn: one cycle",
    first_line="peak, end = pct_start * total_steps - 1, …",
    why="Rise and fall are the same half cosine between max_lr and a low rate; which "
    "low rate, and how far along the way t is, differ.",
)


def a_cycle(rng, rising):
    """A step inside the rise or the fall of a cycle of 40 to 100 steps."""
    total = rng.randint(40, 100)
    last = int(0.3 * total) - 3
    step = rng.randint(2, last) if rising else rng.randint(last + 8, total - 5)
    return step, total, a_highest_rate(rng)


# A step of the other half stands aside: some mistakes look alike in one half alone.
@exercise.asks(
    "the rise",
    case(0, 100, 1.0),
    case(12, 60, 0.5),
    case(12, 60, 1.5),
    case(40, 60, 0.5, aside=True),
    case(12, 100, 0.5),
    case(149, 500, 1500.0),
)
def _(rng):
    return case(*a_cycle(rng, rising=True))


@exercise.asks(
    "the fall",
    case(29, 100, 1.0),
    case(99, 100, 1.0),
    case(52, 100, 1.0),
    case(98, 100, 1.0),
    case(64, 100, 2.0),
    case(230, 500, 0.5),
)
def _(rng):
    return case(*a_cycle(rng, rising=False))


# One argument at a time is another one.
@exercise.asks(
    "another shape",
    case(20, 100, 1.0, 0.5, 10.0, 100.0),
    case(20, 100, 1.0, 0.505, 10.0, 100.0),
    case(20, 100, 1.0, 0.5, 150.125, 100.0),
    case(99, 100, 1.0, 0.5, 10.0, 123.456),
    case(80, 100, 1.0, pct_start=0.5, div_factor=10.0, final_div_factor=100.0),
    case(99, 100, 1.0, pct_start=0.5, div_factor=10.0, final_div_factor=100.0),
)
def _(rng):
    step, total, high = a_cycle(rng, rising=rng.random() < 0.5)
    shape = {
        "pct_start": round(rng.uniform(0.55, 0.8), 3),
        "div_factor": round(rng.uniform(3, 12), 1),
        "final_div_factor": round(rng.uniform(50, 500), 1),
    }
    return case(step, total, high, **shape)


@exercise.asks(
    "past the end",
    case(130, 100, 1.0),
    case(52, 100, 1.0, aside=True),
    case(100, 100, 1.0),
)
def _(rng):
    total = rng.randint(40, 100)
    return case(total + rng.randint(3, total // 2), total, a_highest_rate(rng))


@exercise.right
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first = max_lr / div_factor
    last = first / final_div_factor
    peak, end = pct_start * total_steps - 1, total_steps - 1
    t = min(t, end)
    if t <= peak:
        low, share = first, 1 - t / peak
    else:
        low, share = last, (t - peak) / (end - peak)
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


# Half of the students write the end apart, so that it is right whatever comes before.
_ENDS = {"t = min(t, end)": "if t >= end:\n        return last"}
_COSINE = "(1 + cos(pi * share)) / 2"

exercise.mistake(
    "peak one step late",
    "your highest rate comes one step too late: torch counts pct_start · total_steps "
    "steps from 1, you count from 0.",
    {"pct_start * total_steps - 1": "pct_start * total_steps"},
)
exercise.mistake(
    "last step missed",
    "step total_steps − 1 is the last one, and yours has not arrived there yet. Steps "
    "count from 0.",
    {", total_steps - 1": ", total_steps"},
)
exercise.mistake(
    "steps counted from 1",
    "both −1 are missing: steps count from 0, so the highest rate is at step "
    "pct_start · T − 1 and the last at T − 1.",
    {
        "pct_start * total_steps - 1": "pct_start * total_steps",
        ", total_steps - 1": ", total_steps",
    },
)
exercise.mistake(
    "peak on a whole step",
    "the peak was rounded to a whole step. pct_start · T − 1 may lie between two; "
    "leave it there.",
    {"pct_start * total_steps": "int(pct_start * total_steps)"},
)
exercise.mistake(
    "fall a straight line",
    "your fall is a straight line. Rise and fall are half a cosine each.",
    {_COSINE: f"({_COSINE} if t <= peak else 1 - share)"},
)
exercise.mistake(
    "rise a straight line",
    "your rise is a straight line, your fall is right. Rise and fall are half a cosine "
    "each.",
    {_COSINE: f"(1 - share if t <= peak else {_COSINE})"},
)
exercise.mistake(
    "straight lines",
    "you go in straight lines. Rise and fall are half a cosine each.",
    {"(1 + cos(pi * share)) / 2": "(1 - share)"},
    _ENDS | {"(1 + cos(pi * share)) / 2": "(1 - share)"},
    like=["fall a straight line"],
)
exercise.mistake(
    "fall upside down",
    "your fall begins at the lowest rate and climbs: check the sign before its cosine.",
    {"(t - peak) / (end - peak)": "(end - t) / (end - peak)"},
    _ENDS | {"(t - peak) / (end - peak)": "(end - t) / (end - peak)"},
)
exercise.mistake(
    "rise upside down",
    "your rise begins at the highest rate and goes down: check the sign before its "
    "cosine. Your fall is right.",
    {"1 - t / peak": "t / peak"},
    untold=["the fall"],
)
exercise.mistake(
    "upside down",
    "you begin at the highest rate and come back to it. Rise first, then fall: check "
    "the sign before the cosine.",
    {"1 + cos": "1 - cos"},
    _ENDS | {"1 + cos": "1 - cos"},
    like=["fall upside down"],
)
exercise.mistake(
    "starts from zero",
    "the rise starts from 0 instead of max_lr / div_factor.",
    {"share = first": "share = 0.0"},
)
exercise.mistake(
    "last rate from the highest",
    "final_div_factor divides the first rate, not the highest one.",
    {"first / final": "max_lr / final"},
)
exercise.mistake(
    "falls back to the first rate",
    "the fall ends at the first rate. It goes final_div_factor times lower.",
    {"share = last": "share = first"},
)
exercise.mistake(
    "peak always half-way",
    "your peak lies half-way whatever pct_start says.",
    {"pct_start * total_steps": "total_steps / 2"},
)
exercise.mistake(
    "shape arguments ignored",
    "this is right for the usual shape alone: use pct_start, div_factor and "
    "final_div_factor instead of their usual values.",
    {
        "max_lr / div_factor": "max_lr / 25",
        "first / final_div_factor": "first / 1e4",
        "pct_start * total": "0.3 * total",
    },
)
exercise.mistake(
    "climbs again",
    "past the last step your rate climbs again. Hold it where it ended.",
    {"t = min(t, end)": ""},
)
exercise.mistake(
    "highest rate past the end",
    "past the last step you are back at max_lr. Hold the rate where it ended.",
    {"t = min(t, end)": "if t > end:\n        return max_lr"},
)
exercise.mistake(
    "first rate past the end",
    "past the last step you are back at the first rate. Hold it where it ended.",
    {"t = min(t, end)": "if t > end:\n        return first"},
)
exercise.mistake(
    "zero past the end",
    "past the last step you return 0. Hold the rate where it ended.",
    {"t = min(t, end)": "if t > end:\n        return 0.0"},
)
exercise.mistake(
    "peak at a share of the way",
    "torch's peak is at step pct_start · T − 1: the 1 is not multiplied by pct_start.",
    {"pct_start * total_steps - 1": "pct_start * (total_steps - 1)"},
)
exercise.mistake(
    "ends at zero",
    "the fall ends at 0. Its last rate is the first one divided by final_div_factor.",
    {"share = last": "share = 0.0"},
)
exercise.mistake(
    "half forgotten",
    "1 + cos runs from 2 down to 0, so you go twice as high as asked.",
    {" / 2": ""},
)
exercise.mistake(
    "a whole period",
    "rise and fall go there and back: that is a whole period of the cosine each. Use "
    "half of one.",
    {"pi * share": "2 * pi * share"},
)
exercise.mistake(
    "factors swapped",
    "div_factor and final_div_factor have changed places: the first rate is max_lr / "
    "div_factor, the last final_div_factor times lower.",
    {
        "max_lr / div_factor": "max_lr / final_div_factor",
        "first / final_div_factor": "first / div_factor",
    },
    {
        "max_lr / div_factor": "max_lr / final_div_factor",
        "first / final_div_factor": "max_lr / div_factor",
    },
    like=["falls back to the first rate"],
)
exercise.mistake(
    "pct_start ignored",
    "the rise always takes 0.3 of the steps here, whatever `pct_start` says.",
    {"pct_start * total_steps": "0.3 * total_steps"},
)
exercise.mistake(
    "div_factor ignored",
    "the first rate is always max_lr / 25 here, whatever `div_factor` says.",
    {"max_lr / div_factor": "max_lr / 25"},
)
exercise.mistake(
    "final_div_factor ignored",
    "the last rate is always the first / 10 000, whatever `final_div_factor` says.",
    {"first / final_div_factor": "first / 1e4"},
)
