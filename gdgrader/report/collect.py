"""What the gradebook and the graded notebooks say about one lesson's class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from gdgrader.course.edition import Edition, GradedCell, instructors_version
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook import states
from gdgrader.gradebook.states import FAILED, NOT_GRADED
from gdgrader.report.pseudonyms import pseudonyms
from gdgrader.report.similar import Tokens
from gdgrader.report.written import Written, written
from gdgrader.submission.note import Note
from gdhelpers.verdicts import Verdict

NO_TEXT = "its folder's name is no text in UTF-8"


class ReportError(ValueError):
    """There is nothing to report on; the message says what to do."""


@dataclass(frozen=True)
class Work:
    """One student's submission, as graded.

    Attributes:
        status, reason: see `gdgrader.gradebook.states.state`.
        verdicts: by grade id; empty where nothing could be graded.
        attempted: whether any solution cell was changed.
        tokens: of the solution cells that were, by grade id.
        reached: what the student's own code would have done, in words.
        unwritten: graded cells whose function was left as it was handed out.
        score, penalty: what stands in the gradebook, the penalty not yet taken off.
        waiting: how many answers a person has still to read.
    """

    student: str
    status: str
    reason: str = ""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    attempted: bool = False
    tokens: Mapping[str, Tokens] = field(default_factory=dict)
    reached: tuple[str, ...] = ()
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
        handed = [_as_text(student) for student, _ in paths.submissions(lesson)]
        known = {s.student.id: s for s in assignment.submissions}
        everyone = sorted({*handed, *known})
        if not everyone:
            raise ReportError(f"nobody has handed in {lesson}")
        files = [paths.autograded(s, lesson) / edition.path.name for s in everyone]
        read = dict(zip(everyone, written(files, edition), strict=True))
        works = tuple(
            _work(book, edition, read[student], student, known.get(student))
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
    edition: Edition,
    read: Written | str,
    student: str,
    submission: SubmittedAssignment | None,
) -> Work:
    state = states.state(book, edition.lesson, student)
    if submission is None or state.status in (FAILED, NOT_GRADED):
        status = NOT_GRADED if submission is None else state.status
        why = state.reason or (NO_TEXT if "\ufffd" in student else "")
        return Work(student, status, why, hours_late=_late(submission))
    if isinstance(read, str):
        return Work(student, NOT_GRADED, read, hours_late=_late(submission))
    return Work(
        student,
        state.status,
        state.reason,
        **vars(read),
        score=submission.score,
        penalty=submission.late_submission_penalty or 0.0,
        hours_late=_late(submission),
        waiting=sum(
            grade.needs_manual_grade for n in submission.notebooks for grade in n.grades
        ),
    )


def _as_text(name: str) -> str:
    """A folder's name, whatever its bytes, as a gradebook can hold it."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _late(submission: SubmittedAssignment | None) -> float:
    return submission.total_seconds_late / 3600 if submission else 0.0
