"""Lesson 04: the step schedule, a loop with a scheduler, and what goes wrong there."""

from gdgrader.exercises.base import Exercise, case, scheduler
from gdhelpers.traces import BUGS, make_trace

LESSON = "04_step_decay"

# Rates may be tiny, so only the relative difference counts; multiplying γ step by step
# and γ**k differ by 1e-15 or so, the mistakes by a factor γ.
step_lr = Exercise("step_lr", LESSON, "step_lr", abs=0.0)
# The lesson's x is float32, good to 1e-6 of itself a step; some x come so near to 0
# that only the absolute 1e-4 (x starts at 500) counts. The rates stay above 0.02, and
# the mistakes change them, or x, by 5 % at least somewhere.
optimize_scheduled = Exercise(
    "optimize_scheduled", LESSON, "optimize", rel=1e-4, abs=1e-4
)
# Names are right or wrong; there is nothing to tolerate.
spot_the_bug = Exercise("spot_the_bug", LESSON, "spot_the_bug")


# step_lr ----------------------------------------------------------------------------


@step_lr.asks("around a drop", *(case(t, 0.1, 10, 0.1) for t in (0, 6, 9, 10, 11, 20)))
def _(rng):
    n = rng.randint(3, 9)
    t = n * rng.randint(1, 4) + rng.choice([-1, 0, 1])
    return case(t, round(rng.uniform(0.1, 2), 3), n, round(rng.uniform(0.3, 0.9), 2))


@step_lr.asks("far along", *(case(t, 1.0, 4, 0.5) for t in (21, 22, 23, 24, 25)))
def _(rng):
    n, t = rng.randint(3, 9), rng.randint(30, 90)
    return case(t, round(rng.uniform(0.1, 2), 3), n, round(rng.uniform(0.7, 0.95), 2))


