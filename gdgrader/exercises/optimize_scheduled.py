"""The loop with a torch scheduler: lesson 05's `optimize(…, make_scheduler)`.

Tolerance: the lesson's x is float32, good to 1e-6 of itself a step; some x come so near
to 0 that only the absolute 1e-4 (x starts at 500) counts. The rates stay above 0.02,
and the mistakes change them, or x, by 5 % at least somewhere.
"""

from gdgrader.exercises.base import Exercise, case, scheduler

exercise = Exercise(
    "optimize_scheduled", "05_step_decay", "optimize", rel=1e-4, abs=1e-4, place=2
)
exercise.help(
    passage="The order of things",
    first_line="scheduler = … if make_scheduler else None",
    why="The rate is noted after optimizer.step(), which used it, and before "
    "scheduler.step(), which sets the next one.",
)


_STEP = scheduler("StepLR", step_size=4, gamma=0.5)

# These take no number of an epoch, as those of one formula do.
_SEQUENCE = scheduler(
    "SequentialLR",
    schedulers=[
        scheduler("ConstantLR", factor=0.5, total_iters=2),
        scheduler("ExponentialLR", gamma=0.8),
    ],
    milestones=[2],
)

_WARM = scheduler("LinearLR", start_factor=0.25, total_iters=5)


# At rate 0 nothing moves, so that a long run takes little room in the public table.
@exercise.asks(
    "without a scheduler",
    case(),
    case(0.1),
    case(0.1, 1),
    case(0.1, 0),
    case(0.0004, 2),
    case(1500.0, 2),
    case(0.0, 201),
)
def _(rng):
    return case(round(rng.uniform(0.05, 0.2), 3), rng.randint(3, 12))


@exercise.asks(
    "any scheduler",
    case(1.05, 12, _STEP),
    case(1.05, 12, scheduler("StepLR", step_size=4, gamma=0.6)),
    case(0.2, 6, _SEQUENCE),
    case(0.3, 8, make_scheduler=scheduler("ExponentialLR", gamma=0.8)),
    case(0.2, 6, scheduler("LinearLR", start_factor=0.5, total_iters=4)),
)
def _(rng):
    made = rng.choice(
        [
            scheduler("StepLR", step_size=rng.randint(2, 3), gamma=0.6),
            scheduler("ExponentialLR", gamma=0.85),
            scheduler("MultiStepLR", milestones=[2, 5], gamma=0.5),
            # No cosine: told a loss in the epoch's place, it says the loss' last bits.
            scheduler("PolynomialLR", total_iters=20),
        ]
    )
    return case(round(rng.uniform(0.1, 0.3), 3), rng.randint(6, 9), made)


@exercise.asks("the first rate", case(0.2, 8, _WARM), case(0.2, 1, _WARM))
def _(rng):
    factor = round(rng.uniform(0.2, 0.5), 2)
    made = scheduler("LinearLR", start_factor=factor, total_iters=rng.randint(3, 5))
    return case(round(rng.uniform(0.1, 0.3), 3), rng.randint(5, 8), made)


@exercise.right
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
    return xs, rates


_SCHEDULER = "        if scheduler:\n            scheduler.step()\n"

exercise.mistake(
    "scheduler before optimizer",
    "`scheduler.step()` comes before `optimizer.step()` here, so the first rate is "
    "never used. Step the scheduler last.",
    {
        _SCHEDULER: "",
        "        optimizer.zero_grad()": f"{_SCHEDULER}        optimizer.zero_grad()",
    },
)
exercise.mistake(
    "constant recorded",
    "x moves as it should, but you note `initial_lr` every time. Ask the optimizer: "
    '`optimizer.param_groups[0]["lr"]`.',
    {'optimizer.param_groups[0]["lr"]': "initial_lr"},
)
exercise.mistake(
    "recorded after the step",
    "x moves as it should, but the rate is noted after `scheduler.step()`: that is the "
    "rate of the next iteration. Note it before.",
    {_SCHEDULER: "", "        rates.append": f"{_SCHEDULER}        rates.append"},
)
exercise.mistake(
    "scheduler never stepped",
    "the rate never changes: the scheduler is made, but nobody calls its `step()`.",
    {_SCHEDULER: ""},
)
exercise.mistake(
    "scheduler ignored",
    "no scheduler works on the optimizer that steps: call `make_scheduler` once, "
    "before the loop, with that optimizer and no other.",
    {
        "scheduler = make_scheduler(optimizer) if make_scheduler else None": "",
        _SCHEDULER: "",
    },
)
exercise.mistake(
    "stepped twice",
    "`scheduler.step()` runs two times in an iteration, so the schedule runs twice as "
    "fast.",
    {"scheduler.step()": "scheduler.step()\n            scheduler.step()"},
)
exercise.mistake(
    "x recorded before the step",
    "x is noted before the step: the list begins with 500 and lacks the last point. "
    "Note it after `optimizer.step()`.",
    {
        "xs.append(x.item())": "",
        "optimizer.zero_grad()": "xs.append(x.item())\n        optimizer.zero_grad()",
    },
)
exercise.mistake(
    "lists swapped",
    "the two lists come back in the wrong order: x first, then the rates.",
    {"return xs, rates": "return rates, xs"},
)
exercise.mistake(
    "gradients pile up",
    "each step uses the sum of all gradients so far: `optimizer.zero_grad()` is "
    "missing from the loop.",
    {"optimizer.zero_grad()": ""},
)
_MADE = "scheduler = make_scheduler(optimizer) if make_scheduler else None"

