"""What goes wrong with schedulers, as traces of rates: the bug gallery of lesson 05.

A trace is made of plain numbers:

    {"intended": [0.1, 0.1, 0.05],          the rate each epoch should use
     "used": [[0.1, 0.1], [0.1, 0.1], …],   the rate each batch of each epoch used
     "recorded": [0.1, 0.1, 0.05]}          what the program noted, one per epoch

The tests hold every bug here against a torch loop that has it.
"""

from __future__ import annotations

from gdhelpers.schedules import step_decay

BUGS = (
    "none",
    "stepped before the optimizer",
    "never stepped",
    "stepped per batch",
    "scheduler reused",
    "two schedulers",
    "constant recorded",
    "recorded after the step",
    "get_lr at a boundary",
)


def make_trace(
    bug: str,
    initial_lr: float = 0.1,
    step_size: int = 3,
    gamma: float = 0.5,
    epochs: int = 8,
    batches: int = 5,
) -> dict:
    """The trace of a run under StepLR(step_size, gamma) that has this bug.

    Rates are rounded to ten digits, so that equal rates compare as equal. Tell the
    bugs apart only where step_size ≥ 2, no multiple of `batches`, and epochs is more
    than 2 · step_size: at least two drops, the first after two epochs or later.

    Errors: ValueError where the bug is not one of `BUGS`.

    >>> make_trace("constant recorded", epochs=4, batches=1)["recorded"]
    [0.1, 0.1, 0.1, 0.1]
    """
    if bug not in BUGS:
        raise ValueError(f"bug must be one of {', '.join(BUGS)}; got {bug!r}")
    lr = step_decay(initial_lr, step_size, gamma)
    used = {
        "stepped before the optimizer": lambda e, b: lr(e + 1),
        "never stepped": lambda e, b: initial_lr,
        "stepped per batch": lambda e, b: lr(e * batches + b),
        "scheduler reused": lambda e, b: lr(epochs + e),
        "two schedulers": lambda e, b: lr(e) * lr(e) / initial_lr,
    }.get(bug, lambda e, b: lr(e))
    recorded = {
        "constant recorded": lambda e: initial_lr,
        "recorded after the step": lambda e: lr(e + 1),
        # get_lr() works out the *next* rate; at a drop it multiplies once more.
        "get_lr at a boundary": lambda e: (
            lr(e) * gamma if e and e % step_size == 0 else lr(e)
        ),
    }.get(bug, lambda e: used(e, 0))
    return {
        "intended": [_rounded(lr(e)) for e in range(epochs)],
        "used": [[_rounded(used(e, b)) for b in range(batches)] for e in range(epochs)],
        "recorded": [_rounded(recorded(e)) for e in range(epochs)],
    }


def unnamed_traces() -> list[dict]:
    """Three traces with a bug each, to be named by who reads them."""
    chosen = ("two schedulers", "get_lr at a boundary", "stepped per batch")
    return [make_trace(bug, 0.5, 4, 0.3, epochs=10, batches=7) for bug in chosen]


def _rounded(lr: float) -> float:
    return float(f"{lr:.10g}")
