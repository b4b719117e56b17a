"""What goes wrong with a schedule in a long run, as traces: bug gallery II, lesson 08.

A trace is made of plain numbers, one entry for each time the optimizer was to step:

    {"planned": [0.1, 0.2, 0.3, …],       the rate that step 0, 1, 2, … should use
     "used": [0.1, 0.2, 0.2, …],          the rate in force each time
     "stepped": [True, False, True, …],   whether the optimizer did step
     "resumed_at": 7}                     where a saved run went on; None if it was not

The tests hold every fault here against a torch loop that has it.
"""

from __future__ import annotations

from itertools import accumulate

from gdhelpers.schedules import Schedule, linear, multi_step, warmup_then

FAULTS = (
    "none",
    "zero first step",
    "resumed without its state",
    "planned in batches",
    "stepped per batch",
    "overwritten by LambdaLR",
    "skipped step counted",
)
FLAT = {
    "none",
    "zero first step",
    "overwritten by LambdaLR",
}  # may have a plateau's plan


def make_run(
    fault: str,
    max_lr: float = 0.4,
    warmup: int = 4,
    steps: int = 16,
    accumulated: int = 2,
    resumed_at: int | None = None,
    skipped: int | None = None,
    drops: tuple[int, int] | None = None,
) -> dict:
    """The trace of a run with a warm-up that has this fault.

    The plan rises in a line from a fifth of `max_lr` at step 0 (from 0 with the fault
    "zero first step") to `max_lr` at step `warmup`, then falls in a line to a tenth
    of it at `steps`; or, with `drops`, a plateau halves it twice, at these steps.
    Rates are rounded to ten digits, so that equal rates compare as equal.

    Args:
        accumulated: k ≥ 2, the batches whose gradients one step gathers.
        resumed_at: past the warm-up; without it only "resumed without its state" has
            one, in the middle of the fall.
        skipped: when the optimizer did not step, as GradScaler decides; without it
            only "skipped step counted" has one. Not just before `resumed_at`.
        drops: both past the warm-up, at least two steps apart; without them only
            "overwritten by LambdaLR" has some.

    Errors: ValueError where the fault is not one of `FAULTS`, or has no such plan.

    >>> make_run("zero first step", max_lr=1.0, warmup=2, steps=4)["used"]
    [0.0, 0.5, 1.0, 0.55]
    """
    if fault not in FAULTS:
        raise ValueError(f"fault must be one of {', '.join(FAULTS)}; got {fault!r}")
    if drops and fault not in FLAT:
        raise ValueError(f"drops go with {', '.join(sorted(FLAT))}, not with {fault!r}")
    middle = (warmup + steps) // 2
    if fault == "resumed without its state":
        resumed_at = resumed_at or middle
    if fault == "skipped step counted":
        skipped = skipped or middle
    if fault == "overwritten by LambdaLR":
        drops = drops or (middle, middle + 3)
    start = 0.0 if fault == "zero first step" else 0.2
    lr = _plan(max_lr, warmup, steps, start, drops)
    long = _plan(max_lr, accumulated * warmup, accumulated * steps, start)
    stepped = [i != skipped for i in range(steps)]
    taken = list(accumulate(stepped, initial=0))[:steps]
    used = {
        "resumed without its state": lambda i: lr(
            taken[i] - (taken[resumed_at] if i >= resumed_at else 0)
        ),
        "planned in batches": lambda i: long(i),
        "stepped per batch": lambda i: lr(accumulated * i),
        # A reduction lasts one step; the plateau then halves the full rate again.
        "overwritten by LambdaLR": lambda i: (
            lr(min(drops)) if i in drops else lr(min(i, min(drops) - 1))
        ),
        "skipped step counted": lr,
    }.get(fault, lambda i: lr(taken[i]))
    return {
        "planned": [_rounded(lr(i)) for i in range(steps)],
        "used": [_rounded(used(i)) for i in range(steps)],
        "stepped": stepped,
        "resumed_at": resumed_at,
    }


def unnamed_runs() -> list[dict]:
    """Three traces with a fault each or none, to be named by who reads them."""
    odd = {"max_lr": 0.6, "warmup": 5, "steps": 24, "accumulated": 4}
    return [
        make_run("none", **odd, resumed_at=11, skipped=17),
        make_run("planned in batches", **odd, resumed_at=14),
        make_run("skipped step counted", **odd, resumed_at=10, skipped=13),
    ]


def _plan(
    max_lr: float,
    warmup: int,
    steps: int,
    start: float,
    drops: tuple[int, int] | None = None,
) -> Schedule:
    if drops:
        after = multi_step(max_lr, [drop - warmup for drop in drops], 0.5)
    else:
        after = linear(max_lr, steps - warmup, 0.1 * max_lr)
    return warmup_then(after, warmup, start)


def _rounded(lr: float) -> float:
    return float(f"{lr:.10g}")
