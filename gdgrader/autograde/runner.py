"""Grade a class: many workers, one coordinator that alone writes gradebook and files.

Each submission's files and scores appear together or not at all: the files are made
ready beside the old ones, the scores are committed, then the files take their place. A
run that ends between the two is completed by the next.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from gdgrader.autograde import cluster, pool
from gdgrader.autograde.nbgrader_steps import GdExecute
from gdgrader.autograde.version import grader_version
from gdgrader.config import load_config
from gdgrader.course.edition import Edition, instructors_version
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook import states
from gdgrader.gradebook.folders import GradedFiles
from gdgrader.gradebook.register import register
from gdgrader.gradebook.states import FAILED, NotebookKey, State
from gdgrader.grading.references import PendingReferences
from gdgrader.grading.task import Result, Task, Terms
from gdgrader.grading.worker import WorkerKit, grade_submission, own_kit
from gdgrader.sandbox.bubblewrap import SandboxUnavailable
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.limits import Limits
from gdgrader.submission.files import files_below, fingerprint, merged
from gdgrader.submission.find import HandIn, read_hand_in

MARGIN_SECONDS = 120  # beyond a submission's own limit, before its worker is ended
UNCHANGED = "unchanged"
# What workers are forked with, so that none has to import it.
PRELOAD = ["gdgrader.grading.worker"]
OWN_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


@dataclass(frozen=True)
class Outcome:
    """What became of one submission.

    Attributes:
        status: "graded", "waiting for a person", "failed" or "unchanged".
        reason: why it failed, in words for a teacher.
        score: None where it failed; of what a person has to read, what is given so far.
    """

    student: str
    status: str
    reason: str = ""
    score: float | None = None
    max_score: float = 0.0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


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

    Errors: FileNotFoundError without a source; CannotRegister where the gradebook
        cannot take the lesson as it is now; SandboxUnavailable; ClusterUnavailable.
    """
    if workers and dask is None:
        pool.prepare(PRELOAD)
    config = config or load_config(root)
    limits = limits or GdExecute(config=config).limits
    run = _Run(lesson, config, force, isolated, limits, seed)
    progress = progress or (lambda *_: None)
    if dask is None:
        limits = run.terms.limits
        patience = limits.submission_seconds + MARGIN_SECONDS
        equip = run.equip_worker if isolated else None
        crew = partial(
            pool.results,
            grade_submission,
            workers=workers,
            patience=patience,
            equip=equip,
        )
        return run.all(students, crew, progress)
    with cluster.connect(dask) as client:
        crew = partial(cluster.results, grade_submission, client=client)
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
    ) -> None:
        self.lesson, self.config, self.force = lesson, config, force
        self.course = CourseDirectory(config=config)
        self.db_url = states.with_timeout(self.course.db_url)
        self.seed = seed or secrets.token_hex(16)
        self.paths = CoursePaths(self.course)
        path = self.paths.notebook(lesson)
        self.notebook = path.stem
        self.graded = GradedFiles(self.paths, lesson, self.notebook)
        self.edition: Edition = instructors_version(path, config)
        files, _ = files_below(path.parent, self.paths.release(lesson))
        self.sources = files_below(path.parent)[0]
        cleared = json.dumps(dict(config.ClearSolutions), sort_keys=True)
        self.terms = Terms(
            lesson, self.notebook, path.read_bytes(), files, cleared, isolated, limits
        )
        self.done: list[Outcome] = []
        self.pending: PendingReferences | None = None

    def equip_worker(self) -> WorkerKit:
        """What a worker begins with: one warm-up and one question for them all.

        Errors: SandboxUnavailable.
        """
        kit = own_kit()

        def ask(sandbox: KernelHost) -> PendingReferences:
            return self.pending or PendingReferences(
                kit.references, self.edition, self.seed, sandbox
            )

        handle, self.pending = kit.sandbox.lend(self.terms.limits, ask)
        return WorkerKit(handle, self.pending.share())

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
        with Gradebook(self.db_url, self.course.course_id) as self.book:
            register(self.lesson, self.edition.path, self.book, self.config)
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
                    finish(self._save(task, seen.pop(task.student), result))
        return sorted(self.done, key=lambda outcome: outcome.student)

    def _tasks(
        self,
        students: list[str],
        seen: dict[str, HandIn],
        finish: Callable[[Outcome], None],
    ) -> Iterator[Task]:
        for student in students:
            if (name := student.encode("utf-8", "replace").decode()) != student:
                reason = "its folder's name is no text in UTF-8"
                finish(Outcome(name, FAILED, reason))
                continue
            folder = self.paths.submitted(student, self.lesson)
            handed = _handed_in(folder, self.notebook)
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
            self._complete(student)
            if handed.reason:
                finish(self._save(task, handed, Result(reason=handed.reason)))
            elif not self.force and self._is_done(student, mark):
                # The due date, the policy or points given by hand may have changed,
                # or the last run may have ended before it asked the policy.
                self._penalise(NotebookKey(self.lesson, student, self.notebook))
                finish(self._outcome(student, UNCHANGED))
            else:
                seen[student] = handed
                yield task

    # Writing ---------------------------------------------------------------------

    def _save(self, task: Task, handed: HandIn, result: Result) -> Outcome:
        with self.graded.alone(task.student):
            try:
                return self._written(task, handed, result)
            except OSError as error:
                if error.errno in OWN_TROUBLE:
                    raise  # a full disk is everybody's; the next run goes on from here
                reason = f"it cannot be written down: {error}"
                return self._written(task, handed, Result(reason=reason))

    def _written(self, task: Task, handed: HandIn, result: Result) -> Outcome:
        where = NotebookKey(self.lesson, task.student, self.notebook)
        if result.scores is None:
            states.retried(lambda: self._save_failure(where, handed, result))
            self.graded.remove(task.student)
            return Outcome(
                task.student, FAILED, result.reason, None, seconds=result.seconds
            )
        ours = {**self.sources, f"{self.notebook}.ipynb": result.notebook}
        self.graded.make_ready(task.student, merged(task.files, ours))
        state = State(states.GRADED, "", task.fingerprint, task.seed)

        def write() -> None:
            self._register(where, handed)
            states.save(self.book, where, result.scores, state)

        states.retried(write)
        self.graded.take_place(task.student)
        self._penalise(where)
        return self._outcome(task.student, "", result)

    def _save_failure(self, where: NotebookKey, handed: HandIn, result: Result) -> None:
        self._register(where, handed)
        states.save_failure(self.book, where, result.reason)

    def _register(self, where: NotebookKey, handed: HandIn) -> None:
        self.book.db.rollback()
        try:
            self.book.find_student(where.student)
        except MissingEntry:
            self.book.add_student(where.student)
        when = {"timestamp": handed.timestamp} if handed.timestamp else {}
        self.book.update_or_create_submission(self.lesson, where.student, **when)

    def _penalise(self, where: NotebookKey) -> None:
        """Ask the course's policy for late work; nbgrader's own step knows how."""
        submission = self.book.find_submission(self.lesson, where.student)
        notebook = self.book.find_submission_notebook(
            self.notebook, self.lesson, where.student
        )
        late = submission.total_seconds_late > 0
        if late or notebook.late_submission_penalty is not None:
            self.book.db.commit()  # the step opens the gradebook anew
            step = AssignLatePenalties(config=self.config)
            names = {
                "notebook": self.notebook,
                "assignment": self.lesson,
                "student": where.student,
                "db_url": self.db_url,
            }
            step.preprocess(NotebookNode(cells=[]), {"nbgrader": names})
            self.book.db.expire_all()

    def _outcome(
        self, student: str, status: str, result: Result | None = None
    ) -> Outcome:
        result = result or Result()
        submission = self.book.find_submission(self.lesson, student)
        penalty = submission.late_submission_penalty or 0.0
        state = states.state(self.book, self.lesson, student)
        return Outcome(
            student,
            status or state.status,
            state.reason,
            max(0.0, submission.score - penalty),
            submission.max_score,
            result.notes,
            result.seconds,
        )

    def _complete(self, student: str) -> None:
        if not self.graded.half_done(student):
            return
        with (
            self.graded.alone(student),
            contextlib.suppress(OSError),  # then writing it anew will say so
        ):
            self.book.db.rollback()  # to see what another run has just written
            state = states.state(self.book, self.lesson, student)
            self.graded.complete(student, (state.fingerprint, state.seed))

    def _is_done(self, student: str, mark: str) -> bool:
        state = states.state(self.book, self.lesson, student)
        return state.fingerprint == mark and self.graded.mark(student)[0] == mark


def _handed_in(folder: Path, notebook: str) -> HandIn:
    try:
        return read_hand_in(folder, notebook)
    except Exception as error:  # whatever one folder holds is no other's affair
        return HandIn(b"", {}, (), None, f"it cannot be read: {error}")
