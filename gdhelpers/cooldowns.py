"""Lesson 09's branches: one constant run, cooled down from many steps on.

Explorers must answer at once, so what the branches reach lies in `cooldowns.json`. To
make it anew: `python -m gdhelpers.cooldowns`. The tests train a part again.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gdhelpers.many_runs import train_many
from gdhelpers.schedules import constant, cooldown
from gdhelpers.tuning import SETTING, shut

LR, TOTAL, EVERY = 0.4, 660, 15  # the constant rate, and steps in all
STARTS = range(60, 541, 60)
LENGTHS = (15, 30, 60, 120)
SEEDS = range(100, 108)
TABLE = Path(__file__).with_name("cooldowns.json")
CONSTANT = "constant"


def name(start: int, length: int) -> str:
    """Name a branch: "60+15".

    >>> name(60, 15)
    '60+15'
    """
    return f"{start}+{length}"


def grow(
    starts: Sequence[int], lengths: Sequence[int], progress: bool = True
) -> dict[str, list[float]]:
    """Train the constant run and its branches.

    Returns:
        by name the validation accuracy in percent, mean of `SEEDS`, after every
        `EVERY` steps. A branch is a run of its own here, with the same first steps.
    """
    branches = {
        name(s, n): cooldown(constant(LR), s, n) for s in starts for n in lengths
    }
    runs = train_many(
        {CONSTANT: LR, **branches},
        SEEDS,
        data=shut(),
        eval_every=EVERY,
        test_at_end=True,
        progress=progress,
        **(SETTING | {"epochs": TOTAL // 60}),
    )
    return {
        key: np.mean([run.metrics["val_accuracy"] for run in own], axis=0).tolist()
        for key, own in runs.items()
    }


@functools.cache
def cooldowns() -> dict[str, list[float]]:
    """Give what `grow(STARTS, LENGTHS)` found when it was run for the course.

    >>> len(cooldowns()["constant"]) == TOTAL // EVERY
    True
    """
    return json.loads(TABLE.read_text(encoding="utf-8"))


def main() -> None:
    """Make `cooldowns.json` anew."""
    found = grow(STARTS, LENGTHS)
    lines = (
        f" {json.dumps(key)}: {json.dumps([round(v, 3) for v in values])}"
        for key, values in found.items()
    )
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
