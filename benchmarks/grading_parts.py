"""Where the time of one submission goes, in one warmed worker.

    python -m benchmarks.grading_parts

Beside the floor: the same cells in a bare warmed process, forked anew for each.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import nbformat

from benchmarks.classroom import KINDS, LESSON, Classroom
from gdgrader.autograde import runner
from gdgrader.autograde.record import Record
from gdgrader.course.edition import is_demonstration, marks
from gdgrader.grading import execute, worker
from gdgrader.sandbox.forkserver import INSIDE

# Of one class of KINDS in turn; the first warms the worker up.
EACH = 5
FLOOR = """
import io, json, os, sys, time
sys.path.insert(0, sys.argv[1])
import zygote
zygote.warm_up()
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
out, seconds = os.dup(1), []
for path in sys.argv[2:]:
    cells = json.load(open(path))
    if not (pid := os.fork()):
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        began = time.perf_counter()
        for cell in cells:
            shell.run_cell(cell)
        os.write(out, f"{time.perf_counter() - began}\\n".encode())
        os._exit(0)
    os.waitpid(pid, 0)
"""


class Clock:
    """Adds up what named parts of the grader take."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextlib.contextmanager
    def on(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.spent[name] += time.perf_counter() - began

    def plain(self, name: str, function: Callable) -> Callable:
        def timed(*arguments, **named):
            with self.on(name):
                return function(*arguments, **named)

        return timed

    def waited(self, name: str, function: Callable) -> Callable:
        async def timed(*arguments, **named):
            with self.on(name):
                return await function(*arguments, **named)

        return timed


def spent(
    root: Path, lesson: str, students: list[str], isolated: bool
) -> dict[str, float]:
    """Seconds per submission by part, and "all"."""
    clock, run = Clock(), execute._Execution
    with contextlib.ExitStack() as stack:
        for where, name, part, wrap in (
            (run, "_start", "kernel", clock.waited),
            (run, "_stop", "kernel", clock.waited),
            (run, "_execute", "cells", clock.waited),
            (run, "_judge", "judge", clock.waited),
            (worker, "prepared", "notebook read and put right", clock.plain),
            (nbformat, "writes", "notebook written", clock.plain),
            (Record, "_written", "database and files", clock.plain),
            (runner, "grade_submission", "worker", clock.plain),
        ):
            new = wrap(part, getattr(where, name))
            stack.enter_context(mock.patch.object(where, name, new))

        def graded(names: list[str]) -> None:
            runner.grade(
                lesson, names, root=root, workers=0, force=True, isolated=isolated
            )

        graded(students[:4])
        clock.spent.clear()
        with clock.on("all"):
            graded(students)
    return {part: seconds / len(students) for part, seconds in clock.spent.items()}


def floor(root: Path, lesson: str, students: list[str]) -> float:
    """Seconds for the student's cells alone, in a bare warmed process."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for student in students:
            path = root / "submitted" / student / lesson / f"{lesson}.ipynb"
            cells = nbformat.read(path, as_version=4).cells
            # The graded cells are the judge's, and demonstrations are not run.
            own = [
                cell.source
                for cell in cells
                if cell.cell_type == "code"
                and not marks(cell).get("grade")
                and not is_demonstration(cell)
            ]
            paths.append(Path(folder, f"{student}.json"))
            paths[-1].write_text(json.dumps(own))
        said = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore",
                "-c",
                FLOOR,
                str(INSIDE),
                *map(str, paths),
            ],
            env={"OMP_NUM_THREADS": "1", "PYTHONPATH": str(INSIDE.parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return sum(map(float, said.split())) / len(paths)


def parts(root: Path, lesson: str = LESSON) -> None:
    """Print the table for a course that has a class."""
    students = sorted(path.name for path in (root / "submitted").iterdir())
    students = students[: EACH * len(KINDS)]
    plain, shut = (
        spent(root, lesson, students, isolated) for isolated in (False, True)
    )
    bare = floor(root, lesson, students)
    named = [name for name in shut if name not in ("all", "worker")]
    rest = shut["all"] - sum(shut[name] for name in named)
    print(f"| part, mean of {len(students)} submissions | ms |\n|---|---|")
    for name in named:
        print(f"| {name} | {1000 * shut[name]:.0f} |")
    print(f"| the rest | {1000 * rest:.0f} |")
    print(f"| **all** | **{1000 * shut['all']:.0f}** |")
    print(f"| the floor: the cells in a bare warmed process | {1000 * bare:.0f} |")
    sandbox = shut["worker"] - plain["worker"]
    print(f"| the sandbox's added cost | {1000 * sandbox:.0f} |")
    print(f"| the judge's added cost | {1000 * shut['judge']:.0f} |")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        Classroom(Path(folder)).enrol(EACH * len(KINDS))
        parts(Path(folder))


if __name__ == "__main__":
    main()
