"""Export grades with each submission's state: a failure is an empty cell, no zero."""

from __future__ import annotations

import csv
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from gdgrader.gradebook import FAILED, NOT_GRADED, state

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name"),
    *("email", "raw_score", "late_submission_penalty", "score", "max_score"),
    *("status", "reason"),
)


class StatusExport(ExportPlugin):
    """nbgrader's CSV, its columns and two more: `status` and `reason`."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the gradebook to `ExportPlugin.to`, grades.csv unless told."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        students, assignments = set(map(str, self.student)), set(self.assignment)
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    if (not assignments or assignment.name in assignments) and (
                        not students or student.id in students
                    ):
                        table.writerow(_row(gradebook, assignment, student))


def _row(gradebook: Gradebook, assignment, student) -> dict:
    found = state(gradebook, assignment.name, student.id)
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
        submission = gradebook.find_submission(assignment.name, student.id)
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
