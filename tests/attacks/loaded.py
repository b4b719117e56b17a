"""A class with the worst in it, graded on a machine that has other things to do:

    python -m tests.attacks.loaded [--times 3] [--honest 30] [--loops 4] [--workers 2]

Prints, for each time, whom it kept from the score that they have earned; exits with 1
if there was one.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

# As pytest finds `course`.
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from busy import loops
from course import LESSON, Course

from gdgrader.autograde import runner
from gdgrader.autograde.runner import Outcome

from . import ATTACKS
from .pipeline import LIMITS
from .work import WORK

# Each takes what others would need: processes, time, memory, what Linux counts per
# user, the grader's own attention.
WORST = (
    "a fork bomb",
    "a relay of processes",
    "a cell deaf to interrupts",
    "exit a moment later",
    "a flood of output",
    "no end of a message, iopub",
    "memory of ended threads",
    "descriptors under way",
    "timers and signals",
    "watches and pipes",
)


def graded(
    root: Path,
    honest: Mapping[str, dict[str, str]],
    worst: Iterable[str] = WORST,
    workers: int = 2,
) -> dict[str, Outcome]:
    """Grade a class in the empty folder `root`; outcomes by student.

    Args:
        honest: what each has written, by grade id.
        worst: names of attacks, each handed in by somebody between the honest.
    """
    course = Course(root, limits=LIMITS)
    for student, answers in honest.items():
        course.submit(student, course.answered(answers))
    bad = [attack for attack in ATTACKS if attack.name in set(worst)]
    places = sorted(honest)[:: max(1, len(honest) // max(1, len(bad)))]
    for place, attack in zip(places, bad, strict=False):
        student = f"{place}'s neighbour {attack.name}"
        attack.hand_in(course.root, student, course.release(), str)
    outcomes = runner.grade(
        LESSON, config=course.config, workers=workers, limits=LIMITS
    )
    return {outcome.student: outcome for outcome in outcomes}


def a_class(count: int) -> tuple[dict[str, dict[str, str]], dict[str, float]]:
    """The work of so many honest students, and the points that each has earned."""
    kinds = list(WORK.values())
    names = [f"{number:02} student" for number in range(count)]
    work = {name: kinds[i % len(kinds)] for i, name in enumerate(names)}
    answers = {name: done for name, (done, _) in work.items()}
    return answers, {name: points for name, (_, points) in work.items()}


def main() -> int:
    """Grade the class so many times; how many were not graded as they deserve."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--honest", type=int, default=30)
    asked.add_argument("--loops", type=int, default=4)
    asked.add_argument("--workers", type=int, default=2)
    options = asked.parse_args()
    honest, earned = a_class(options.honest)
    wrong = 0
    for time in range(options.times):
        with tempfile.TemporaryDirectory() as folder, loops(options.loops):
            found = graded(Path(folder), honest, workers=options.workers)
        bad = [o for name, o in found.items() if name not in honest]
        lost = [o for o in found.values() if o.score != earned.get(o.student, 0.0)]
        wrong += len(lost)
        print(
            f"{time + 1}: {len(honest)} honest and {len(bad)} of the worst beside "
            f"{options.loops} loops: {len(lost)} not as they deserve",
            flush=True,
        )
        for one in lost:
            print(f"   {one.student}: {one.score}, {one.status}: {one.reason}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
