"""Everything a gradebook and `autograded/` hold, as plain data to compare."""

from pathlib import Path

import nbformat
from sqlalchemy import create_engine, text

# Row numbers depend on the order of arrival, times on the clock: compared without them.
GRADES = """
SELECT student.id, base_cell.name, grade.auto_score, grade.manual_score,
       grade.extra_credit, grade.needs_manual_grade
FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment
  ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN student ON student.id = submitted_assignment.student_id
ORDER BY student.id, base_cell.name
"""
COMMENTS = GRADES.replace("grade.", "comment.").replace("grade JOIN", "comment JOIN")
COMMENTS = COMMENTS.replace(
    """comment.auto_score, comment.manual_score,
       comment.extra_credit, comment.needs_manual_grade""",
    "comment.auto_comment, comment.manual_comment",
)
STATES = """SELECT student, notebook, status, reason, fingerprint, seed
FROM gdgrader_state ORDER BY student, notebook"""
SUBMISSIONS = """SELECT student_id, timestamp
FROM submitted_assignment ORDER BY student_id"""


def gradebook_rows(db_url: str) -> dict[str, list[tuple]]:
    """Its rows by kind, in an order of their own."""
    engine = create_engine(db_url)
    kinds = {
        "grades": GRADES,
        "comments": COMMENTS,
        "states": STATES,
        "submissions": SUBMISSIONS,
        "students": "SELECT id FROM student ORDER BY id",
    }
    try:
        with engine.connect() as db:
            return {
                kind: [tuple(row) for row in db.execute(text(query))]
                for kind, query in kinds.items()
            }
    finally:
        engine.dispose()


def graded_files(root: Path) -> dict[str, object]:
    """What lies in `autograded/`; notebooks by their outputs, scores and remarks."""
    found = {}
    for path in sorted((root / "autograded").rglob("*")):
        if path.is_file() and path.name != "README.md":
            name = str(path.relative_to(root))
            found[name] = path.read_bytes()
            if path.suffix == ".ipynb":
                notebook = nbformat.reads(found[name].decode(), as_version=4)
                for cell in notebook.cells:
                    cell.pop("id")  # drawn at random where a student's had none
                found[name] = notebook
    return found


def everything(root: Path, db_url: str) -> dict[str, object]:
    """Gradebook and files together."""
    return {**gradebook_rows(db_url), "files": graded_files(root)}
