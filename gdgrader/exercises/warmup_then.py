"""A warm-up before any schedule: `warmup_then(schedule, warmup_steps, start_factor)`.

Tolerance: float64 in any order of operations agrees to about 1e-15 of the highest rate,
so answers count as equal within 1e-12, or 1e-9 of their size.
"""

from gdgrader.exercises.base import Exercise, case, schedule
from gdgrader.exercises.draws import a_highest_rate

exercise = Exercise("warmup_then", "07_cosine_one_cycle", rel=1e-9, abs=1e-12, place=3)
exercise.help(
    passage="Your turn: a warm-up in front of anything",
    first_line="def lr(t):\n"
    "    if t >= warmup_steps:\n"
    "        return …\n"
    "    …\n"
    "return lr",
    why="From step warmup_steps on, the inner function asks the old schedule for that "
    "one's own step, t − warmup_steps; before, it goes along the straight line.",
)


def a_schedule(rng):
    """One that moves at once, so that a shift or a wrong top shows."""
    high = a_highest_rate(rng)
    gamma = round(rng.uniform(0.7, 0.9), 2)
    return rng.choice(
        [
            schedule("exponential", initial_lr=high, gamma=gamma),
            schedule("linear", initial_lr=high, total_steps=rng.randint(15, 30)),
            schedule("cosine", max_lr=high, total_steps=rng.randint(15, 30)),
            schedule("one_cycle", max_lr=high, total_steps=rng.randint(15, 30)),
        ]
    )


FALLING = schedule("exponential", initial_lr=0.6, gamma=0.5)
STEPS = [0, 1, 2, 3, 4, 5, 8]


RISING = schedule("one_cycle", max_lr=0.5, total_steps=20)


@exercise.asks(
    "from zero",
    case(FALLING, 4, at=STEPS),
    case(FALLING, 210, at=[0, 103, 207, 210, 213]),
    case(RISING, 4, at=STEPS),
)
def _(rng):
    return case(a_schedule(rng), rng.randint(3, 6), at=[*STEPS, 12])


@exercise.asks(
    "from a part of the rate",
    case(FALLING, 4, 0.2, at=STEPS),
    case(RISING, 4, 0.125, at=STEPS),
    case(FALLING, 1, 0.2, at=[0, 1, 2]),
    case(FALLING, 3, 1.0, at=[0, 2, 3, 4]),
)
def _(rng):
    start = round(rng.uniform(0.1, 0.5), 3)
    steps = rng.randint(3, 6)
    return case(a_schedule(rng), steps, start_factor=start, at=[*STEPS, 12])


# Beside none there is one: to give the schedule back is no answer.
@exercise.asks(
    "no warm-up at all",
    case(FALLING, 0, at=[0, 1, 5]),
    case(schedule("cosine", max_lr=0.3, total_steps=9), 0, 0.5, at=[0, 4, 9]),
    case(FALLING, 4, 0.2, at=STEPS),
)
def _(rng):
    start = round(rng.uniform(0.1, 0.5), 3)
    return [
        case(a_schedule(rng), 0, start_factor=rng.choice([0.0, start]), at=[0, 1, 5]),
        case(a_schedule(rng), rng.randint(3, 6), start_factor=start, at=[*STEPS, 12]),
    ]


@exercise.right
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            share = t / warmup_steps
            return schedule(0) * (start_factor + (1 - start_factor) * share)
        return schedule(t - warmup_steps)

    return lr


exercise.mistake(
    "schedule not shifted",
    "after the warm-up you join the schedule in the middle. Let it begin at its own "
    "step 0 there.",
    {"schedule(t - warmup_steps)": "schedule(t)"},
)
exercise.mistake(
    "schedule runs during the warm-up",
    "you scale a schedule that is already falling. Rise to its first rate instead, in "
    "a straight line.",
    {"schedule(0)": "schedule(t)"},
)
exercise.mistake(
    "start ignored",
    "start_factor plays no part: this always rises from 0.",
    {"(start_factor + (1 - start_factor) * share)": "share"},
)
exercise.mistake(
    "start added on top",
    "the rise goes on above the schedule's first rate, then jumps down to it: the "
    "start was added to a full rise.",
    {"(1 - start_factor) * share": "share"},
)
exercise.mistake(
    "start taken as a rate",
    "start_factor is a share of the schedule's first rate, not a rate itself.",
    {
        "schedule(0) * (": "(",
        "(1 - start_factor)": "(schedule(0) - start_factor)",
    },
)
exercise.mistake(
    "one step ahead",
    "your rise is one step ahead: step 0 is at the start itself.",
    {"t / ": "(t + 1) / "},
)
exercise.mistake(
    "rise too short",
    "your rise is over one step too soon: at step warmup_steps, not the one before it, "
    "the first rate of the schedule is reached.",
    {"t / warmup_steps": "t / (warmup_steps - 1)"},
)
exercise.mistake(
    "flat, then steep",
    "the rise waits at start_factor until a line from 0 has caught up. Draw the line "
    "from start_factor itself.",
    {"start_factor + (1 - start_factor) * share": "max(start_factor, share)"},
)
exercise.mistake(
    "a jump at the join",
    "the schedule skips its first rate: at step warmup_steps it is at "
    "its step 0, not 1.",
    {"t - warmup_steps": "t - warmup_steps + 1"},
)


@exercise.mistake(
    "division by zero",
    "no warm-up at all must give back the schedule; yours divides by 0 steps.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        share = min(1, t / warmup_steps)
        rise = start_factor + (1 - start_factor) * share
        return schedule(max(0, t - warmup_steps)) * rise

    return lr


exercise.mistake(
    "share for rate",
    "your rise ends at 1, whatever the schedule: it is a share. The rate is "
    "`schedule(0)` times that.",
    {"schedule(0) * (": "("},
)
exercise.mistake(
    "scaled, not joined",
    "you scale the schedule, which runs on meanwhile, by a rising share. Let it wait: "
    "rise to schedule(0), then begin with its step 0.",
    {"schedule(0)": "schedule(t)", "schedule(t - warmup_steps)": "schedule(t)"},
)
exercise.mistake(
    "rises to a later rate",
    "your rise goes to schedule(warmup_steps). It goes to schedule(0), the first rate.",
    {"schedule(0)": "schedule(warmup_steps)"},
    {
        "schedule(0)": "schedule(warmup_steps)",
        "schedule(t - warmup_steps)": "schedule(t)",
    },
)
exercise.mistake(
    "steps before the first",
    "during the rise the schedule is asked for steps before its own 0. Only its first "
    "rate, schedule(0), counts there.",
    {"schedule(0)": "schedule(t - warmup_steps)"},
)
exercise.mistake(
    "the smaller of the two",
    "you take the smaller of rise and schedule. The schedule begins when the rise has "
    "ended, with its step 0.",
    {
        "return schedule(0)": "return min(schedule(t), schedule(0)",
        "* share)": "* share))",
        "schedule(t - warmup_steps)": "schedule(t)",
    },
)
exercise.mistake(
    "flat warm-up",
    "the rate waits at its start, then jumps. Draw a straight line up to schedule(0).",
    {"start_factor + (1 - start_factor) * share": "start_factor"},
)
exercise.mistake(
    "no warm-up",
    "this follows the schedule from step 0 on. Rise to its first rate before.",
    {"t < warmup_steps": "False", "schedule(t - warmup_steps)": "schedule(t)"},
)
