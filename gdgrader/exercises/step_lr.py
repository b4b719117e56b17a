"""The rate of an epoch under step decay: `step_lr(t, initial_lr, step_size, gamma)`.

Tolerance: rates may be tiny, so only the relative difference counts; multiplying γ step
by step and γ**k differ by 1e-15 or so, the mistakes by a factor γ.
"""

from gdgrader.exercises.base import Exercise, case

exercise = Exercise("step_lr", "05_step_decay", abs=0.0, place=1)
exercise.help(
    passage="The step schedule",
    first_line="return initial_lr * gamma ** (…)",
    why="t // step_size is how often the rate has dropped by epoch t: not at all in "
    "the first step_size epochs, then once, and so on.",
)


@exercise.asks(
    "around a drop",
    *(case(t, 0.1, 10, 0.1) for t in (0, 6, 9, 10, 11, 18, 20, 21)),
    *(case(t, 1500.0, 1, 0.5) for t in (0, 1)),
    case(10, 0.4, 10, 0.1),
    case(10, 0.1, 10, 0.35),
    case(10, 0.1, 4, 0.1),
    case(5, 0.0, 2, 0.5),
    case(10, 0.1, 4, 1.5),
    case(9, 0.1, 4, 1.0),
    case(700, 0.001, 400, 1500.0),
)
def _(rng):
    n = rng.randint(3, 9)
    t = n * rng.randint(1, 4) + rng.choice([-1, 0, 1])
    return case(t, round(rng.uniform(0.1, 2), 3), n, round(rng.uniform(0.3, 0.9), 2))


@exercise.asks(
    "far along",
    *(case(t, 1.0, 4, 0.5) for t in (21, 22, 23, 24, 25, 60)),
    case(450, 1.0, 2, 0.993),
    case(825, 3.0, 210, 0.5),
)
def _(rng):
    n, t = rng.randint(3, 9), rng.randint(30, 300)
    return case(t, round(rng.uniform(0.1, 2), 3), n, round(rng.uniform(0.7, 0.95), 3))


@exercise.right
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** (t // step_size)


exercise.mistake(
    "floor forgotten",
    "t/n is not a whole number between the drops, so the rate slides down a little "
    "every epoch. Round t/n down: that is the floor the course page's formula lacks.",
    {"//": "/"},
)
exercise.mistake(
    "one epoch early",
    "every drop comes one epoch too early: epoch 0 is the first of the n, so the first "
    "drop is at t = n.",
    {"t //": "(t + 1) //"},
)
exercise.mistake(
    "one epoch late",
    "every drop comes one epoch too late: at t = n the rate is already lower.",
    {"t //": "max(t - 1, 0) //"},
    {"t //": "(t - 1) //"},
)
exercise.mistake(
    "dropped every epoch",
    "this multiplies by gamma at every epoch, not once every step_size epochs.",
    {"(t // step_size)": "t"},
)
exercise.mistake(
    "dropped once only",
    "the rate drops once and then stays. It drops again at 2n, 3n, …",
    {" ** (t // step_size)": " if t >= step_size else initial_lr"},
)
exercise.mistake(
    "rounded to the nearest",
    "`round` goes to the nearest whole number, so the rate drops half an interval too "
    "early. Round down.",
    {"(t // step_size)": "round(t / step_size)"},
)
exercise.mistake(
    "rounded up",
    "this rounds t/n up, so the first drop comes at epoch 1 already. Round down.",
    {"t // step_size": "-(-t // step_size)"},
)
exercise.mistake(
    "multiplied instead of raised",
    "each drop multiplies by gamma once more, so after k drops it is gamma to the "
    "power k, not gamma times k.",
    {
        "return initial_lr * gamma ** (t // step_size)": "drops = t // step_size\n"
        "    return initial_lr * gamma * drops if drops else initial_lr"
    },
    {"gamma ** (": "gamma * ("},
)
exercise.mistake(
    "one drop too many",
    "this begins with a drop. In the first n epochs the rate is initial_lr itself.",
    {"t // step_size": "t // step_size + 1"},
)
exercise.mistake(
    "twice at each drop",
    "at each drop itself γ is one time too many, and right again an epoch later: that "
    "is what `get_lr()` answers there.",
    {"t // step_size": "t // step_size + (t > 0 and t % step_size == 0)"},
)
exercise.mistake(
    "dropped for one epoch only",
    "the rate is low at t = n, 2n, … alone and back at initial_lr in between. A drop "
    "lasts: count how many there have been, ⌊t/n⌋.",
    {" ** (t // step_size)": " if t and t % step_size == 0 else initial_lr"},
    {" ** (t // step_size)": " if t % step_size == 0 else initial_lr"},
)
exercise.mistake(
    "remainder instead of quotient",
    "`%` gives the epochs since the last drop. How many drops there were is `//`.",
    {"//": "%"},
)
exercise.mistake(
    "power before the floor",
    "`**` comes before `//`, so this cuts gamma**t off to 0. Put t // step_size in "
    "brackets.",
    {"gamma ** (t // step_size)": "gamma ** t // step_size"},
    {
        "initial_lr * ": "(initial_lr * ",
        " ** (t // step_size)": " ** t) // step_size",
    },
)
exercise.mistake(
    "rate raised too",
    "initial_lr is raised to the power, too. Only gamma is: multiply afterwards.",
    {"initial_lr * gamma **": "(initial_lr * gamma) **"},
)
exercise.mistake(
    "divided by gamma",
    "the rate grows: gamma is the factor of a drop, below 1. Multiply by it.",
    {"initial_lr * ": "initial_lr / "},
)
exercise.mistake(
    "subtracted",
    "each drop takes the same amount off, so the rate passes below 0. A drop "
    "multiplies by gamma.",
    {"initial_lr * gamma ** (t // step_size)": "initial_lr - gamma * (t // step_size)"},
)
exercise.mistake(
    "interval too long",
    "the drops lie one epoch too far apart: from one to the next it is step_size "
    "epochs.",
    {"// step_size": "// (step_size + 1)"},
)
exercise.mistake(
    "interval too short",
    "the drops lie one epoch too close: from one to the next it is step_size epochs.",
    {"// step_size": "// (step_size - 1)"},
    {"// step_size": "// max(step_size - 1, 1)"},
)
exercise.mistake(
    "fraction upside down",
    "t and step_size have changed places: how often the interval fits into t is "
    "t // step_size.",
    {"t // step_size": "step_size // t"},
)
