"""The loop that feeds ReduceLROnPlateau: lesson 06's `optimize`.

Tolerance: as in lesson 05, float32 x is good to 1e-6 a step, and the absolute 1e-4
counts where x is near 0. The rates stay above 0.01, and no loss comes near the best
within rounding.
"""

from gdgrader.exercises.base import Exercise, case, scheduler

exercise = Exercise(
    "optimize_plateau", "06_reduce_on_plateau", "optimize", rel=1e-4, abs=1e-4, place=2
)
exercise.help(
    passage="Your turn: a loop that listens",
    first_line="scheduler.step(…) if … else scheduler.step()",
    why="Only ReduceLROnPlateau is told the loss, as a plain number; every other "
    "scheduler is stepped without.",
)


_PATIENT = scheduler("ReduceLROnPlateau", factor=0.5, patience=1)

_HASTY = scheduler("ReduceLROnPlateau", factor=0.6, patience=0)


# At rate 0 nothing moves, so that a long run takes little room in the public table.
@exercise.asks(
    "as before",
    case(),
    case(0.1, 5),
    case(0.1, 0),
    case(0.0004, 2),
    case(1500.0, 2),
    case(0.0, 201),
    case(1.02, 10, scheduler("StepLR", step_size=4, gamma=0.5)),
    case(0.2, 6, scheduler("LinearLR", start_factor=0.5, total_iters=4)),
)
def _(rng):
    made = scheduler("StepLR", step_size=rng.randint(2, 3), gamma=0.6)
    return case(round(rng.uniform(0.1, 0.3), 3), rng.randint(6, 9), made)


@exercise.asks(
    "reduce on plateau",
    case(1.05, 12, _PATIENT),
    case(1.05, 8, _HASTY),
    case(1.3, 12, scheduler("ReduceLROnPlateau", factor=0.8, patience=0)),
    case(0.1, 8, _PATIENT),
    case(0.1, 6, scheduler("ReduceLROnPlateau", patience=0, threshold=0.5)),
    case(0.1, 8, scheduler("ReduceLROnPlateau", mode="max", factor=0.7, patience=1)),
    case(1.05, 8, scheduler("ReduceLROnPlateau", mode="max", factor=0.7, patience=1)),
)
def _(rng):
    made = scheduler(
        "ReduceLROnPlateau",
        factor=rng.choice([0.6, 0.7, 0.8]),
        patience=rng.choice([0, 1]),
    )
    return case(round(rng.uniform(1.05, 1.4), 2), rng.randint(6, 10), made)


@exercise.right
def _(initial_lr=1.05, num_iterations=20, make_scheduler=None):
    import torch
    from torch.optim.lr_scheduler import ReduceLROnPlateau

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
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
        elif scheduler:
            scheduler.step()
    return xs, rates


_PLATEAU = """        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(loss.item())
"""
_OTHERS = "        elif scheduler:\n            scheduler.step()\n"
_SCHEDULER = _PLATEAU + _OTHERS

