"""The largest stable rate of a bowl: `max_stable_lr(curvature)`.

Tolerance: one float64 division, so 1e-6 of the size leaves room for float32 alone.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise(
    "max_stable_lr", "02_constant_learning_rate", rel=1e-6, abs=0.0, place=1
)
exercise.help(
    passage="How large may a rate be?",
    first_line="return … / curvature",
    why="The error shrinks as long as 1 − ηλ lies between −1 and 1, and it is −1 at η "
    "= 2/λ.",
)


@exercise.asks("gentle bowls", case(0.5), case(1.5), case(0.001))
def _(rng):
    return case(round(rng.uniform(0.1, 0.9), 3))


@exercise.asks("steep bowls", case(5.0), case(80.0), case(5e4))
def _(rng):
    return case(round(rng.uniform(3.0, 50.0), 3))


@exercise.right
def _(curvature):
    return 2 / curvature


exercise.mistake(
    "best rate instead of bound",
    "1/λ is the rate that lands in one step. The error still shrinks beyond it, until "
    "the factor reaches −1.",
    {"2 /": "1 /"},
)
exercise.mistake(
    "fraction upside down",
    "steeper bowls need smaller rates: the curvature belongs below the line.",
    {"2 / curvature": "curvature / 2"},
)
exercise.mistake(
    "curvature ignored",
    "this is the bound of one bowl only. It depends on the curvature.",
    {"2 / curvature": "1.0"},
    {"2 / curvature": "2.0"},
)
exercise.mistake(
    "multiplied",
    "2λ grows with the curvature; the bound must fall with it.",
    {"2 / curvature": "2 * curvature"},
)
exercise.mistake(
    "factor 2 below the line",
    "1/(2λ) is a quarter of the bound. Solve 1 − ηλ = −1 for η.",
    {"2 / curvature": "1 / (2 * curvature)"},
)
exercise.mistake(
    "curvature squared",
    "the factor 1 − ηλ holds λ once, so the bound does too.",
    {"curvature\n": "curvature**2\n"},
)
exercise.mistake(
    "twice the bound",
    "this is twice the bound. Solve 1 − ηλ = −1 for η: λ is the whole curvature.",
    {"2 /": "4 /"},
)
exercise.mistake(
    "whole division",
    "`//` cuts off what comes after the point. Divide with `/`.",
    {"/": "//"},
    untold=["steep bowls"],
)
exercise.mistake(
    "sign flipped",
    "a negative rate climbs: 1 − ηλ = −1 has a positive solution.",
    {"2 /": "-2 /"},
)
exercise.mistake(
    "factor returned",
    "this is the factor 1 − ηλ of some rate, and not a rate. Solve 1 − ηλ = −1 for η.",
    {"2 / curvature": "1 - curvature"},
    {"2 / curvature": "1 - 2 * curvature"},
)
