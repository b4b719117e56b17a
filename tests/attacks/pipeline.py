"""All attacks in one course, graded in one run between honest neighbours."""

from __future__ import annotations

from multiprocessing import forkserver
from pathlib import Path

import psutil
from course import LESSON

from gdgrader.autograde import runner
from gdgrader.grading.worker import own_kit
from gdgrader.sandbox.limits import MB, Limits

from . import ATTACKS
from .planted import Scene

# Small, so that the hogs, which are bounded, run into them.
LIMITS = Limits(
    memory_bytes=500 * MB,
    processes=60,
    file_bytes=8 * MB,
    tmp_bytes=32 * MB,
    output_bytes=4 * MB,
    cpu_seconds=30,
    cell_seconds=4,
    submission_seconds=12,
    wall_factor=1000,
)
NEIGHBOURS = 4  # so many attacks from one honest student to the next
WORKERS = 3  # each grades attacks and honest ones in turn


class Graded(Scene):
    """A scene after the run.

    Attributes:
        outcomes: what became of each student's submission.
        calls, alive, started, files: who was called; what was left behind.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root, {"limits": LIMITS})
        own_kit().sandbox.open(
            True, LIMITS
        )  # stays open after a run, so it is counted before
        before = _started()
        try:
            for number, attack in enumerate(ATTACKS):
                self.attack(attack, attack.student or f"{number:03} {attack.name}")
                if number % NEIGHBOURS == 0:
                    self.honest(f"{number:03} {attack.name} and an honest one")
            self.outcomes = {o.student: o for o in self._grade()}
            self.calls = self.listener.calls
            self.alive = self.left_processes()
            self.started = _started() - before
            self.files = self.left_files()
            made = self.course.api.generate_feedback(LESSON, "*", force=True)
            assert made["success"], made["log"][-2000:]
        except BaseException:
            self.close()
            raise

    def _grade(self) -> list[runner.Outcome]:
        return runner.grade(
            LESSON,
            config=self.course.config,
            workers=WORKERS,
            limits=LIMITS,
            seed=self.planted["the seed"],
        )


def _started() -> set[int]:
    """What this process has started, but for multiprocessing's tracker and server."""
    found = psutil.Process().children(recursive=True)
    server = forkserver._forkserver._forkserver_pid
    return {
        p.pid
        for p in found
        if p.pid != server and "resource_tracker" not in " ".join(p.cmdline())
    }