exercise.mistake(
    "loss not given",
    "ReduceLROnPlateau decides by the loss: its `step` needs it as an argument. The "
    "others take none, so ask which kind it is.",
    {_PLATEAU: "", "elif scheduler": "if scheduler"},
)
exercise.mistake(
    "loss given to every scheduler",
    "torch takes a number given to the other schedulers for the epoch, and jumps "
    "there. Give the loss to ReduceLROnPlateau only.",
    {"isinstance(scheduler, ReduceLROnPlateau)": "scheduler", _OTHERS: ""},
)
exercise.mistake(
    "x given, not the loss",
    "the scheduler is given x. When x is negative that looks like a small loss. Give "
    "it the loss.",
    {"loss.item()": "x.item()"},
)
exercise.mistake(
    "loss after the step",
    "the scheduler is given the loss of the new x. Give it the one this iteration "
    "computed and descended from.",
    {"loss.item()": "x.item() ** 2"},
)
exercise.mistake(
    "first loss for ever",
    "the scheduler is given the same loss in every iteration: it must be computed "
    "inside the loop.",
    {
        "loss.item()": "first",
        "xs, rates = [], []": "xs, rates = [], []\n    first = x.item() ** 2",
    },
)
exercise.mistake(
    "plateau never stepped",
    "with ReduceLROnPlateau the rate never changes: its `step(loss)` is not called, or "
    "it was made for another optimizer than the one that steps.",
    {
        _PLATEAU: "",
        "elif scheduler": "if scheduler and "
        "not isinstance(scheduler, ReduceLROnPlateau)",
    },
)
exercise.mistake(
    "plateau only",
    "nobody steps the schedulers other than ReduceLROnPlateau: they need their "
    "`step()`, too.",
    {_OTHERS: ""},
)
exercise.mistake(
    "scheduler before optimizer",
    "the scheduler steps before the optimizer here, so a rate is skipped. Step the "
    "scheduler last.",
    {
        _SCHEDULER: "",
        "        optimizer.step()": f"{_SCHEDULER}        optimizer.step()",
    },
)
exercise.mistake(
    "recorded after the step",
    "x moves as it should, but the rate is noted after the scheduler's step: that is "
    "the rate of the next iteration.",
    {_SCHEDULER: "", "        rates.append": f"{_SCHEDULER}        rates.append"},
)
exercise.mistake(
    "constant recorded",
    "x moves as it should, but you note `initial_lr` every time. Ask the optimizer.",
    {'optimizer.param_groups[0]["lr"]': "initial_lr"},
)
exercise.mistake(
    "lists swapped",
    "the two lists come back in the wrong order: x first, then the rates.",
    {"return xs, rates": "return rates, xs"},
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
    "gradients pile up",
    "each step uses the sum of all gradients so far: `optimizer.zero_grad()` is "
    "missing.",
    {"optimizer.zero_grad()": ""},
)
_MADE = "scheduler = make_scheduler(optimizer) if make_scheduler else None"

exercise.mistake(
    "scheduler ignored",
    "the rate never changes: `make_scheduler` is not called, or its scheduler belongs "
    "to another optimizer than the one that steps.",
    {_MADE: "", _SCHEDULER: ""},
    like=["plateau never stepped"],
)
exercise.mistake(
    "two schedulers",
    "two schedulers work on one optimizer here, so the rate changes doubly. Call "
    "`make_scheduler` once, before the loop.",
    {
        _MADE: f"{_MADE}\n    other = make_scheduler(optimizer) if scheduler else None",
        "            scheduler.step(loss.item())": "            scheduler.step("
        "loss.item())\n            other.step(loss.item())",
        "            scheduler.step()\n": "            scheduler.step()\n"
        "            other.step()\n",
    },
)
exercise.mistake(
    "stepped twice",
    "ReduceLROnPlateau is told each loss two times, and the second time it is no "
    "better: step it once in an iteration.",
    {
        "            scheduler.step(loss.item())": "            scheduler.step("
        "loss.item())\n            scheduler.step(loss.item())",
    },
)
exercise.mistake(
    "rate given, not the loss",
    "the scheduler is given the rate. Give it the loss.",
    {"loss.item()": 'optimizer.param_groups[0]["lr"]'},
)
exercise.mistake(
    "x never moves",
    "x stays at 500: a round needs `backward()`, then `optimizer.step()`, with no "
    "`zero_grad()` between them, and for the x that the optimizer was given.",
    {"        optimizer.step()\n": ""},
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
    "get_lr recorded",
    "x moves as it should, but `get_lr()` is not the rate in force, and "
    "ReduceLROnPlateau has none. Ask the optimizer.",
    {
        'optimizer.param_groups[0]["lr"]': "scheduler.get_lr()[0] if scheduler else "
        "initial_lr",
    },
)
exercise.mistake(
    "no scheduler not foreseen",
    "without `make_scheduler` there is None in its place, and no scheduler to make or "
    "to step: ask `if make_scheduler` first.",
    {_MADE: "scheduler = make_scheduler(optimizer)"},
    {"elif scheduler:": "else:"},
)