@step_lr.mistake(
    "floor forgotten",
    "t/n is not a whole number between the drops, so the rate slides down a little "
    "every epoch. Round t/n down: that is the floor the source's formula lacks.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** (t / step_size)


@step_lr.mistake(
    "one epoch early",
    "every drop comes one epoch too early: epoch 0 is the first of the n, so the first "
    "drop is at t = n.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** ((t + 1) // step_size)


@step_lr.mistake(
    "one epoch late",
    "every drop comes one epoch too late: at t = n the rate is already lower.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** (max(t - 1, 0) // step_size)


@step_lr.mistake(
    "dropped every epoch",
    "this multiplies by gamma at every epoch, not once every step_size epochs.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma**t


@step_lr.mistake(
    "dropped once only",
    "the rate drops once and then stays. It drops again at 2n, 3n, …",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma if t >= step_size else initial_lr


@step_lr.mistake(
    "rounded to the nearest",
    "`round` goes to the nearest whole number, so the rate drops half an interval too "
    "early. Round down.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** round(t / step_size)


@step_lr.mistake(
    "rounded up",
    "this rounds t/n up, so the first drop comes at epoch 1 already. Round down.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** (-(-t // step_size))


@step_lr.mistake(
    "multiplied instead of raised",
    "each drop multiplies by gamma once more, so after k drops it is gamma to the "
    "power k, not gamma times k.",
)
def _(t, initial_lr, step_size, gamma):
    drops = t // step_size
    return initial_lr * gamma * drops if drops else initial_lr


@step_lr.mistake(
    "one drop too many",
    "this begins with a drop. In the first n epochs the rate is initial_lr itself.",
)
def _(t, initial_lr, step_size, gamma):
    return initial_lr * gamma ** (t // step_size + 1)


# optimize ---------------------------------------------------------------------------

_STEP = scheduler("StepLR", step_size=4, gamma=0.5)
_WARM = scheduler("LinearLR", start_factor=0.25, total_iters=5)


@optimize_scheduled.asks(
    "without a scheduler", case(), case(0.1), case(0.1, 1), case(0.1, 0)
)
def _(rng):
    return case(round(rng.uniform(0.05, 0.2), 3), rng.randint(3, 12))


@optimize_scheduled.asks(
    "any scheduler",
    case(1.05, 12, _STEP),
    case(0.3, 8, make_scheduler=scheduler("ExponentialLR", gamma=0.8)),
    case(0.2, 6, scheduler("LinearLR", start_factor=0.5, total_iters=4)),
)
def _(rng):
    made = rng.choice(
        [
            scheduler("StepLR", step_size=rng.randint(2, 3), gamma=0.6),
            scheduler("ExponentialLR", gamma=0.85),
            scheduler("MultiStepLR", milestones=[2, 5], gamma=0.5),
            scheduler("CosineAnnealingLR", T_max=20, eta_min=0.02),
        ]
    )
    return case(round(rng.uniform(0.1, 0.3), 3), rng.randint(6, 9), made)


@optimize_scheduled.asks("the first rate", case(0.2, 8, _WARM), case(0.2, 1, _WARM))
def _(rng):
    factor = round(rng.uniform(0.2, 0.5), 2)
    made = scheduler("LinearLR", start_factor=factor, total_iters=rng.randint(3, 5))
    return case(round(rng.uniform(0.1, 0.3), 3), rng.randint(5, 8), made)


@optimize_scheduled.mistake(
    "scheduler before optimizer",
    "`scheduler.step()` comes before `optimizer.step()` here, so the first rate is "
    "never used. Step the scheduler last.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        if scheduler:
            scheduler.step()
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
    return xs, rates


@optimize_scheduled.mistake(
    "constant recorded",
    "x moves as it should, but you note `initial_lr` every time. Ask the optimizer: "
    '`optimizer.param_groups[0]["lr"]`.',
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(initial_lr)
        if scheduler:
            scheduler.step()
    return xs, rates


@optimize_scheduled.mistake(
    "recorded after the step",
    "x moves as it should, but the rate is noted after `scheduler.step()`: that is the "
    "rate of the next iteration. Note it before.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        if scheduler:
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return xs, rates


@optimize_scheduled.mistake(
    "scheduler never stepped",
    "the rate never changes: the scheduler is made, but nobody calls its `step()`.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    if make_scheduler:
        make_scheduler(optimizer)
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
    return xs, rates


@optimize_scheduled.mistake(
    "scheduler ignored",
    "`make_scheduler` is never called. Call it once, with the optimizer, before the "
    "loop.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(initial_lr)
    return xs, rates


@optimize_scheduled.mistake(
    "stepped twice",
    "`scheduler.step()` runs two times in an iteration, so the schedule runs twice as "
    "fast.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
            scheduler.step()
    return xs, rates


@optimize_scheduled.mistake(
    "x recorded before the step",
    "x is noted before the step: the list begins with 500 and lacks the last point. "
    "Note it after `optimizer.step()`.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        xs.append(x.item())
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
    return xs, rates


@optimize_scheduled.mistake(
    "lists swapped",
    "the two lists come back in the wrong order: x first, then the rates.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
    return rates, xs


@optimize_scheduled.mistake(
    "gradients pile up",
    "each step uses the sum of all gradients so far: `optimizer.zero_grad()` is "
    "missing from the loop.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        (x**2).backward()
        optimizer.step()
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
    return xs, rates


# spot_the_bug -----------------------------------------------------------------------


def _a_trace(rng) -> dict:
    step_size = rng.randint(2, 4)
    return case(
        make_trace(
            rng.choice(BUGS),
            initial_lr=round(rng.uniform(0.05, 1), 3),
            step_size=step_size,
            gamma=round(rng.uniform(0.3, 0.8), 2),
            epochs=2 * step_size + rng.randint(2, 5),
            batches=rng.choice([5, 7]),
        )
    )


# Both ask for every bug, as a wrong name shows only beside the one it is taken for.
@spot_the_bug.asks("the gallery", *(case(make_trace(bug)) for bug in BUGS))
def _(rng):
    return _a_trace(rng)


@spot_the_bug.asks(
    "other schedules",
    *(
        case(make_trace(bug, 0.8, step_size=2, gamma=0.7, epochs=6, batches=3))
        for bug in BUGS
    ),
)
def _(rng):
    return _a_trace(rng)


@spot_the_bug.mistake(
    "always none",
    'every trace is "none" here: compare what was used with what was intended, then '
    "what was recorded with what was used.",
)
def _(trace):
    return "none"


@spot_the_bug.mistake(
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


@spot_the_bug.mistake(
    "first epoch only",
    "this looks at the first epoch only, where most faulty runs are still right. "
    "Compare the whole lists.",
)
def _(trace):
    wrong = trace["used"][0][0] != trace["intended"][0]
    return "scheduler reused" if wrong else "none"


@spot_the_bug.mistake(
    "records not looked at",
    'where the rates used are right this says "none", but trace["recorded"] may still '
    "be wrong.",
)
def _(trace):
    intended, used = trace["intended"], [rates[0] for rates in trace["used"]]
    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
    if used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    if used[0] < intended[0]:
        return "scheduler reused"
    if len(set(used)) == 1:
        return "never stepped"
    return "none" if used == intended else "two schedulers"


@spot_the_bug.mistake(
    "shifts confused",
    "both are shifted by one epoch, but not the same list: did the *used* rates come "
    "too early, or only the *recorded* ones?",
)
def _(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
    if used[:-1] == intended[1:]:
        return "recorded after the step"
    if used[0] < intended[0]:
        return "scheduler reused"
    if len(set(used)) == 1:
        return "never stepped"
    if used != intended:
        return "two schedulers"
    if len(set(recorded)) == 1:
        return "constant recorded"
    if recorded[:-1] == used[1:]:
        return "stepped before the optimizer"
    return "none" if recorded == used else "get_lr at a boundary"


@spot_the_bug.mistake(
    "batches not looked at",
    "this takes one rate from each epoch. Look inside: a rate that changes between two "
    "batches of one epoch has a reason of its own.",
)
def _(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
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


@spot_the_bug.mistake(
    "constant record taken for a constant rate",
    'all recorded rates are the same, but the *used* ones are not: "never stepped" is '
    "when the training itself stays at one rate.",
)
def _(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
    if used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    if used[0] < intended[0]:
        return "scheduler reused"
    if len(set(recorded)) == 1:
        return "never stepped"
    if used != intended:
        return "two schedulers"
    if recorded[:-1] == used[1:]:
        return "recorded after the step"
    return "none" if recorded == used else "get_lr at a boundary"


@spot_the_bug.mistake(
    "reused taken for two schedulers",
    "look at the first epoch: two schedulers begin at the intended rate and then drop "
    "doubly; a scheduler that was used before begins too low.",
)
def _(trace):
    intended, recorded = trace["intended"], trace["recorded"]
    used = [rates[0] for rates in trace["used"]]
    if any(len(set(rates)) > 1 for rates in trace["used"]):
        return "stepped per batch"
    if used[:-1] == intended[1:]:
        return "stepped before the optimizer"
    if len(set(used)) == 1:
        return "never stepped"
    if used != intended:
        return "two schedulers"
    if len(set(recorded)) == 1:
        return "constant recorded"
    if recorded[:-1] == used[1:]:
        return "recorded after the step"
    return "none" if recorded == used else "get_lr at a boundary"
