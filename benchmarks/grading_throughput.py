"""Grade the same 40 submissions with stock `nbgrader autograde` and with ours.

    python -m benchmarks.grading_throughput [--count 40] [--lesson 05_step_decay]

Whole commands are timed, start and warm-up included; ours with its sandbox, judge and
limits. Every automatic score must be the same before a time is quoted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbgrader.api import Gradebook

from benchmarks.classroom import LESSON, Classroom
from benchmarks.grading_parts import parts

OURS = "gdgrader autograde, {} worker{}"
STOCK = "stock nbgrader autograde"


def commands(lesson: str) -> dict[str, list[str]]:
    """What is typed after `python -m`, by name."""
    found = {STOCK: ["nbgrader", "autograde", lesson]}
    for n in (1, 2):
        ours = ["gdgrader.cli", "autograde", lesson, "--workers", str(n)]
        found[OURS.format(n, "s" * (n > 1))] = ours
    return found


def timed(name: str, command: list[str], root: Path) -> float:
    """Seconds of one whole command in a copy of the course."""
    if name == STOCK:  # nbgrader as it comes, on the student edition's public checks
        (root / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'gradient-descent'\n"
        )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def scores(root: Path, lesson: str) -> dict[tuple[str, str], float | None]:
    """The automatic score of every graded cell of every student."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        return {
            (student.id, grade.name): grade.auto_score
            for student in book.students
            for grade in book.find_submission_notebook(
                lesson, lesson, student.id
            ).grades
        }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--count", type=int, default=40)
    asked.add_argument("--lesson", default=LESSON)
    count, lesson = vars(asked.parse_args()).values()
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        room = Path(folder, "room")
        room.mkdir()
        Classroom(room, lesson).enrol(count)
        seconds, found = {}, {}
        for number, (name, command) in enumerate(commands(lesson).items()):
            root = shutil.copytree(room, Path(folder, str(number)))
            seconds[name] = timed(name, command, root)
            found[name] = scores(root, lesson)
            other = sorted(dict(found[STOCK].items() ^ found[name].items()))
            if other:
                raise SystemExit(f"{name} scores otherwise than {STOCK}: {other[:5]}")
        print(f"{lesson}, {count} submissions: right, wrong, blank, slow in turn;")
        print(f"{len(found[STOCK])} scores, the same three times\n")
        print("| command | whole run | each | throughput |\n|---|---|---|---|")
        for name, taken in seconds.items():
            times = seconds[STOCK] / taken
            print(f"| {name} | {taken:.1f} s | {taken / count:.2f} s | {times:.1f}× |")
        print()
        parts(room, lesson)


if __name__ == "__main__":
    main()
