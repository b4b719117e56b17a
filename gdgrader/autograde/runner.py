"""Grade a class: many workers, and one coordinator that alone writes anything down."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from gdgrader.autograde import cluster, pool
from gdgrader.autograde.nbgrader_steps import GdExecute
from gdgrader.autograde.record import Outcome, Record
from gdgrader.autograde.stopping import undisturbed
from gdgrader.autograde.version import grader_version
from gdgrader.config import load_config
from gdgrader.course.edition import Edition, instructors_version
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook import states
from gdgrader.gradebook.folders import GradedFiles
from gdgrader.gradebook.register import register
from gdgrader.gradebook.states import FAILED
from gdgrader.grading.references import PendingReferences
from gdgrader.grading.task import Result, Task, Terms, is_undecided
from gdgrader.grading.worker import WorkerKit, grade_submission, own_kit
from gdgrader.sandbox.bubblewrap import SandboxUnavailable
from gdgrader.sandbox.current import CurrentSandbox
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.limits import Limits
from gdgrader.submission.files import files_below, fingerprint
from gdgrader.submission.find import LINKED, HandIn, read_hand_in
from gdhelpers.verdicts import Fault

# Beyond twice a submission's own limit by the clock, before its worker is ended.
MARGIN_SECONDS = 1800
# What workers are forked with, so that none has to import it.
PRELOAD = ["gdgrader.grading.worker"]


Progress = Callable[[Outcome, int], object]


def grade(
    lesson: str,
    students: Iterable[str] | None = None,
    *,
    root: Path = Path(),
    config: Config | None = None,
    workers: int = 1,
    dask: str | None = None,
    force: bool = False,
    isolated: bool = True,
    limits: Limits | None = None,
    seed: str | None = None,
    progress: Progress | None = None,
    sandbox: CurrentSandbox | None = None,
) -> list[Outcome]:
    """Grade a lesson's submissions; those that have not changed only by `force`.

    Args:
        students: only these; None for all who handed something in.
        config: nbgrader's configuration; by default read from `root`.
        dask: a scheduler's address or file, whose workers grade in place of ours.
        isolated: False runs strangers' code with your own rights.
        limits: by default those of the configuration, `c.GdExecute.limits`.
        seed: repeats an earlier grading; by default drawn anew.
        progress: called with each outcome as it comes, and how many there will be.
        sandbox: one that may be warming up already; by default this process's own.

    Errors: FileNotFoundError without a source; CannotRegister where the gradebook
        cannot take the lesson as it is now; SandboxUnavailable; ClusterUnavailable.
    """
    if workers and dask is None:
        pool.prepare(PRELOAD)
    config = config or load_config(root)
    limits = limits or GdExecute(config=config).limits
    kit = WorkerKit(sandbox) if sandbox else own_kit()
    run = _Run(lesson, config, force, isolated, limits, seed, kit)
    progress = progress or (lambda *_: None)
    if dask is None:
        limits = run.terms.limits
        longest = limits.submission_seconds * limits.wall_factor
        patience = 2 * longest + MARGIN_SECONDS  # it may be tried twice
        equip = run.equip_worker if isolated else None
        crew = partial(
            pool.results,
            grade_submission,
            workers=workers,
            patience=patience,
            equip=equip,
            undecided=is_undecided,
        )
        return run.all(students, crew, progress)
    with cluster.connect(dask) as client:
        crew = partial(
            cluster.results, grade_submission, client=client, undecided=is_undecided
        )
        return run.all(students, crew, progress)


class _Run:
    def __init__(
        self,
        lesson: str,
        config: Config,
        force: bool,
        isolated: bool,
        limits: Limits,
        seed: str | None,
        kit: WorkerKit,
    ) -> None:
        self.kit = kit
        self.lesson, self.config, self.force = lesson, config, force
        self.course = CourseDirectory(config=config)
        self.seed = seed or secrets.token_hex(16)
        self.paths = CoursePaths(self.course)
        path = self.paths.notebook(lesson)
        self.notebook = path.stem
        self.edition: Edition = instructors_version(path, config)
        files, _ = files_below(path.parent, self.paths.release(lesson))
        self.sources = files_below(path.parent)[0]
        cleared = json.dumps(dict(config.ClearSolutions), sort_keys=True)
        self.terms = Terms(
            lesson, self.notebook, self.edition.source, files, cleared, isolated, limits
        )
        self.done: list[Outcome] = []
        self.pending: PendingReferences | None = None

    def equip_worker(self) -> WorkerKit:
        """What a worker begins with: one warm-up and one question for them all.

        Errors: SandboxUnavailable.
        """

        def ask(sandbox: KernelHost) -> PendingReferences:
            return self.pending or PendingReferences(
                self.kit.references, self.edition, self.seed, sandbox
            )

        handle, self.pending = self.kit.sandbox.lend(self.terms.limits, ask)
        return WorkerKit(CurrentSandbox(handle), self.pending.share())

    def all(
        self,
        students: Iterable[str] | None,
        crew: Callable[..., Iterator[tuple[Task, object]]],
        progress: Progress,
    ) -> list[Outcome]:
        if students is None:
            students = [student for student, _ in self.paths.submissions(self.lesson)]
        wanted = sorted(set(students))
        try:
            return self._all(wanted, crew, progress)
        except OperationalError as error:
            raise states.DatabaseBusy(
                f"the gradebook cannot be used: {error}"
            ) from None

    def _all(
        self,
        wanted: list[str],
        crew: Callable[..., Iterator[tuple[Task, object]]],
        progress: Progress,
    ) -> list[Outcome]:
        db_url = states.with_timeout(self.course.db_url)
        with undisturbed():
            opened = Gradebook(db_url, self.course.course_id)
        with opened as book:
            with undisturbed():
                register(self.lesson, self.edition.path, book, self.config)
            folders = GradedFiles(self.paths, self.lesson, self.notebook)
            self.record = Record(book, folders, self.sources, self.config)
            seen: dict[str, HandIn] = {}

            def finish(outcome: Outcome) -> None:
                self.done.append(outcome)
                progress(outcome, len(wanted))

            tasks = self._tasks(wanted, seen, finish)
            with closing(crew(tasks=tasks)) as found:
                for task, result in found:
                    if not isinstance(result, Result):
                        result = Result(reason=str(result))
                    if result.unavailable:
                        raise SandboxUnavailable(result.reason)
                    with undisturbed():
                        finish(self.record.save(task, seen.pop(task.student), result))
        return sorted(self.done, key=lambda outcome: outcome.student)

    def _tasks(
        self,
        students: list[str],
        seen: dict[str, HandIn],
        finish: Callable[[Outcome], None],
    ) -> Iterator[Task]:
        for student in students:
            with undisturbed():
                task = self._task(student, seen, finish)
            if task:
                yield task

    def _task(
        self,
        student: str,
        seen: dict[str, HandIn],
        finish: Callable[[Outcome], None],
    ) -> Task | None:
        """What is to be graded of this student's; None where nothing is."""
        if (name := student.encode("utf-8", "replace").decode()) != student:
            reason = "its folder's name is no text in UTF-8"
            finish(Outcome(name, FAILED, reason))
            return None
        handed = self._handed_in(student)
        mark = hashlib.sha256(
            (
                fingerprint(handed.content, handed.files, self.edition.fingerprint)
                + grader_version()
            ).encode()
        ).hexdigest()
        task = Task(
            student,
            self.terms,
            handed.content,
            handed.files,
            handed.notes,
            self.seed,
            mark,
        )
        self.record.complete(student)
        if handed.reason:
            failed = Result(reason=handed.reason, fault=handed.fault)
            finish(self.record.save(task, handed, failed))
            return None
        if not self.force and self.record.is_done(student, mark):
            finish(self.record.unchanged(student))
            return None
        seen[student] = handed
        return task

    def _handed_in(self, student: str) -> HandIn:
        try:
            if self.paths.is_linked(student, self.lesson):
                return HandIn(b"", {}, (), None, LINKED)
            folder = self.paths.submitted(student, self.lesson)
            return read_hand_in(folder, self.notebook, self.edition)
        except Exception as error:  # whatever one folder holds is no other's affair
            reason = f"it cannot be read: {error}"
            return HandIn(b"", {}, (), None, reason, Fault.GRADER)
