"""What grading a class takes now, beside what it took at another commit.

    python -m benchmarks.since COMMIT [--rounds 5] [--count 24] [--workers 1]

Both grade copies of one class in turns, whole commands with start and warm-up, by this
Python with its packages. The median of the ratios of each turn is quoted: the machine's
speed differs by the hour, for both alike. The class is that commit's, as a lesson may
ask for helpers that it has not; with `--own` each grades its own, where today's grader
no longer takes that one. Scores that differ are counted: the judge may ask more by now.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.classroom import LESSON, ROOT
from benchmarks.grading_throughput import scores


def git(*arguments: str) -> str:
    """What git prints."""
    command = ["git", "-C", str(ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return done.stdout.strip()


@contextlib.contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """The project as it was, in a worktree that is gone afterwards."""
    git("worktree", "add", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def seconds(project: Path, room: Path, lesson: str, workers: int) -> float:
    """Of one whole command of that project's on a class in `room`."""
    began = time.perf_counter()
    run(project, room, GRADE, "autograde", lesson, "--workers", str(workers))
    return time.perf_counter() - began


GRADE = "from gdgrader.cli import app; app()"
ENROL = """
import pathlib, sys
from benchmarks.classroom import Classroom
Classroom(pathlib.Path.cwd(), sys.argv[1]).enrol(int(sys.argv[2]))
"""
OURS = """
import sys
project = sys.argv.pop(1)
import gdgrader, gdhelpers
for package in (gdgrader, gdhelpers):
    if not package.__file__.startswith(project):
        sys.exit(f"{package.__file__} is not of {project}")
"""


def run(project: Path, folder: Path, code: str, *arguments: str) -> None:
    """Run `code` in `folder` with the packages of that project.

    Errors: SystemExit where it fails.
    """
    command = [sys.executable, "-W", "ignore", "-c", OURS + code, str(project)]
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = done.stdout[-2000:] + done.stderr[-2000:]
        raise SystemExit(f"{project}: {said}")


def main() -> None:
    """Grade in turns; print each turn and the median."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("commit")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--count", type=int, default=24)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--lesson", default=LESSON)
    asked.add_argument("--own", action="store_true", help="each grades its own class")
    options = asked.parse_args()
    lesson, workers = options.lesson, options.workers
    with (
        tempfile.TemporaryDirectory(prefix="grading-") as name,
        checked_out(options.commit, Path(name, "then")) as then,
    ):
        projects, ratios = {"then": then, "now": ROOT}, []
        rooms = {which: Path(name, f"class of {which}") for which in projects}
        for which, room in rooms.items():
            room.mkdir()
            project = projects[which] if options.own else then
            run(project, room, ENROL, lesson, str(options.count))
        print(f"{options.count} submissions to {lesson}, {workers} worker(s)\n")
        print("| turn | then | now | ratio | other scores |\n|---|---|---|---|---|")
        for turn in range(options.rounds):
            took, found = {}, {}
            # Who begins takes turns too: a machine gets warm, or tired.
            for which in sorted(projects, reverse=bool(turn % 2)):
                copy = shutil.copytree(rooms[which], Path(name, f"{turn}-{which}"))
                took[which] = seconds(projects[which], copy, lesson, workers)
                found[which] = scores(copy, lesson)
                shutil.rmtree(copy)
            every = found["then"].keys() | found["now"].keys()
            other = sum(found["then"].get(x) != found["now"].get(x) for x in every)
            ratios.append(took["now"] / took["then"])
            cells = f"{took['then']:.1f} s | {took['now']:.1f} s | {ratios[-1]:.2f}"
            cells += f" | {other} of {len(every)}"
            print(f"| {turn + 1} | {cells} |", flush=True)
        middle, least, most = statistics.median(ratios), min(ratios), max(ratios)
        print(f"\n{middle:.2f} of the time at {options.commit} ", end="")
        print(f"({least:.2f} to {most:.2f})")


if __name__ == "__main__":
    main()
