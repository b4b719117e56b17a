"""Half a cosine: `cosine_lr(t, total_steps, max_lr, min_lr)`.

Tolerance: wherever a mistake shows, it differs in one case by 4e-3 of the highest rate
or more; a cosine taken in float32, within 2e-7 of it, is right: 1e-6 lies between.
"""

from gdgrader.exercises.base import Exercise, case
from gdgrader.exercises.draws import a_highest_rate

exercise = Exercise("cosine_lr", "07_cosine_one_cycle", rel=1e-6, abs=1e-6, place=1)
exercise.help(
    passage="Your turn: half a cosine",
    first_line="share = min(…, 1.0)\nreturn min_lr + (…) * …",
    why="(1 + cos) / 2 runs from 1 down to 0 and is stretched between the two rates; "
    "the share of the way stops at 1, so the rate stays where it landed.",
)


@exercise.asks(
    "down to zero",
    case(13, 50, 0.1),
    case(7, 9, 0.8),
    case(49, 50, 0.1),
    case(13, 20, 0.1),
    case(13, 50, 0.4),
    case(0, 1, 0.8),
)
def _(rng):
    total = rng.randint(20, 300)
    # Not half-way, where a doubled cosine and a rising one are easily confused.
    return case(rng.randint(total // 5, total // 2 - 2), total, a_highest_rate(rng))


@exercise.asks(
    "down to a lowest rate",
    case(13, 50, 0.1, 0.01),
    case(31, 40, max_lr=2.0, min_lr=0.3),
    case(230, 500, 2500.0, 150.0),
)
def _(rng):
    total, high = rng.randint(20, 300), a_highest_rate(rng)
    step = rng.randint(total // 5, total // 2 - 2)
    return case(step, total, high, round(high * rng.uniform(0.1, 0.4), 4))


def _at(rng, *steps) -> list[dict]:
    """Cases at steps of schedules of their own: (lowest, highest) step for a total."""
    made = []
    for low, high in steps:
        total, highest = rng.randint(20, 60), a_highest_rate(rng)
        step = rng.randint(low(total), high(total))
        lowest = round(highest * rng.uniform(0.1, 0.4), 4)
        made.append(case(step, total, highest, lowest))
    return made


def _first(total: int) -> int:
    return 0


def _last(total: int) -> int:
    return total


_ON_THE_WAY = (lambda total: total // 5, lambda total: total // 2 - 2)
_PAST = (lambda total: total + 5, lambda total: 2 * total - 5)


# A step on the way tells apart what looks alike at the ends, and that one of the two
# rates handed back is no answer.
@exercise.asks(
    "first and last rate",
    case(0, 50, 0.1, 0.01),
    case(50, 50, 0.1, 0.01),
    case(11, 50, 0.1, 0.01, aside=True),
    case(49, 50, 0.1, 0.01, aside=True),
    case(9, 9, 0.8),
    case(1, 1, 0.8, 0.1),
)
def _(rng):
    return _at(rng, (_first, _first), (_last, _last), _ON_THE_WAY)


@exercise.asks(
    "past the end", case(70, 50, 0.1, 0.01), case(11, 50, 0.1, 0.01, aside=True)
)
def _(rng):
    return _at(rng, _PAST, _ON_THE_WAY)


@exercise.right
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    share = min(t / total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2


# Half of the students write the end apart, so that it is right whatever comes before.
_ENDS = {"share = ": "if t >= total_steps:\n        return min_lr\n    share = "}

exercise.mistake(
    "climbs again",
    "past total_steps the cosine turns and climbs back. Hold min_lr from there on.",
    {"min(t / total_steps, 1)": "t / total_steps"},
)
exercise.mistake(
    "zero at the end",
    "at the end you return 0. The rate stays at min_lr from there on.",
    {"share = ": "if t >= total_steps:\n        return 0.0\n    share = "},
)
exercise.mistake(
    "degrees",
    "`cos` takes radians: half a period is π, not 180.",
    {"pi * share": "180 * share"},
    _ENDS | {"pi * share": "180 * share"},
)
exercise.mistake(
    "half forgotten",
    "1 + cos runs from 2 down to 0, so you start twice as far above min_lr as asked.",
    {" / 2": ""},
)
exercise.mistake(
    "a whole period",
    "the rate is down half-way and up again at the end: that is a whole period of the "
    "cosine. Use half of one.",
    {"pi * share": "2 * pi * share"},
    _ENDS | {"pi * share": "2 * pi * share"},
)
exercise.mistake(
    "cosine not lifted",
    "cos runs from 1 to −1, so the rate ends below min_lr. Lift it to run from 1 to 0.",
    {"(1 + cos(pi * share)) / 2": "cos(pi * share)"},
    _ENDS | {"(1 + cos(pi * share)) / 2": "cos(pi * share)"},
)
exercise.mistake(
    "upside down",
    "you start at min_lr and climb. A cosine schedule starts high: check the sign "
    "before the cosine, and which of the two rates is which.",
    {"1 + cos": "1 - cos"},
    _ENDS | {"1 + cos": "1 - cos"},
)
exercise.mistake(
    "span too long",
    "min_lr is added on top of the full max_lr, so the first rate is max_lr + min_lr. "
    "The fall only spans the difference.",
    {"(max_lr - min_lr)": "max_lr"},
)
exercise.mistake(
    "lowest rate ignored",
    "min_lr plays no part: this always falls to 0.",
    {"min_lr + (max_lr - min_lr)": "max_lr"},
)
exercise.mistake(
    "π forgotten",
    "the angle only reaches 1 at the end, and cos 1 is not −1. Half a period is π.",
    {"pi * share": "share"},
    _ENDS | {"pi * share": "share"},
)
exercise.mistake(
    "one step early",
    "you reach min_lr one step too soon. Step total_steps, not the one before it, is "
    "the first at min_lr.",
    {"t / total_steps": "t / (total_steps - 1)"},
)
exercise.mistake(
    "whole division",
    "the rate stays at max_lr until the end: is the share of the way cut to 0, as `//` "
    "does? Divide with `/`.",
    {"t / ": "t // "},
)
exercise.mistake(
    "straight line",
    "this falls in a straight line. The cosine starts and ends gently.",
    {
        "min_lr + (max_lr - min_lr)": "max_lr + (min_lr - max_lr)",
        "(1 + cos(pi * share)) / 2": "share",
    },
)
exercise.mistake(
    "highest rate at the end",
    "at the end you are back at max_lr. From total_steps on the rate stays at min_lr.",
    {"share = ": "if t >= total_steps:\n        return max_lr\n    share = "},
    {"share = ": "if t > total_steps:\n        return max_lr\n    share = "},
)
exercise.mistake(
    "begins again",
    "past total_steps the fall begins again: `t % total_steps` makes a restart of it. "
    "Hold min_lr from there on.",
    {"min(t / total_steps, 1)": "t % total_steps / total_steps"},
    like=["highest rate at the end"],
)
exercise.mistake(
    "a quarter period",
    "this falls slowly at first and steepest at the end: a quarter of a period. Half a "
    "period, lifted and halved, (1 + cos)/2, is gentle at both ends.",
    {"(1 + cos(pi * share)) / 2": "cos(pi * share / 2)"},
)
exercise.mistake(
    "half of the cosine alone",
    "only the cosine is halved here. Halve the sum: (1 + cos) / 2.",
    {"(1 + cos(pi * share)) / 2": "(1 + cos(pi * share) / 2)"},
)
exercise.mistake(
    "sine",
    "a sine begins in the middle of its way. It is the cosine that begins at its top.",
    {"import cos": "import sin", "cos(pi * share)": "sin(pi * share)"},
)
exercise.mistake(
    "larger instead of smaller",
    "the rate is at min_lr from the first step on: is the share of the way always 1, "
    "as `max(…, 1)` makes it? `min` keeps it from passing 1.",
    {"min(t / ": "max(t / "},
)
exercise.mistake(
    "the argument divided late",
    "the cosine is taken of πt and divided afterwards. Divide inside: cos(πt / T).",
    {"cos(pi * share)": "cos(pi * t) / total_steps"},
)
exercise.mistake(
    "one step ahead",
    "you are one step ahead: step 0 is at max_lr, and total_steps the first at min_lr.",
    {"t / ": "(t + 1) / "},
)
