"""Lesson 09's tuning: what needs no schedule, beside what has one, over many seeds.

It takes some minutes, so its results lie in `contest.json`. To make them anew:
`python -m gdhelpers.contest`. The tests train a part again and find the same numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gdhelpers import schedules as s
from gdhelpers.many_runs import train_many
from gdhelpers.schedules import Schedule
from gdhelpers.tuning import SEEDS, SETTING, STEPS, Accuracies, shut

DECAY = 0.99  # of the average, fixed like every other shape: it looks back 100 steps
AVERAGED = ", averaged"
TABLE = Path(__file__).with_name("contest.json")

# By optimizer five rates, and by name what makes a schedule from the highest one.
CONTESTS: dict[str, tuple[Sequence[float], dict[str, Callable[[float], Schedule]]]] = {
    "sgd": ((0.1, 0.2, 0.3, 0.4, 0.8), {"constant": s.constant}),
    "adam": (
        (0.01, 0.02, 0.03, 0.06, 0.1),
        {
            "Adam constant": s.constant,
            "Adam linear": lambda lr: s.linear(lr, STEPS),
            "Adam warm-up, stable, decay": lambda lr: s.wsd(lr, STEPS, 60, 120),
        },
    ),
    "schedule-free": ((1.0, 2.0, 3.0, 4.0, 8.0), {"schedule-free": s.constant}),
}


def tune(optimizer: str, seeds: Sequence[int], progress: bool = True) -> Accuracies:
    """Train each entrant of `CONTESTS[optimizer]` at each rate with each seed.

    Returns:
        entrant → rate → the last validation accuracies in percent, one a seed. What an
        average of a constant run's weights reaches stands under the entrant's name with
        `AVERAGED` behind it.
    """
    rates, entrants = CONTESTS[optimizer]
    runs = train_many(
        {(name, lr): make(lr) for name, make in entrants.items() for lr in rates},
        seeds,
        data=shut(),
        optimizer=optimizer,
        averages=() if optimizer == "schedule-free" else (DECAY,),
        eval_every=STEPS,
        test_at_end=True,
        progress=progress,
        **SETTING,
    )

    def last(name: str, metric: str) -> Mapping[float, list[float]]:
        return {
            lr: [float(run.metrics[metric][-1]) for run in runs[name, lr]]
            for lr in rates
        }

    found = {name: last(name, "val_accuracy") for name in entrants}
    for name in entrants:
        if name.endswith("constant"):
            found[name + AVERAGED] = last(name, f"val_accuracy, EMA {DECAY:g}")
    return found


def contest_table() -> Accuracies:
    """Give what `tune` found for all of `CONTESTS` when it was run for the course.

    >>> len(contest_table()["Adam constant"][0.01])
    16
    """
    stored = json.loads(TABLE.read_text(encoding="utf-8"))
    return {
        name: {float(lr): values for lr, values in by_rate.items()}
        for name, by_rate in stored.items()
    }


def main() -> None:
    """Make `contest.json` anew."""
    table: Accuracies = {}
    for optimizer in CONTESTS:
        table |= tune(optimizer, SEEDS)
    lines = (f" {json.dumps(name)}: {json.dumps(table[name])}" for name in table)
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