exercise.mistake(
    "get_lr recorded",
    "x moves as it should, but `get_lr()` is not the rate in force: it works out the "
    "next one. Ask the optimizer, or `get_last_lr()`, before the scheduler steps.",
    {
        'optimizer.param_groups[0]["lr"]': "scheduler.get_lr()[0] if scheduler else "
        "initial_lr",
    },
)
exercise.mistake(
    "two schedulers",
    "two schedulers work on one optimizer here, so the rate changes doubly. Call "
    "`make_scheduler` once, before the loop.",
    {
        _MADE: f"{_MADE}\n    other = make_scheduler(optimizer) if scheduler else None",
        "            scheduler.step()\n": "            scheduler.step()\n"
        "            other.step()\n",
    },
)
exercise.mistake(
    "scheduler made anew each round",
    "a new scheduler is made in every round, which begins at its step 0 again. Make it "
    "once, before the loop.",
    {
        "optimizer.zero_grad()": f"{_MADE}\n        optimizer.zero_grad()",
    },
    {
        f"    {_MADE}\n": "",
        "optimizer.zero_grad()": f"{_MADE}\n        optimizer.zero_grad()",
    },
)
exercise.mistake(
    "told the epoch",
    "`scheduler.step(i)` sets the scheduler to epoch i, so its first call changes "
    "nothing and all comes one iteration late. Call `step()` without an argument.",
    {"for _ in": "for i in", "scheduler.step()": "scheduler.step(i)"},
)
exercise.mistake(
    "loss given",
    "torch takes a number given to `scheduler.step` for the epoch, and jumps there. "
    "Call `step()` without an argument.",
    {
        "(x**2).backward()": "loss = x**2\n        loss.backward()",
        "scheduler.step()": "scheduler.step(loss.item())",
    },
    {
        "(x**2).backward()": "loss = x**2\n        loss.backward()",
        "scheduler.step()": "scheduler.step(loss)",
    },
)
exercise.mistake(
    "rates right, not used",
    "the rates are right, but x moves at `initial_lr` all the time: the scheduler must "
    "change the optimizer that steps.",
    {
        "(x**2).backward()": "(x**2).backward()\n"
        "        rate = optimizer.param_groups[0]['lr']\n"
        "        optimizer.param_groups[0]['lr'] = initial_lr",
        "        optimizer.step()\n": "        optimizer.step()\n"
        "        optimizer.param_groups[0]['lr'] = rate\n",
    },
)
exercise.mistake(
    "x never moves",
    "x stays at 500: a round needs `backward()`, then `optimizer.step()`, with no "
    "`zero_grad()` between them, and for the x that the optimizer was given.",
    {"optimizer.step()": ""},
)
exercise.mistake(
    "x made anew each round",
    "every round begins at 500 again. Make x, the optimizer and the scheduler before "
    "the loop.",
    {
        "optimizer.zero_grad()": "x = torch.tensor(500.0, requires_grad=True)\n"
        "        optimizer = torch.optim.SGD([x], lr=initial_lr)\n"
        f"        {_MADE}",
    },
)
exercise.mistake(
    "one iteration too few",
    "you stop one iteration early. `range(n)` already gives n rounds.",
    {"range(num_iterations)": "range(1, num_iterations)"},
)
exercise.mistake(
    "times two, not squared",
    "`x * 2` is no bowl, its slope is the same everywhere. The loss is `x**2`.",
    {"x**2": "x * 2"},
)
exercise.mistake(
    "no scheduler not foreseen",
    "without `make_scheduler` there is None in its place, and no scheduler to make or "
    "to step: ask `if make_scheduler` first.",
    {_MADE: "scheduler = make_scheduler(optimizer)"},
    {"        if scheduler:\n            scheduler": "        scheduler"},
)


@exercise.mistake(
    "no leaf any more",
    "`x.grad` is None: `backward()` fills it, and only while x is a leaf, which it is "
    "no more after `x = x - …`. Let `optimizer.step()` move x.",
)
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch

    x = torch.tensor(500.0, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=initial_lr)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    xs, rates = [], []
    for _ in range(num_iterations):
        (x**2).backward()
        x = x - optimizer.param_groups[0]["lr"] * x.grad
        xs.append(x.item())
        rates.append(optimizer.param_groups[0]["lr"])
        if scheduler:
            scheduler.step()
    return xs, rates
