"""Name the fault behind a scheduler's trace: `spot_the_bug(trace)`.

Tolerance: none; names are right or wrong.
"""

from gdgrader.exercises.base import Exercise, case
from gdhelpers.scheduler_bugs import BUGS, make_trace

exercise = Exercise("spot_the_bug", "05_step_decay", place=3)
exercise.help(
    passage="The bug gallery",
    first_line='used = [… for rates in trace["used"]]',
    why="Each fault leaves a sign in the three lists, and the signs are looked for in "
    "an order in which the first that is found is the right one.",
)


def _one_of_each(rng) -> list[dict]:
    """A trace of every bug, in any order: nine names are not guessed (1 in 9**9)."""
    return [_a_trace(rng, bug) for bug in rng.sample(BUGS, len(BUGS))]


def _a_trace(rng, bug: str) -> dict:
    step_size = rng.choice([2, 3, 4, 8])
    return case(
        make_trace(
            bug,
            initial_lr=round(rng.uniform(0.05, 1), 3),
            step_size=step_size,
            gamma=round(rng.uniform(0.3, 0.8), 2),
            epochs=2 * step_size + rng.randint(2, 5),
            batches=rng.choice([5, 7]),
        )
    )


# Both ask for every bug, as a wrong name shows only beside the one it is taken for.
exercise.asks(
    "the gallery",
    *(case(make_trace(bug)) for bug in BUGS),
    # What shows in one batch of one epoch only, and what shows very late.
    case(make_trace("stepped per batch", 0.8, 5, 0.5, epochs=3, batches=3)),
    case(make_trace("stepped per batch", 0.8, 3, 0.5, epochs=7, batches=2)),
    case(make_trace("get_lr at a boundary", 1.0, 201, 0.5, epochs=202, batches=1)),
)(_one_of_each)
exercise.asks(
    "other schedules",
    *(
        case(make_trace(bug, 0.8, step_size=2, gamma=0.9, epochs=6, batches=3))
        for bug in BUGS
    ),
)(_one_of_each)


@exercise.right
def _(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
    if used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    if used[0] < intended[0]:
        return "scheduler reused"
    if len(set(used)) == 1:
        return "never stepped"
    if used != intended:
        return "two schedulers"
    if len(set(recorded)) == 1:
        return "constant recorded"
    if recorded[:-1] == used[1:]:
        return "recorded after the step"
    return "none" if recorded == used else "get_lr at a boundary"


_PER_BATCH = """    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
"""
_REUSED = '    if used[0] < intended[0]:\n        return "scheduler reused"\n'
_CONSTANT = '    if len(set(recorded)) == 1:\n        return "constant recorded"\n'
_TOO_EARLY = '        return "stepped before the optimizer"\n'
_NOTED_LATE = '        return "recorded after the step"\n'


@exercise.mistake(
    "always none",
    'every trace is "none" here: compare what was used with what was intended, then '
    "what was recorded with what was used.",
)
def _(trace):
    return "none"


@exercise.mistake(
    "believes the record",
    'this looks at trace["recorded"] only. A program that records wrongly may train '
    'rightly, and the other way round: trace["used"] tells which.',
)
def _(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    if recorded == intended:
        return "none"
    if len(set(recorded)) == 1:
        return "never stepped"
    if recorded[:-1] == intended[1:]:
        return "stepped before the optimizer"
    return "scheduler reused" if recorded[0] < intended[0] else "two schedulers"


@exercise.mistake(
    "first epoch only",
    "this looks at the first epoch only, where most faulty runs are still right. "
    "Compare the whole lists.",
)
def _(trace):
    wrong = trace["used"][0][0] != trace["intended"][0]
    return "scheduler reused" if wrong else "none"


exercise.mistake(
    "records not looked at",
    'where the rates used are right this says "none", but trace["recorded"] may still '
    "be wrong.",
    {
        _CONSTANT: "",
        f"    if recorded[:-1] == used[1:]:\n{_NOTED_LATE}": "",
        ' if recorded == used else "get_lr at a boundary"': "",
    },
)
exercise.mistake(
    "shifts confused",
    "both are shifted by one epoch, but not the same list: did the *used* rates come "
    "too early, or only the *recorded* ones?",
    {
        f"intended[1:]:\n{_TOO_EARLY}": f"intended[1:]:\n{_NOTED_LATE}",
        f"used[1:]:\n{_NOTED_LATE}": f"used[1:]:\n{_TOO_EARLY}",
    },
)
exercise.mistake(
    "batches not looked at",
    "this takes one rate from each epoch. Look inside: a rate that changes between two "
    "batches of one epoch has a reason of its own.",
    {_PER_BATCH: ""},
)
exercise.mistake(
    "constant record taken for a constant rate",
    'all recorded rates are the same, but the *used* ones are not: "never stepped" is '
    "when the training itself stays at one rate.",
    {"len(set(used))": "len(set(recorded))", _CONSTANT: ""},
)
exercise.mistake(
    "reused taken for two schedulers",
    "look at the first epoch: two schedulers begin at the intended rate and then drop "
    "doubly; a scheduler that was used before begins too low.",
    {_REUSED: ""},
)
