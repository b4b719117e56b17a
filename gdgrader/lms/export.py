"""Export grades with each submission's state: a failure is an empty cell, no zero.

nbgrader export                                             # all, with the states
nbgrader export --exporter=gdgrader.lms.export.CanvasExport     # for Canvas' import
nbgrader export --exporter=gdgrader.lms.export.MoodleExport     # for Moodle's import
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Unicode

from gdgrader.gradebook.states import FAILED, GRADED, NOT_GRADED, state
from gdgrader.lms.names import unspread
from gdgrader.lms.people import canvas_number
from gdgrader.lms.rows import Rows, TwoRows

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name"),
    *("email", "raw_score", "late_submission_penalty", "score", "max_score"),
    *("status", "reason"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _CsvExport(ExportPlugin):
    """Chooses students and assignments as asked, and writes rows to a file."""

    default_name = "grades.csv"
    empty = 0

    def export(self, gradebook: Gradebook) -> None:
        """Write the gradebook to `ExportPlugin.to`, or else a file of default name.

        Nothing is written, and the command fails, where a person would get two rows.
        """
        path = Path(self.to or self.default_name)
        names, ids = set(map(str, self.assignment)), set(map(str, self.student))
        assignments = [a for a in gradebook.assignments if not names or a.name in names]
        students = [s for s in gradebook.students if not ids or s.id in ids]
        try:
            self.people = Rows(gradebook, assignments, students)
        except TwoRows as error:
            self.log.error("Nothing was exported: %s", error)
            raise SystemExit(1) from None
        self.log.info("Exporting grades to %s", path)
        for student, earlier in self.people.earlier.items():
            self.log.warning("What %s handed in is %s's", earlier.id, student)
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            for row in self._rows(gradebook, assignments, self.people.students):
                table.writerow([harmless(cell) for cell in row])
        if self.empty:
            self.log.warning(
                "%s cells are empty: an upload takes away a score that stands there",
                self.empty,
            )

    def _rows(
        self,
        gradebook: Gradebook,
        assignments: list[Assignment],
        students: list[Student],
    ) -> Iterator[Iterable]:
        """The header and what follows it."""
        raise NotImplementedError

    def _row(self, gradebook: Gradebook, assignment: Assignment, student: Student):
        counts = self.people.whose(assignment, student)
        return _row(gradebook, assignment, student, counts)

    def _final(self, gradebook: Gradebook, assignment: Assignment, student: Student):
        row = self._row(gradebook, assignment, student)
        if row["status"] == GRADED:
            return _rounded(row["score"])
        self.empty += 1
        return ""


class StatusExport(_CsvExport):
    """nbgrader's CSV, its columns and two more: `status` and `reason`."""

    def _rows(self, gradebook, assignments, students):
        yield COLUMNS
        for assignment in assignments:
            for student in students:
                row = self._row(gradebook, assignment, student)
                yield [row.get(column) for column in COLUMNS]


class CanvasExport(_CsvExport):
    """What Canvas' gradebook imports: a row of each student, a column of each lesson.

    Canvas finds a student by ID (nbgrader's `lms_user_id`), else by SIS Login ID
    (nbgrader's student id), else by name; and an assignment by the id after its name,
    else by its name. Only final scores are written: what failed, waits for a person or
    was not handed in is an empty cell, which takes an older score away.

    Source: canvas-lms, lib/gradebook_importer.rb.
    """

    default_name = "canvas.csv"
    assignment_ids = Dict(
        key_trait=Unicode(),
        help="Canvas' number of each assignment, as its page's address ends, by name.",
    ).tag(config=True)

    def _rows(self, gradebook, assignments, students):
        yield [
            *("Student", "ID", "SIS Login ID", "Section"),
            *(self._title(assignment.name) for assignment in assignments),
        ]
        most = [_rounded(assignment.max_score) for assignment in assignments]
        yield ["    Points Possible", "", "", "", *most]
        for student in students:
            who = [_name(student), canvas_number(student), student.id.strip(), ""]
            yield who + [self._final(gradebook, a, student) for a in assignments]

    def _title(self, name: str) -> str:
        number = self.assignment_ids.get(name)
        return f"{name} ({number})" if number else name


class MoodleExport(_CsvExport):
    """What Moodle's grade import reads: "map from" one of the first three columns.

    `Username` is nbgrader's student id and never empty; map from `ID number`, its
    `lms_user_id`, or from the address only where every student has one: Moodle gives
    the grades of a row without to the student before. Only final scores are written,
    as in `CanvasExport`.

    Source: moodle, grade/import/csv/classes/load_data.php.
    """

    default_name = "moodle.csv"

    def _rows(self, gradebook, assignments, students):
        names = [assignment.name for assignment in assignments]
        yield [
            *("Username", "ID number", "Email address", "First name", "Last name"),
            *names,
        ]
        for student in students:
            who = [student.id.strip(), unspread(student.lms_user_id), student.email]
            who += [student.first_name, student.last_name]
            yield who + [self._final(gradebook, a, student) for a in assignments]


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are.

    >>> harmless("=1+1"), harmless("Ann"), harmless(-1.5)
    ("'=1+1", 'Ann', -1.5)
    """
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell


def _rounded(score: float) -> str:
    return f"{round(score, 2):g}"


def _name(student: Student) -> str:
    names = [n for n in (student.last_name, student.first_name) if n]
    return ", ".join(names) or student.id


def _row(
    gradebook: Gradebook, assignment: Assignment, student: Student, counts: str
) -> dict:
    """What is told of a student, whose work was collected under the id `counts`."""
    found = state(gradebook, assignment.name, counts)
    row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "max_score": assignment.max_score,
        "status": found.status,
        "reason": found.reason,
    }
    try:
        submission = gradebook.find_submission(assignment.name, counts)
    except MissingEntry:  # as nbgrader: nothing handed in is worth nothing
        return row | {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    row["timestamp"] = submission.timestamp
    if found.status in (FAILED, NOT_GRADED):
        return row
    penalty = submission.late_submission_penalty or 0.0
    return row | {
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }
