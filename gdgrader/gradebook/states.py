"""Write scores and one truthful state per submission into nbgrader's gradebook.

The state lies in a table of our own in the same database, so that it changes together
with the scores or not at all. A missing row means that the submission was never graded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    SubmittedNotebook,
)
from sqlalchemy import (
    Column,
    DateTime,
    MetaData,
    String,
    Table,
    Text,
    delete,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import with_polymorphic
from sqlalchemy.schema import CreateColumn

from gdgrader.gradebook.scores import Scores
from gdhelpers.verdicts import Fault

GRADED, FAILED, WAITING = "graded", "failed", "waiting for a person"
NOT_GRADED, NOT_SUBMITTED = "not graded", "not submitted"
COLLISIONS = 3  # with other graders, for one submission
LOCKED_SECONDS = 60  # how long to try again while another holds the database
Result = TypeVar("Result")

_states = Table(
    "gdgrader_state",
    MetaData(),
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("notebook", String(128), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("reason", Text(), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("seed", String(64), nullable=False),
    Column("graded_at", DateTime(), nullable=False),
    Column("fault", String(16), nullable=False, server_default=Fault.GRADER.value),
)


@dataclass(frozen=True)
class NotebookKey:
    """Which notebook of which student."""

    assignment: str
    student: str
    notebook: str


@dataclass(frozen=True)
class State:
    """What became of a submission; where it failed, the reason and whose fault."""

    status: str
    reason: str = ""
    fingerprint: str = ""
    seed: str = ""
    fault: Fault = Fault.NONE


class DatabaseBusy(RuntimeError):
    """Another process held the gradebook for too long."""


def with_timeout(db_url: str) -> str:
    """The same database, with SQLite waiting longer for its turn than 5 s.

    >>> with_timeout("sqlite:////course/gradebook.db")
    'sqlite:////course/gradebook.db?timeout=60'
    """
    if db_url.startswith("sqlite:") and "timeout=" not in db_url:
        return f"{db_url}{'&' if '?' in db_url else '?'}timeout={LOCKED_SECONDS}"
    return db_url


def retried(work: Callable[[], Result]) -> Result:
    """Do `work`, again and again while another process holds the database.

    Another grader may also write the same row first; then it is found the next time.

    Errors: DatabaseBusy; never sqlalchemy's OperationalError, which would end
        nbgrader's run for everyone.
    """
    end, collisions = time.monotonic() + LOCKED_SECONDS, 0
    while True:
        try:
            return work()
        except (IntegrityError, InvalidEntry):
            collisions += 1
            if collisions > COLLISIONS:
                raise
        except OperationalError as error:
            if time.monotonic() > end:
                raise DatabaseBusy(f"the gradebook cannot be used: {error}") from None
            time.sleep(0.5)


def save(
    gradebook: Gradebook, where: NotebookKey, scores: Scores, state: State
) -> None:
    """Replace the automatic scores of one notebook, all in one transaction.

    Scores given by a person stay, within 0 and the maximum; so do their comments.
    """
    notebook = _submitted(gradebook, where)
    cells = with_polymorphic(BaseCell, "*")
    own = cells.notebook_id == notebook.notebook_id
    # Held, so that what follows asks the session for each cell, not the database; and
    # the points in one question, before which nothing has to be written out.
    _held = gradebook.db.query(cells).filter(own).all()
    points = gradebook.db.query(Grade.id, Grade.max_score)
    most = dict(map(tuple, points.filter(Grade.notebook_id == notebook.id)))
    for grade in notebook.grades:
        share = scores.points.get(grade.name)
        within = None if share is None else _within(share, 1) * most[grade.id]
        grade.auto_score = within
        if grade.manual_score is not None:
            grade.manual_score = _within(grade.manual_score, most[grade.id])
        # As nbgrader does: what a person gave before is to be looked at again.
        grade.needs_manual_grade = share is None or grade.manual_score is not None
    for comment in notebook.comments:
        said = "No response." if comment.name in scores.unanswered else None
        comment.auto_comment = said
    _set_state(gradebook, where, state)
    gradebook.db.commit()


def save_failure(
    gradebook: Gradebook, where: NotebookKey, reason: str, fault: Fault = Fault.GRADER
) -> None:
    """Take back every automatic score of a notebook; note why it was not graded."""
    notebook = _submitted(gradebook, where)
    for grade in notebook.grades:
        grade.auto_score, grade.needs_manual_grade = None, True
    for comment in notebook.comments:
        comment.auto_comment = f"Not graded: {reason}"
    _set_state(gradebook, where, State(FAILED, reason, fault=fault))
    gradebook.db.commit()


def state(gradebook: Gradebook, assignment: str, student: str) -> State:
    """The one state of a submission: the worst of its notebooks'."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return State(NOT_SUBMITTED)
    _have_table(gradebook)
    rows = {
        row.notebook: row
        for row in gradebook.db.execute(
            select(_states).where(
                _states.c.assignment == assignment, _states.c.student == student
            )
        )
    }
    found = [rows.get(notebook.name) for notebook in submission.notebooks]
    for row in found:
        if row is not None and row.status == FAILED:
            fault = Fault.named(row.fault, Fault.GRADER)
            return State(FAILED, row.reason, fault=fault)
    if not found or None in found:
        return State(NOT_GRADED)
    waiting = any(n.needs_manual_grade for n in submission.notebooks)
    last = found[-1]
    return State(WAITING if waiting else GRADED, "", last.fingerprint, last.seed)


