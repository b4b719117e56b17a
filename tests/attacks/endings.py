"""Right notebooks with an end, a flood, a crash or a slow cell of the student's own.

    python -m tests.attacks.endings [--count 300] [--loops 4] [--workers 2]

All have answered everything rightly, and have one further cell: a quarter each says
`exit()`, prints without end, crashes, or works for a while. Prints how many got which
score; beside so many endless loops it has to be the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

# As pytest finds `course`.
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from busy import loops
from course import LESSON, RIGHT, Course, insert

from gdgrader.autograde import runner
from gdgrader.sandbox.limits import MB, Limits

# A small bound of what it may print, so that the floods, which are bounded by it, do
# not take most of the time.
LIMITS = Limits(output_bytes=4 * MB, cell_seconds=20)
OWN = {
    "exit": "exit()",
    "flood": "while True: print('x' * 10_000)",
    "crash": "import ctypes\nctypes.string_at(0)",
    "slow": "import time\nend = time.process_time() + 0.5\n"
    "while time.process_time() < end: pass",
}


def scores(count: int, workers: int) -> dict[str, Counter]:
    """How many of a class of `count` got which score and status, by kind of cell."""
    found: dict[str, Counter] = {kind: Counter() for kind in OWN}
    with tempfile.TemporaryDirectory(prefix="endings-") as folder:
        course = Course(Path(folder), LIMITS)
        for number in range(count):
            kind = list(OWN)[number % len(OWN)]
            work = course.answered(RIGHT)
            insert(work, "given_imports", OWN[kind])
            course.submit(f"{number:03} {kind}", work)
        for outcome in runner.grade(LESSON, config=course.config, workers=workers):
            kind = outcome.student.split()[1]
            found[kind][outcome.score, outcome.status] += 1
    return found


def main() -> int:
    """Print the scores; 1 if not all were full."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--count", type=int, default=300)
    asked.add_argument("--loops", type=int, default=4)
    asked.add_argument("--workers", type=int, default=2)
    options = asked.parse_args()
    began = time.monotonic()
    with loops(options.loops):
        found = scores(options.count, options.workers)
    took = time.monotonic() - began
    print(f"{options.count} right notebooks beside {options.loops} loops, {took:.0f} s")
    print("| a cell of their own | score, state: how many |")
    print("|---|---|")
    for kind, counted in found.items():
        said = [
            f"{s}, {state}: {n}" for (s, state), n in sorted(counted.items(), key=str)
        ]
        print(f"| {kind} | {'; '.join(said)} |")
    return any(score != Course.most for c in found.values() for score, _ in c)


if __name__ == "__main__":
    sys.exit(main())
