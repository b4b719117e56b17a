"""Name the fault behind a long run's trace: `name_the_fault(trace)`.

Tolerance: none; names are right or wrong.
"""

from gdgrader.exercises.base import Exercise, case
from gdhelpers.scheduler_faults import FAULTS, FLAT, make_run

exercise = Exercise("name_the_fault", "08_range_test_warmup", place=4)
exercise.help(
    passage="Bug gallery II",
    first_line='planned, used, stepped = trace["planned"], trace["used"], …\n'
    "due = [planned[sum(stepped[:i])] for i in …]\n"
    "wrong = [i for i in … if used[i] != due[i]]",
    why="A plan counts steps that were taken, so due says what each one should have "
    "used; where used first leaves it, the step before tells why.",
)


def _a_run(rng, fault: str) -> dict:
    """A run of this fault; it may be resumed, and skip a step, and do both rightly.

    Without a fault it is resumed, so that who blames what happened is always wrong.
    """
    warmup = rng.randint(3, 6)
    steps = warmup + rng.randint(14, 20)
    later = rng.sample(range(warmup + 2, steps - 3), 4)
    resumed_at, skipped = later[0], later[1]
    if skipped + 1 == resumed_at or fault in (
        "planned in batches",
        "stepped per batch",
    ):
        skipped = None
    if fault == "skipped step counted":
        skipped = skipped or resumed_at + 2
    if fault not in ("none", "resumed without its state") and rng.random() < 0.5:
        resumed_at = None
    first = warmup + rng.randint(2, 4)
    flat = fault == "overwritten by LambdaLR" or (fault in FLAT and rng.random() < 0.4)
    if flat:
        # A reduction that is gone just where the run was resumed has two explanations.
        skipped = None
        if resumed_at == first + 1 and fault != "none":
            resumed_at = None
    return case(
        make_run(
            fault,
            max_lr=round(rng.uniform(0.1, 2), 3),
            warmup=warmup,
            steps=steps,
            accumulated=rng.choice([2, 3, 4]),
            resumed_at=resumed_at,
            skipped=skipped,
            drops=(first, first + rng.randint(3, 5)) if flat else None,
        )
    )


def _one_of_each(rng) -> list[dict]:
    """Every fault, in any order: seven names are not guessed."""
    return [_a_run(rng, fault) for fault in rng.sample(FAULTS, len(FAULTS))]


# Both ask for every fault, as a wrong name shows only beside the one it is taken for.
exercise.asks("the gallery", *(case(make_run(fault)) for fault in FAULTS))(_one_of_each)
exercise.asks(
    "resumed, skipped, on a plateau",
    case(make_run("none", resumed_at=9)),
    case(make_run("none", skipped=8, resumed_at=12)),
    case(make_run("none", drops=(7, 11), resumed_at=9)),
    case(make_run("zero first step", drops=(7, 11))),
    case(make_run("zero first step", skipped=6)),
    case(make_run("resumed without its state", skipped=6)),
    case(make_run("overwritten by LambdaLR", drops=(6, 14), resumed_at=8)),
    case(make_run("skipped step counted", resumed_at=8, skipped=11)),
    case(
        make_run("skipped step counted", steps=30, skipped=28)
    ),  # seen in the last rate only
    case(make_run("planned in batches", accumulated=4, resumed_at=8)),
    case(make_run("stepped per batch", accumulated=3, resumed_at=8)),
)(_one_of_each)


@exercise.right
def _(trace):
    planned, used, stepped = trace["planned"], trace["used"], trace["stepped"]
    due = [planned[sum(stepped[:i])] for i in range(len(used))]
    wrong = [i for i in range(len(used)) if used[i] != due[i]]
    if not wrong:
        return "zero first step" if used[0] == 0 else "none"
    first = wrong[0]
    if first == trace["resumed_at"]:
        return "resumed without its state"
    if not stepped[first - 1]:
        return "skipped step counted"
    if first > 1:
        return "overwritten by LambdaLR"
    return "stepped per batch" if used[1] > due[1] else "planned in batches"


_ZERO = '"zero first step" if used[0] == 0 else "none"'
_RESUMED = (
    '    if first == trace["resumed_at"]:\n        return "resumed without its state"\n'
)
_SKIPPED = '    if not stepped[first - 1]:\n        return "skipped step counted"\n'
_LAST = '"stepped per batch" if used[1] > due[1] else "planned in batches"'


@exercise.mistake(
    "always none",
    'every trace is "none" here: compare what was used with what was planned, step by '
    "step.",
)
def _(trace):
    return "none"


exercise.mistake(
    "skipped steps not counted out",
    "this compares entry by entry. But a plan counts the steps that were *taken*: "
    "after "
    "one that was left out, the rate planned for it is still due.",
    {"planned[sum(stepped[:i])]": "planned[i]"},
)


@exercise.mistake(
    "whatever happened is at fault",
    "a run that was resumed, or skipped a step, may have done so rightly. Look whether "
    "the rates went wrong there.",
)
def _(trace):
    planned, used = trace["planned"], trace["used"]
    if used[0] == 0:
        return "zero first step"
    if trace["resumed_at"] is not None:
        return "resumed without its state"
    if not all(trace["stepped"]):
        return "skipped step counted"
    if used == planned:
        return "none"
    if used[1] == planned[1]:
        return "overwritten by LambdaLR"
    return "stepped per batch" if used[1] > planned[1] else "planned in batches"


exercise.mistake(
    "zero not looked at",
    'where used and planned agree this says "none". But a step at the rate 0 moves '
    "nothing: then the plan itself is at fault.",
    {_ZERO: '"none"'},
)
exercise.mistake(
    "batches the wrong way round",
    "the two about batches are exchanged: which goes through its plan too fast, and "
    "which too slowly?",
    {"used[1] > due[1]": "used[1] < due[1]"},
)
exercise.mistake(
    "batches all alike",
    "there are two faults about batches: one goes through its plan too fast, the other "
    "too slowly.",
    {_LAST: '"planned in batches"'},
    {_LAST: '"stepped per batch"'},
)
exercise.mistake(
    "resuming not looked at",
    "look where the used rates leave the plan first: is it where the run was resumed?",
    {_RESUMED: ""},
)
exercise.mistake(
    "skipping not looked at",
    "look where the used rates leave the plan first: did the step before it take "
    "place?",
    {_SKIPPED: ""},
)
exercise.mistake(
    "plateau not looked at",
    "one fault begins late and has to do with neither a restart nor a skipped step: a "
    "reduction that is gone again.",
    {'    if first > 1:\n        return "overwritten by LambdaLR"\n': ""},
)
