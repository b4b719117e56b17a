"""Attacks in one course, graded in one run between honest neighbours."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from multiprocessing import forkserver
from pathlib import Path

import psutil
from course import LESSON
from nbgrader.apps import NbGraderAPI
from peaks import Peaks

from gdgrader.autograde import runner
from gdgrader.grading.worker import own_kit
from gdgrader.report import collect
from gdgrader.sandbox.limits import MB, Limits

from .base import Attack
from .planted import HONEST, Scene, active

# Small, so that the hogs, which are bounded, run into them.
LIMITS = Limits(
    memory_bytes=500 * MB,
    processes=60,
    file_bytes=8 * MB,
    tmp_bytes=32 * MB,
    output_bytes=4 * MB,
    cpu_seconds=30,
    cell_seconds=4,
    submission_seconds=10,
    wall_factor=1000,
)
NEIGHBOURS = 4  # so many attacks from one honest student to the next
WORKERS = 3  # each grades attacks and honest ones in turn


class Graded(Scene):
    """A scene after the run of these attacks.

    Attributes:
        outcomes: what became of each student's submission.
        calls, alive, started, files: who was called; what was left behind.
        peaks: bytes that each of the grader's own processes had at most.
        results: what a report is made of, once there is feedback.
    """

    def __init__(self, root: Path, attacks: Sequence[Attack]) -> None:
        super().__init__(root, {"limits": LIMITS})
        self.attacks = attacks
        own_kit().sandbox.open(
            True, LIMITS
        )  # stays open after a run, so it is counted before
        before = _started()
        self.peaks: dict[tuple[int, str], int] = {}
        try:
            for number, attack in enumerate(attacks):
                self.attack(attack, attack.student or f"{number:03} {attack.name}")
                if number % NEIGHBOURS == 0:
                    self.honest(f"{number:03} honest")
            with self._watched():
                self.outcomes = {o.student: o for o in self._grade()}
            self.calls = self.listener.calls
            self.alive = self.left_processes()
            self.started = _started() - before
            self.files = self.left_files()
        except BaseException:
            self.close()
            raise

    @cached_property
    def honest_page(self) -> set[str]:
        """What a browser would run on an honest student's feedback."""
        return active(self.page(HONEST))

    @cached_property
    def honest_form(self) -> set[str]:
        """What a browser would run on formgrader's page for an honest student."""
        return active(self.course.formgrader(HONEST))

    def make_feedback(self) -> None:
        """As the instructor does it, but for the honest neighbours, whose pages are
        all alike; and what a report is made of."""
        alike = {name for name in self.outcomes if "honest" in name} - {HONEST}
        config = copy.deepcopy(self.course.config)
        config.CourseDirectory.student_id_exclude = ",".join(alike)
        with self._watched():
            made = NbGraderAPI(config=config).generate_feedback(LESSON, force=True)
            assert made["success"], made["log"][-2000:]
            self.results = collect(LESSON, self.course.config)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        watch = Peaks()
        try:
            yield
        finally:
            watch.stop()
            for who, most in watch.bytes.items():
                self.peaks[who] = max(most, self.peaks.get(who, 0))

    def page(self, student: str) -> str:
        """The feedback that a student gets."""
        folder = self.root / "feedback" / student / LESSON
        return (folder / f"{LESSON}.html").read_text(encoding="utf-8")

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