def rename_states(gradebook: Gradebook, old: str, new: str, notebook: str) -> None:
    """Call an assignment, and its notebook of the same name, otherwise.

    The caller commits.

    Args:
        old: of both.
        new: the assignment's.
        notebook: the notebook's.
    """
    if not _columns(gradebook):
        return
    ours = _states.c
    gradebook.db.execute(delete(_states).where(ours.assignment == new))
    of_old = update(_states).where(ours.assignment == old)
    gradebook.db.execute(of_old.where(ours.notebook == old).values(notebook=notebook))
    gradebook.db.execute(of_old.values(assignment=new))


def _have_table(gradebook: Gradebook) -> None:
    """Make our table where it is missing, or what an older version left out of it.

    Another grader may do so at the same time.
    """
    have = _columns(gradebook)
    if "fault" in have:
        return
    try:
        with gradebook.db.begin_nested():
            if have:
                new = CreateColumn(_states.c.fault).compile(gradebook.db.bind)
                gradebook.db.execute(text(f"ALTER TABLE {_states.name} ADD {new}"))
            else:
                _states.create(gradebook.db.connection())
    except DBAPIError:
        if "fault" not in _columns(gradebook):
            raise


def _columns(gradebook: Gradebook) -> set[str]:
    """The columns that our table has; none where it is missing."""
    found = inspect(gradebook.db.connection())
    if not found.has_table(_states.name):
        return set()
    return {column["name"] for column in found.get_columns(_states.name)}


def _submitted(gradebook: Gradebook, where: NotebookKey) -> SubmittedNotebook:
    try:
        return gradebook.find_submission_notebook(
            where.notebook, where.assignment, where.student
        )
    except MissingEntry:
        gradebook.update_or_create_student(where.student)
        gradebook.update_or_create_submission(where.assignment, where.student)
        return gradebook.find_submission_notebook(
            where.notebook, where.assignment, where.student
        )


def _set_state(gradebook: Gradebook, where: NotebookKey, new: State) -> None:
    _have_table(gradebook)
    key = {
        "assignment": where.assignment,
        "student": where.student,
        "notebook": where.notebook,
    }
    gradebook.db.execute(
        delete(_states).where(*(_states.c[name] == key[name] for name in key))
    )
    gradebook.db.execute(
        _states.insert().values(
            **key,
            status=new.status,
            reason=new.reason,
            fault=new.fault,
            fingerprint=new.fingerprint,
            seed=new.seed,
            graded_at=datetime.now(UTC).replace(tzinfo=None),
        )
    )


def _within(value: float, most: float) -> float:
    # A NaN fails both comparisons and becomes 0.
    return value if 0 <= value <= most else most if value > most else 0.0
