"""Lesson 07's tuning: each entrant at each highest rate, over many seeds.

It takes some minutes, so its results lie in `tuning.json`. To make them anew:
`python -m gdhelpers.tuning`. The tests train a part again and find the same numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from gdhelpers import schedules as s
from gdhelpers.data import Images, small_mnist
from gdhelpers.many_runs import train_many
from gdhelpers.schedules import Schedule

EPOCHS, STEPS = 10, 600  # 6000 images in minibatches of 100
RATES = (0.1, 0.2, 0.3, 0.4, 0.8)
SEEDS = range(100, 116)  # none of the race's
TABLE = Path(__file__).with_name("tuning.json")

# By name, what makes a schedule from its highest rate; the rest of its shape is fixed.
ENTRANTS: dict[str, Callable[[float], Schedule]] = {
    "constant": s.constant,
    "exponential": lambda lr: s.exponential(lr, 0.01 ** (1 / STEPS)),
    "step": lambda lr: s.step_decay(lr, 200, 0.1),
    "linear": lambda lr: s.linear(lr, STEPS),
    "cosine": lambda lr: s.cosine(lr, STEPS),
    "one-cycle": lambda lr: s.one_cycle(lr, STEPS),
    "warm-up, stable, decay": lambda lr: s.wsd(lr, STEPS, 60, 120),
}

# What all runs of the lesson share; float64, so that no processor's rounding decides.
SETTING = {"epochs": EPOCHS, "hidden": 32, "dtype": torch.float64}

Accuracies = dict[str, dict[float, list[float]]]


def shut() -> Images:
    """Give the images of the tuning: 4000 to choose by, and no test set to speak of."""
    return small_mnist(n_val=4000, n_test=1)


def tune(
    entrants: Mapping[str, Callable[[float], Schedule]],
    rates: Sequence[float],
    seeds: Sequence[int],
    progress: bool = True,
) -> Accuracies:
    """Train each entrant at each highest rate with each seed.

    Returns:
        entrant → rate → the last validation accuracies in percent, one a seed.
    """
    runs = train_many(
        {(name, lr): make(lr) for name, make in entrants.items() for lr in rates},
        seeds,
        data=shut(),
        eval_every=STEPS,
        test_at_end=True,
        progress=progress,
        **SETTING,
    )
    return {
        name: {
            lr: [float(run.metrics["val_accuracy"][-1]) for run in runs[name, lr]]
            for lr in rates
        }
        for name in entrants
    }


def tuning_table() -> Accuracies:
    """Give what `tune(ENTRANTS, RATES, SEEDS)` found when it was run for the course.

    >>> table = tuning_table()
    >>> len(table["constant"][0.1])
    16
    """
    stored = json.loads(TABLE.read_text(encoding="utf-8"))
    return {
        name: {float(lr): values for lr, values in by_rate.items()}
        for name, by_rate in stored.items()
    }


def main() -> None:
    """Make `tuning.json` anew."""
    table = tune(ENTRANTS, RATES, SEEDS)
    lines = (f" {json.dumps(name)}: {json.dumps(table[name])}" for name in table)
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
