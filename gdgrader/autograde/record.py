"""Write a lesson's results down: scores and files together, or neither.

The files are made ready beside the old ones, the scores are committed, then the files
take their place. A run that ends between the two is completed by the next.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from traitlets.config import Config

from gdgrader.gradebook import states
from gdgrader.gradebook.folders import GradedFiles
from gdgrader.gradebook.states import FAILED, NotebookKey, State
from gdgrader.grading.task import Result, Task
from gdgrader.submission.files import merged
from gdgrader.submission.find import HandIn

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


class Record:
    """What is written down of one lesson.

    Args:
        book: the gradebook, open.
        folders: of the graded notebooks.
        sources: the instructor's files beside the notebook, which each folder gets.
        config: nbgrader's, with the policy for late work.
    """

    def __init__(
        self,
        book: Gradebook,
        folders: GradedFiles,
        sources: Mapping[str, bytes],
        config: Config,
    ) -> None:
        self.book, self.folders = book, folders
        self.sources, self.config = sources, config
        self.lesson, self.notebook = folders.lesson, folders.notebook

    def unchanged(self, student: str) -> Outcome:
        """What became of a submission that is graded already.

        The due date, the policy or points given by hand may have changed, or the last
        run may have ended before it asked the policy.
        """
        self._penalise(NotebookKey(self.lesson, student, self.notebook))
        return self._outcome(student, UNCHANGED)

    def save(self, task: Task, handed: HandIn, result: Result) -> Outcome:
        """Write down what became of a submission."""
        with self.folders.alone(task.student):
            try:
                return self._written(task, handed, result)
            except OSError as error:
                if error.errno in OWN_TROUBLE:
                    raise  # a full disk is everybody's; the next run goes on from here
                reason = f"it cannot be written down: {error}"
                return self._written(task, handed, Result(reason=reason))
            except (DataError, IntegrityError, ValueError) as error:
                # nbgrader makes a ValueError of whatever a gradebook says; what it says
                # of itself, such as of its disk, is everybody's affair.
                if isinstance(error.__context__, OperationalError):
                    raise error.__context__ from None
                self.book.db.rollback()
                why = str(error).strip().partition("\n")[0]
                reason = f"the gradebook does not take it: {why}"
                return Outcome(task.student, FAILED, reason, seconds=result.seconds)

    def _written(self, task: Task, handed: HandIn, result: Result) -> Outcome:
        where = NotebookKey(self.lesson, task.student, self.notebook)
        if result.scores is None:
            states.retried(lambda: self._save_failure(where, handed, result))
            self.folders.remove(task.student)
            return Outcome(
                task.student, FAILED, result.reason, None, seconds=result.seconds
            )
        ours = {**self.sources, f"{self.notebook}.ipynb": result.notebook}
        self.folders.make_ready(task.student, merged(task.files, ours))
        # What is undecided the next run shall not call unchanged.
        mark = "" if result.scores.undecided else task.fingerprint
        state = State(states.GRADED, "", mark, task.seed)

        def write() -> None:
            self._register(where, handed)
            states.save(self.book, where, result.scores, state)

        states.retried(write)
        self.folders.take_place(task.student)
        self._penalise(where)
        return self._outcome(task.student, "", result)

    def _save_failure(self, where: NotebookKey, handed: HandIn, result: Result) -> None:
        self._register(where, handed)
        states.save_failure(self.book, where, result.reason, result.fault)

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
                "db_url": self.book.engine.url.render_as_string(hide_password=False),
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

    def complete(self, student: str) -> None:
        """Finish, or undo, what a run that was ended left half done."""
        if not self.folders.half_done(student):
            return
        with (
            self.folders.alone(student),
            contextlib.suppress(OSError),  # then writing it anew will say so
        ):
            self.book.db.rollback()  # to see what another run has just written
            state = states.state(self.book, self.lesson, student)
            self.folders.complete(student, (state.fingerprint, state.seed))

    def is_done(self, student: str, mark: str) -> bool:
        """Whether this very submission is graded, by this grader."""
        state = states.state(self.book, self.lesson, student)
        return state.fingerprint == mark and self.folders.mark(student)[0] == mark
