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
from traitlets.config.loader import PyFileConfigLoader

from gdgrader import cluster, gradebook
from gdgrader import config as course_config
from gdgrader.bubblewrap import SandboxUnavailable
from gdgrader.files import files_below, fingerprint, merged
from gdgrader.gradebook import FAILED, State, Where
from gdgrader.gradedfiles import GradedFiles
from gdgrader.handin import HandIn, hand_in
from gdgrader.instructor import Edition, instructors_version
from gdgrader.limits import Limits
from gdgrader.pool import results
from gdgrader.references import Promise
from gdgrader.register import register
from gdgrader.sandbox import NoSandbox
from gdgrader.session import lend_sandbox
from gdgrader.version import grader_version
from gdgrader.work import Given, Result, Task, Terms, work
from gdgrader.work import begin as begin_work
from gdhelpers.verdicts import Fault

MARGIN_SECONDS = 120  # beyond a submission's own limit, before its worker is ended
UNCHANGED = "unchanged"
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


def load_config(root: Path) -> Config:
    """The course's `nbgrader_config.py`, or our defaults where it has none."""
    found = Config()
    if (root / "nbgrader_config.py").exists():
        found = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    else:
        course_config.apply(found)
    found.CourseDirectory.root = str(root.resolve())
    return found


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
        seed: repeats an earlier grading; by default drawn anew.
        progress: called with each outcome as it comes, and how many there will be.

    Errors: FileNotFoundError without a source; CannotRegister where the gradebook
        cannot take the lesson as it is now; SandboxUnavailable; ClusterUnavailable.
    """
    config = config or load_config(root)
    run = _Run(lesson, config, force, isolated, limits or Limits(), seed)
    progress = progress or (lambda *_: None)
    if dask is None:
        limits = run.terms.limits
        patience = limits.submission_seconds + MARGIN_SECONDS
        begin = (begin_work, run.given) if isolated else None
        crew = partial(results, work, workers=workers, patience=patience, begin=begin)
        return run.all(students, crew, progress)
    with cluster.connect(dask) as client:
        crew = partial(cluster.results, work, client=client)
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
        self.db_url = gradebook.patient(self.course.db_url)
        self.seed = seed or secrets.token_hex(16)
        source = Path(self.course.format_path("source", ".", lesson)).resolve()
        self.notebook = _only_notebook(source)
        self.graded = GradedFiles(self.course, lesson, self.notebook)
        path = source / f"{self.notebook}.ipynb"
        self.edition: Edition = instructors_version(path, config)
        released = Path(self.course.format_path("release", ".", lesson))
        files, _ = files_below(source, released)
        self.sources = files_below(source)[0]
        cleared = json.dumps(dict(config.ClearSolutions), sort_keys=True)
        self.terms = Terms(
            lesson, self.notebook, path.read_bytes(), files, cleared, isolated, limits
        )
        self.done: list[Outcome] = []
        self.promise: Promise | None = None

    def given(self) -> Given:
        """What each worker begins with: one warm-up and one reference for them all.

        Errors: SandboxUnavailable.
        """

        def ask(sandbox: NoSandbox) -> Promise:
            return self.promise or Promise(self.edition, self.seed, sandbox)

        lent, self.promise = lend_sandbox(self.terms.limits, ask)
        return Given(lent, self.promise.key, self.promise.share())

    def all(
        self,
        students: Iterable[str] | None,
        crew: Callable[..., Iterator[tuple[Task, object]]],
        progress: Progress,
    ) -> list[Outcome]:
        wanted = sorted(self._students() if students is None else set(students))
        try:
            return self._all(wanted, crew, progress)
        except OperationalError as error:
            raise gradebook.DatabaseBusy(
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

    def _students(self) -> list[str]:
        folder = Path(self.course.format_path(self._in, "*", self.lesson))
        place = folder.parts.index("*")
        base = Path(*folder.parts[:place])
        return [
            p.parts[place]
            for p in base.glob("/".join(folder.parts[place:]))
            if p.is_dir()
        ]

    @property
    def _in(self) -> str:
        return self.course.submitted_directory

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
            folder = Path(self.course.format_path(self._in, student, self.lesson))
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
                failed = Result(reason=handed.reason, fault=handed.fault)
                finish(self._save(task, handed, failed))
            elif not self.force and self._is_done(student, mark):
                # The due date, the policy or points given by hand may have changed,
                # or the last run may have ended before it asked the policy.
                self._penalise(Where(self.lesson, student, self.notebook))
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
        where = Where(self.lesson, task.student, self.notebook)
        if result.scores is None:
            gradebook.patiently(lambda: self._save_failure(where, handed, result))
            self.graded.remove(task.student)
            return Outcome(
                task.student, FAILED, result.reason, None, seconds=result.seconds
            )
        ours = {**self.sources, f"{self.notebook}.ipynb": result.notebook}
        self.graded.make_ready(task.student, merged(task.files, ours))
        state = State(gradebook.GRADED, "", task.fingerprint, task.seed)

        def write() -> None:
            self._register(where, handed)
            gradebook.save(self.book, where, result.scores, state)

        gradebook.patiently(write)
        self.graded.take_place(task.student)
        self._penalise(where)
        return self._outcome(task.student, "", result)

    def _save_failure(self, where: Where, handed: HandIn, result: Result) -> None:
        self._register(where, handed)
        gradebook.save_failure(self.book, where, result.reason, result.fault)

    def _register(self, where: Where, handed: HandIn) -> None:
        self.book.db.rollback()
        try:
            self.book.find_student(where.student)
        except MissingEntry:
            self.book.add_student(where.student)
        when = {"timestamp": handed.timestamp} if handed.timestamp else {}
        self.book.update_or_create_submission(self.lesson, where.student, **when)

    def _penalise(self, where: Where) -> None:
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
        state = gradebook.state(self.book, self.lesson, student)
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
            state = gradebook.state(self.book, self.lesson, student)
            self.graded.complete(student, (state.fingerprint, state.seed))

    def _is_done(self, student: str, mark: str) -> bool:
        state = gradebook.state(self.book, self.lesson, student)
        return state.fingerprint == mark and self.graded.mark(student)[0] == mark


def _handed_in(folder: Path, notebook: str) -> HandIn:
    try:
        return hand_in(folder, notebook)
    except Exception as error:  # whatever one folder holds is no other's affair
        reason = f"it cannot be read: {error}"
        return HandIn(b"", {}, (), None, reason, Fault.GRADER)


def _only_notebook(source: Path) -> str:
    found = sorted(source.glob("*.ipynb"))
    if len(found) != 1:
        raise FileNotFoundError(
            f"{source} should hold one notebook, but has {len(found)}"
        )
    return found[0].stem
