"""Lesson 06: half a cosine, one cycle, and a warm-up in front of any schedule.

Tolerances: float64 in any order of operations agrees to about 1e-15 of the highest
rate. One cycle's mistakes differ by as little as 3e-7 of it, as its last rate is that
small, so there and in the warm-up answers count as equal within 1e-12, or 1e-9 of their
size. The cosine's mistakes differ by 6e-5 of it or more, so a cosine taken in float32,
within 2e-7 of it, is right: 1e-6 lies between.
"""

from gdgrader.exercises.base import Exercise, case, schedule

LESSON = "06_cosine_one_cycle"


def a_rate(rng):
    """A highest rate, rarely a power of ten."""
    return round(rng.uniform(0.2, 3.0), 3)


cosine = Exercise("cosine_lr", LESSON, "cosine_lr", rel=1e-6, abs=1e-6)


@cosine.asks("down to zero", case(13, 50, 0.1), case(7, 9, 0.8))
def _(rng):
    total = rng.randint(20, 60)
    # Not half-way, where a doubled cosine and a rising one are easily confused.
    return case(rng.randint(2, total // 2 - 2), total, a_rate(rng))


@cosine.asks(
    "down to a lowest rate",
    case(13, 50, 0.1, 0.01),
    case(31, 40, max_lr=2.0, min_lr=0.3),
)
def _(rng):
    total, high = rng.randint(20, 60), a_rate(rng)
    step = rng.randint(2, total // 2 - 2)
    return case(step, total, high, round(high * rng.uniform(0.1, 0.4), 4))


# The step on the way tells apart what looks alike at the ends.
cosine.asks_only(
    "first and last rate",
    case(0, 50, 0.1, 0.01),
    case(50, 50, 0.1, 0.01),
    case(11, 50, 0.1, 0.01),
)


@cosine.asks("past the end", case(70, 50, 0.1, 0.01), case(11, 50, 0.1, 0.01))
def _(rng):
    total = rng.randint(20, 60)
    return case(total + rng.randint(5, total - 5), total, a_rate(rng), 0.05)


@cosine.mistake(
    "climbs again",
    "past total_steps the cosine turns and climbs back. Hold min_lr from there on.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    return min_lr + (max_lr - min_lr) * (1 + cos(pi * t / total_steps)) / 2


@cosine.mistake(
    "zero at the end",
    "at the end you return 0. The rate stays at min_lr from there on.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    if t >= total_steps:
        return 0.0
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * t / total_steps)) / 2


@cosine.mistake(
    "degrees",
    "`cos` takes radians: half a period is π, not 180.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos

    return min_lr + (max_lr - min_lr) * (1 + cos(180 * min(t / total_steps, 1))) / 2


@cosine.mistake(
    "half forgotten",
    "1 + cos runs from 2 down to 0, so you start twice as far above min_lr as asked.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    return min_lr + (max_lr - min_lr) * (1 + cos(pi * min(t / total_steps, 1)))


@cosine.mistake(
    "a whole period",
    "the rate is down half-way and up again at the end: that is a whole period of the "
    "cosine. Use half of one.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    share = min(t / total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(2 * pi * share)) / 2


@cosine.mistake(
    "cosine not lifted",
    "cos runs from 1 to −1, so the rate ends below min_lr. Lift it to run from 1 to 0.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    return min_lr + (max_lr - min_lr) * cos(pi * min(t / total_steps, 1))


@cosine.mistake(
    "upside down",
    "you start at min_lr and climb. A cosine schedule starts high: check the sign "
    "before the cosine.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    return min_lr + (max_lr - min_lr) * (1 - cos(pi * min(t / total_steps, 1))) / 2


@cosine.mistake(
    "span too long",
    "min_lr is added on top of the full max_lr, so the first rate is max_lr + min_lr. "
    "The fall only spans the difference.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    return min_lr + max_lr * (1 + cos(pi * min(t / total_steps, 1))) / 2


@cosine.mistake(
    "lowest rate ignored",
    "min_lr plays no part: this always falls to 0.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    return max_lr * (1 + cos(pi * min(t / total_steps, 1))) / 2


@cosine.mistake(
    "π forgotten",
    "the angle only reaches 1 at the end, and cos 1 is not −1. Half a period is π.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos

    return min_lr + (max_lr - min_lr) * (1 + cos(min(t / total_steps, 1))) / 2


@cosine.mistake(
    "one step early",
    "you reach min_lr one step too soon. Step total_steps, not the one before it, is "
    "the first at min_lr.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    share = min(t / (total_steps - 1), 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2


@cosine.mistake(
    "whole division",
    "`//` cuts t / total_steps to 0 until the very end. Divide with `/`.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    from math import cos, pi

    share = min(t // total_steps, 1)
    return min_lr + (max_lr - min_lr) * (1 + cos(pi * share)) / 2


@cosine.mistake(
    "straight line",
    "this falls in a straight line. The cosine starts and ends gently.",
)
def _(t, total_steps, max_lr, min_lr=0.0):
    return max_lr + (min_lr - max_lr) * min(t / total_steps, 1)


one_cycle = Exercise("one_cycle_lr", LESSON, "one_cycle_lr", rel=1e-9, abs=1e-12)


def a_cycle(rng, rising):
    """A step inside the rise or the fall of a cycle of 40 to 100 steps."""
    total = rng.randint(40, 100)
    last = int(0.3 * total) - 3
    step = rng.randint(2, last) if rising else rng.randint(last + 8, total - 5)
    return step, total, a_rate(rng)


# Each property asks for a step of the rise and one of the fall: some mistakes show
# in one of them only, and some look alike there.
@one_cycle.asks("the rise", case(0, 100, 1.0), case(12, 60, 0.5), case(40, 60, 0.5))
def _(rng):
    return case(*a_cycle(rng, rising=True))


@one_cycle.asks("the fall", case(29, 100, 1.0), case(99, 100, 1.0), case(64, 100, 1.0))
def _(rng):
    return case(*a_cycle(rng, rising=False))


@one_cycle.asks(
    "another shape",
    case(20, 100, 1.0, pct_start=0.5, div_factor=10.0, final_div_factor=100.0),
    case(80, 100, 1.0, pct_start=0.5, div_factor=10.0, final_div_factor=100.0),
    case(99, 100, 1.0, pct_start=0.5, div_factor=10.0, final_div_factor=100.0),
)
def _(rng):
    step, total, high = a_cycle(rng, rising=rng.random() < 0.5)
    shape = {
        "pct_start": round(rng.uniform(0.55, 0.8), 2),
        "div_factor": round(rng.uniform(3, 12), 1),
        "final_div_factor": round(rng.uniform(50, 500), 1),
    }
    return case(step, total, high, **shape)


@one_cycle.asks("past the end", case(130, 100, 1.0), case(64, 100, 1.0))
def _(rng):
    total = rng.randint(40, 100)
    return case(total + rng.randint(3, total // 2), total, a_rate(rng))


@one_cycle.mistake(
    "peak one step late",
    "your highest rate comes one step too late: torch counts pct_start · total_steps "
    "steps from 1, you count from 0.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps, total_steps - 1
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "last step missed",
    "step total_steps − 1 is the last one, and yours has not arrived there yet. Steps "
    "count from 0.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "steps counted from 1",
    "both −1 are missing: steps count from 0, so the highest rate is at step "
    "pct_start · T − 1 and the last at T − 1.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps, total_steps
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "peak on a whole step",
    "the peak was rounded to a whole step. pct_start · T − 1 may lie between two; "
    "leave it there.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, end = max_lr / div_factor, total_steps - 1
    peak = int(pct_start * total_steps) - 1
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "upside down",
    "you begin at the highest rate and come back to it. Rise first, then fall: check "
    "the sign before the cosine.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 - cos(pi * share)) / 2


@one_cycle.mistake(
    "starts from zero",
    "the rise starts from 0 instead of max_lr / div_factor.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    last, t = first / final_div_factor, min(t, end)
    low, share = (0.0, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "last rate from the highest",
    "final_div_factor divides the first rate, not the highest one.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    last, t = max_lr / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "falls back to the first rate",
    "the fall ends at the first rate. It goes final_div_factor times lower.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    t = min(t, end)
    share = 1 - t / peak if t <= peak else (t - peak) / (end - peak)
    return first + (max_lr - first) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "straight lines",
    "you go in straight lines. Rise and fall are half a cosine each.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 - share)


@one_cycle.mistake(
    "peak always half-way",
    "your peak lies half-way whatever pct_start says.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, total_steps / 2 - 1, total_steps - 1
    last, t = first / final_div_factor, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "shape arguments ignored",
    "this is right for the usual shape alone: use pct_start, div_factor and "
    "final_div_factor instead of their usual values.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / 25, 0.3 * total_steps - 1, total_steps - 1
    last, t = first / 1e4, min(t, end)
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


@one_cycle.mistake(
    "climbs again",
    "past the last step your rate climbs again. Hold it where it ended.",
)
def _(t, total_steps, max_lr, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    from math import cos, pi

    first, peak, end = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    last = first / final_div_factor
    low, share = (
        (first, 1 - t / peak) if t <= peak else (last, (t - peak) / (end - peak))
    )
    return low + (max_lr - low) * (1 + cos(pi * share)) / 2


warmup = Exercise("warmup_then", LESSON, "warmup_then", rel=1e-9, abs=1e-12)


def a_schedule(rng):
    """One that moves at once, so that a shift or a wrong top shows."""
    high = a_rate(rng)
    gamma = round(rng.uniform(0.7, 0.9), 2)
    return rng.choice(
        [
            schedule("exponential", initial_lr=high, gamma=gamma),
            schedule("linear", initial_lr=high, total_steps=rng.randint(15, 30)),
            schedule("cosine", max_lr=high, total_steps=rng.randint(15, 30)),
        ]
    )


FALLING = schedule("exponential", initial_lr=0.6, gamma=0.5)
STEPS = [0, 1, 2, 3, 4, 5, 8]


@warmup.asks("from zero", case(FALLING, 4, at=STEPS))
def _(rng):
    return case(a_schedule(rng), rng.randint(3, 6), at=[*STEPS, 12])


@warmup.asks("from a part of the rate", case(FALLING, 4, 0.2, at=STEPS))
def _(rng):
    start = round(rng.uniform(0.1, 0.5), 2)
    steps = rng.randint(3, 6)
    return case(a_schedule(rng), steps, start_factor=start, at=[*STEPS, 12])


warmup.asks_only(
    "no warm-up at all",
    case(FALLING, 0, at=[0, 1, 5]),
    case(schedule("cosine", max_lr=0.3, total_steps=9), 0, 0.5, at=[0, 4, 9]),
)


@warmup.mistake(
    "schedule not shifted",
    "after the warm-up you join the schedule in the middle. Let it begin at its own "
    "step 0 there.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            share = t / warmup_steps
            return schedule(0) * (start_factor + (1 - start_factor) * share)
        return schedule(t)

    return lr


@warmup.mistake(
    "schedule runs during the warm-up",
    "you scale a schedule that is already falling. Rise to its first rate instead, in "
    "a straight line.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            share = t / warmup_steps
            return schedule(t) * (start_factor + (1 - start_factor) * share)
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "start ignored",
    "start_factor plays no part: this always rises from 0.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            return schedule(0) * t / warmup_steps
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "start added on top",
    "the rise goes on above the schedule's first rate, then jumps down to it: the "
    "start was added to a full rise.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            return schedule(0) * (start_factor + t / warmup_steps)
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "start taken as a rate",
    "start_factor is a share of the schedule's first rate, not a rate itself.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            return start_factor + (schedule(0) - start_factor) * t / warmup_steps
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "one step ahead",
    "your rise is one step ahead: step 0 is at the start itself.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            share = (t + 1) / warmup_steps
            return schedule(0) * (start_factor + (1 - start_factor) * share)
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "rise too short",
    "your rise is over one step too soon: at step warmup_steps, not the one before it, "
    "the first rate of the schedule is reached.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            share = t / (warmup_steps - 1)
            return schedule(0) * (start_factor + (1 - start_factor) * share)
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "flat, then steep",
    "the rise waits at start_factor until a line from 0 has caught up. Draw the line "
    "from start_factor itself.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            return schedule(0) * max(start_factor, t / warmup_steps)
        return schedule(t - warmup_steps)

    return lr


@warmup.mistake(
    "a jump at the join",
    "the schedule skips its first rate: at step warmup_steps it is at "
    "its step 0, not 1.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        if t < warmup_steps:
            share = t / warmup_steps
            return schedule(0) * (start_factor + (1 - start_factor) * share)
        return schedule(t - warmup_steps + 1)

    return lr


@warmup.mistake(
    "division by zero",
    "no warm-up at all must give back the schedule; yours divides by 0 steps.",
)
def _(schedule, warmup_steps, start_factor=0.0):
    def lr(t):
        share = min(1, t / warmup_steps)
        rise = start_factor + (1 - start_factor) * share
        return schedule(max(0, t - warmup_steps)) * rise

    return lr
