"""What the gradebook and the graded notebooks say about one lesson's class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import compute_checksum
from traitlets.config import Config

from gdgrader.course.edition import Edition, GradedCell, instructors_version, marks
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook import states
from gdgrader.gradebook.scores import RECORD
from gdgrader.gradebook.states import FAILED, NOT_GRADED
from gdgrader.report.pseudonyms import pseudonyms
from gdgrader.submission.note import Note
from gdgrader.submission.source_code import defined
from gdhelpers.verdicts import Verdict


class ReportError(ValueError):
    """There is nothing to report on; the message says what to do."""


@dataclass(frozen=True)
class Work:
    """One student's submission, as graded.

    Attributes:
        status, reason: see `gdgrader.gradebook.states.state`.
        verdicts: by grade id; empty where nothing could be graded.
        answers: the sources of solution cells that were changed, by grade id.
        own: further code the student put in, with the errors its cells ended in.
        unwritten: graded cells whose function was left as it was handed out.
        score, penalty: what stands in the gradebook, the penalty not yet taken off.
        waiting: how many answers a person has still to read.
    """

    student: str
    status: str
    reason: str = ""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    own: tuple[tuple[str, str], ...] = ()
    unwritten: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    score: float | None = None
    penalty: float = 0.0
    hours_late: float = 0.0
    waiting: int = 0

    @property
    def graded(self) -> bool:
        """Whether there are verdicts to count."""
        return bool(self.verdicts)

    @property
    def attempted(self) -> bool:
        """Whether anything was written at all."""
        return bool(self.answers)


@dataclass(frozen=True)
class ClassResults:
    """A lesson and what its class handed in.

    Attributes:
        points: the most that each automatically graded cell gives, by grade id.
        max_score: of the whole lesson, answers read by a person included.
        pseudonyms: one per student, kept in the gradebook.
        names: given and family name of those of whom the gradebook knows them.
        missing: students of the gradebook who handed nothing in.
    """

    lesson: str
    edition: Edition
    points: Mapping[str, float]
    max_score: float
    works: tuple[Work, ...]
    pseudonyms: Mapping[str, str]
    names: Mapping[str, str]
    missing: tuple[str, ...] = ()

    @property
    def items(self) -> Mapping[str, GradedCell]:
        """What each graded cell asks, by grade id, in the lesson's order."""
        return self.edition.graded

    @property
    def graded(self) -> list[Work]:
        """The submissions that were graded."""
        return [work for work in self.works if work.graded]


def collect(lesson: str, config: Config) -> ClassResults:
    """Read everything the report needs; writes nothing but new pseudonyms.

    Errors: ReportError for an unknown or never released lesson, an empty class, or one
        of which nothing is graded.
    """
    course = CourseDirectory(config=config)
    paths = CoursePaths(course)
    edition = _edition(paths, lesson, config)
    with Gradebook(states.with_timeout(course.db_url), course.course_id) as book:
        try:
            assignment = book.find_assignment(lesson)
        except MissingEntry:
            raise ReportError(
                f"{lesson} was never released, so nobody can have handed it in; "
                f"release it with: nbgrader generate_assignment {lesson}"
            ) from None
        handed = [student for student, _ in paths.submissions(lesson)]
        known = {s.student.id: s for s in assignment.submissions}
        everyone = sorted({*handed, *known})
        if not everyone:
            raise ReportError(f"nobody has handed in {lesson}")
        works = tuple(
            _work(book, paths, edition, student, known.get(student))
            for student in everyone
        )
        if all(work.status == NOT_GRADED for work in works):
            raise ReportError(
                f"{len(works)} handed in {lesson}, but nothing is graded; "
                f"grade it with: gdgrader autograde {lesson}"
            )
        roster = [student.id for student in book.students]
        return ClassResults(
            lesson,
            edition,
            _points(assignment, edition),
            assignment.max_score,
            works,
            pseudonyms(book, sorted({*roster, *everyone})),
            {
                s.id: " ".join(filter(None, (s.first_name, s.last_name)))
                for s in book.students
                if s.first_name or s.last_name
            },
            tuple(s for s in roster if s not in everyone),
        )


def _edition(paths: CoursePaths, lesson: str, config: Config) -> Edition:
    try:
        return instructors_version(paths.notebook(lesson), config)
    except FileNotFoundError:
        sources = paths.source("*").parent.glob("*/*.ipynb")
        others = sorted(path.parent.name for path in sources)
        there = f"there are {', '.join(others)}" if others else "there is none"
        raise ReportError(f"no lesson is called {lesson!r}; {there}") from None


def _points(assignment, edition: Edition) -> dict[str, float]:
    known = {
        cell.name: float(cell.max_score)
        for notebook in assignment.notebooks
        for cell in notebook.grade_cells
    }
    return {name: known.get(name, 0.0) for name in edition.graded}


def _work(
    book: Gradebook,
    paths: CoursePaths,
    edition: Edition,
    student: str,
    submission: SubmittedAssignment | None,
) -> Work:
    state = states.state(book, edition.lesson, student)
    if submission is None or state.status in (FAILED, NOT_GRADED):
        status = NOT_GRADED if submission is None else state.status
        return Work(student, status, state.reason, hours_late=_late(submission))
    folder = paths.autograded(student, edition.lesson)
    try:
        notebook = nbformat.read(folder / edition.path.name, as_version=4)
        record = notebook.metadata[RECORD]
        verdicts = {k: Verdict.from_stored(v) for k, v in record["verdicts"].items()}
        notes = tuple(map(Note.from_stored, record.get("notes", ())))
    except (OSError, ValueError, KeyError, TypeError):
        why = "its graded notebook is gone or cannot be read; grade it again"
        return Work(student, NOT_GRADED, why, hours_late=_late(submission))
    answers = _answers(notebook)
    return Work(
        student,
        state.status,
        state.reason,
        {k: v for k, v in verdicts.items() if k in edition.graded},
        answers,
        tuple(_own(notebook, edition)),
        _unwritten(notebook, edition, answers),
        notes,
        submission.score,
        submission.late_submission_penalty or 0.0,
        _late(submission),
        sum(
            grade.needs_manual_grade for n in submission.notebooks for grade in n.grades
        ),
    )


def _late(submission: SubmittedAssignment | None) -> float:
    return submission.total_seconds_late / 3600 if submission else 0.0


def _answers(notebook: NotebookNode) -> dict[str, str]:
    return {
        marks(cell)["grade_id"]: cell.source
        for cell in notebook.cells
        if marks(cell).get("solution")
        if compute_checksum(cell) != marks(cell).get("checksum")
    }


def _unwritten(
    notebook: NotebookNode, edition: Edition, answers: Mapping[str, str]
) -> frozenset[str]:
    """Graded cells whose function is defined in a solution cell left as it was."""
    where = {
        name: marks(cell)["grade_id"]
        for cell in edition.notebook.cells
        if cell.cell_type == "code" and marks(cell).get("solution")
        for name in defined(cell.source)
    }
    return frozenset(
        grade_id
        for grade_id, asked in edition.graded.items()
        if where.get(asked.function) not in (None, *answers)
    )


def _own(notebook: NotebookNode, edition: Edition) -> Iterator[tuple[str, str]]:
    """Code that is not the instructor's: its source, and the error it ended in."""
    handed_out = {c.source.strip() for c in edition.notebook.cells}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip() not in handed_out:
            errors = [
                f"{output.ename}: {output.evalue}"[:300]
                for output in cell.outputs
                if output.output_type == "error"
            ]
            yield cell.source, errors[0] if errors else ""
