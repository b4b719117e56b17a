"""Warm-up, stable, decay: `wsd_lr(t, total_steps, max_lr, warmup_steps, decay_steps)`.

Tolerance: float64 in any order of operations agrees to about 1e-15 of the highest rate,
float32 to 1e-7; the mistakes differ by a thousandth of it, as no part is longer than
some hundred steps. 1e-6 lies between.
"""

from gdgrader.exercises.base import Exercise, case
from gdgrader.exercises.draws import a_highest_rate

exercise = Exercise("wsd_lr", "09_averaging_adamw", rel=1e-6, abs=1e-9, place=4)
exercise.help(
    passage="Your turn: warm up, stay, decay",
    first_line="if t < warmup_steps:\n    return …\nleft = max(…, 0)",
    why="Warm-up and decay are straight lines between 0 and max_lr; the decay counts "
    "the steps that are left, of the last decay_steps.",
)


def a_plan(rng) -> tuple[int, int, int]:
    """Steps in all, of the warm-up and of the decay, no two alike."""
    warmup, decay = rng.randint(8, 20), rng.randint(25, 50)
    return warmup + decay + rng.randint(20, 60), warmup, decay


# A step of another part stands aside: some mistakes look alike in one part alone.
@exercise.asks(
    "the warm-up",
    case(0, 100, 0.5, 10, 40),
    case(5, 100, 0.5, 10, 40),
    case(9, 100, 1500.0, 10, 40),
    case(80, 100, 0.5, 10, 40, aside=True),
    case(210, 500, 0.5, 240, 160),
)
def _(rng):
    total, warmup, decay = a_plan(rng)
    return case(rng.randint(2, warmup - 1), total, a_highest_rate(rng), warmup, decay)


@exercise.asks(
    "the decay",
    case(75, 100, 0.5, 10, 40),
    case(61, 100, 1500.0, 10, 40),
    case(99, 100, 0.5, 10, 40),
    case(5, 100, 0.5, 10, 40, aside=True),
    case(470, 500, 0.5, 40, 210),
    case(75, 100, 1e-6, 10, 40),
    case(75, 100, 0.5, 10, 40, twice=[[75, 110, 0.5, 10, 40], [75, 100, 0.7, 10, 40]]),
)
def _(rng):
    total, warmup, decay = a_plan(rng)
    t = total - rng.randint(3, decay - 3)
    return case(t, total, a_highest_rate(rng), warmup, decay)


# Between the lines the answer is max_lr, past the end 0: beside them stands the decay.
@exercise.asks(
    "where the parts meet",
    case(10, 100, 0.5, 10, 40),
    case(40, 100, 0.5, 10, 40),
    case(60, 100, 0.5, 10, 40),
    case(100, 100, 0.5, 10, 40),
    case(131, 100, 0.5, 10, 40),
    case(0, 100, 0.5, 0, 40),
    case(30, 100, 0.5, 30, 70),
    case(99, 100, 0.5, 10, 1),
    case(20, 20, 0.5, 0, 20),
    case(1, 1, 0.5, 0, 1),
    case(75, 100, 0.5, 10, 40),
    case(5, 100, 0.5, 10, 40, aside=True),
)
def _(rng):
    total, warmup, decay = a_plan(rng)
    high = a_highest_rate(rng)
    steps = [
        rng.randint(warmup, total - decay),
        total - rng.randint(3, decay - 3),
        total + rng.randint(1, 30),
    ]
    return [case(t, total, high, warmup, decay) for t in steps]


@exercise.right
def _(t, total_steps, max_lr, warmup_steps, decay_steps):
    if t < warmup_steps:
        return max_lr * t / warmup_steps
    left = max(total_steps - t, 0)
    return max_lr * min(left / decay_steps, 1.0)


_RISE = "max_lr * t / warmup_steps"
_FALL = "max_lr * min(left / decay_steps, 1.0)"
_START = "    if t < warmup_steps:\n        return max_lr * t / warmup_steps\n"

exercise.mistake(
    "warm-up one step ahead",
    "your warm-up is one step ahead: step 0 has the rate 0.",
    {"max_lr * t /": "max_lr * (t + 1) /"},
)
exercise.mistake(
    "no warm-up",
    "there is no warm-up: you begin at max_lr.",
    {_START: ""},
)
exercise.mistake(
    "no decay",
    "you stay at max_lr to the end. The last decay_steps fall in a straight line.",
    {_FALL: "max_lr if left else 0.0"},
    {_FALL: "max_lr"},
)
exercise.mistake(
    "nothing stable",
    "your fall begins when the warm-up ends. It takes the last decay_steps only; "
    "between the two the rate stays.",
    {"left / decay_steps": "left / (total_steps - warmup_steps)"},
)
exercise.mistake(
    "decay one step early",
    "your rate is 0 one step too early: at step total_steps, not the one before it.",
    {"total_steps - t": "total_steps - 1 - t"},
)
exercise.mistake(
    "decay one step late",
    "your decay is one step late: at step total_steps − decay_steps the rate is still "
    "max_lr, at total_steps it is 0.",
    {"total_steps - t": "total_steps + 1 - t"},
)
exercise.mistake(
    "below zero",
    "past total_steps your rate is below 0, which would climb. It stays at 0.",
    {"max(total_steps - t, 0)": "total_steps - t"},
)
exercise.mistake(
    "decay after the warm-up",
    "your fall begins decay_steps after the warm-up. decay_steps is how long it takes: "
    "it ends at total_steps.",
    {
        _FALL: "max_lr * min(left / max(total_steps - warmup_steps - decay_steps, 1), "
        "1.0)"
    },
)
exercise.mistake(
    "lengths swapped",
    "warmup_steps and decay_steps have changed places.",
    {
        "if t < warmup_steps": "if t < decay_steps",
        "t / warmup_steps": "t / decay_steps",
        "left / decay_steps": "left / max(warmup_steps, 1)",
    },
)
exercise.mistake(
    "a cosine",
    "your fall is half a cosine. It is a straight line.",
    {
        _FALL: "max_lr * (1 - __import__('math').cos(3.141592653589793 * min(left / "
        "decay_steps, 1.0))) / 2"
    },
)
exercise.mistake(
    "decay begins at its end",
    "your rate drops to 0 where the decay begins, then rises: count the steps that are "
    "*left*.",
    {
        "left / decay_steps": "left / decay_steps if left >= decay_steps "
        "else (1 - left / decay_steps) * (left > 0)"
    },
)
exercise.mistake(
    "steps added to the plan",
    "total_steps counts the warm-up, too: your decay ends warmup_steps too late.",
    {"total_steps - t": "total_steps + warmup_steps - t"},
)
exercise.mistake(
    "a share for the rate",
    "the share of the way came back, whatever max_lr is. The rate is max_lr times it.",
    {_RISE: "t / warmup_steps", _FALL: "min(left / decay_steps, 1.0)"},
)
exercise.mistake(
    "highest rate past the end",
    "past the end you are back at max_lr. The rate stays at 0.",
    {"max(total_steps - t, 0)": "total_steps - t if t <= total_steps else decay_steps"},
    {"max(total_steps - t, 0)": "total_steps - t if t < total_steps else decay_steps"},
)


@exercise.mistake(
    "no steps of warm-up",
    "warmup_steps may be 0, and then yours divides by it: leave the warm-up out there.",
)
def _(t, total_steps, max_lr, warmup_steps, decay_steps):
    rise = t / warmup_steps
    fall = max(total_steps - t, 0) / decay_steps
    return max_lr * min(rise, fall, 1.0)
