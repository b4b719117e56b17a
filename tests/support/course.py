"""A small course in a temporary folder, to send submissions through the real pipeline.

course = Course(tmp_path)
course.submit("ann", course.answered(RIGHT))
course.submit("bob", b"not a notebook")
course.autograde()
assert course.points("ann") == course.most
"""

from __future__ import annotations

import base64
import csv
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from gdgrader.config import apply
from gdgrader.course.edition import Edition
from gdgrader.exercises.reference import entries
from gdgrader.gradebook import states
from gdgrader.grading.judge import Judge
from gdgrader.lms.export import StatusExport
from gdgrader.sandbox.limits import Limits
from gdgrader.submission.note import Note
from gdhelpers.verdicts import Verdict

LESSON = "tiny"
STEP = "def single_step_gradient_descent(theta, learning_rate):\n"
DESCEND = "def gradient_descent(theta, learning_rate, num_steps):\n"
RIGHT_STEP = STEP + "    return theta - learning_rate * 2 * theta"
RIGHT_DESCEND = (
    DESCEND
    + "    for _ in range(num_steps):\n"
    + "        theta = single_step_gradient_descent(theta, learning_rate)\n"
    + "    return theta"
)
RIGHT = {"step": RIGHT_STEP, "descend": RIGHT_DESCEND}
FULL = {"step_up": 1.0, "step_down": 2.0, "descend_long": 4.0}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 60).decode()  # by its first bytes
# By the clock all the time that a busy machine needs to tell an endless loop.
LIMITS = Limits(cell_seconds=60, submission_seconds=120, wall_factor=1000)


def _marked(cell: NotebookNode, grade_id: str, **marks) -> NotebookNode:
    usual = {"grade": False, "locked": False, "solution": False, "task": False}
    cell.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": grade_id,
        **usual,
        **marks,
    }
    cell.id = grade_id.replace("_", "-")
    return cell


def _solution(grade_id: str, source: str) -> NotebookNode:
    head, body = source.split("\n", 1)
    text = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    return _marked(new_code_cell(text), grade_id, solution=True)


def _graded(grade_id: str, points: int, check: str) -> NotebookNode:
    cell = new_code_cell(check)
    return _marked(cell, grade_id, grade=True, locked=True, points=points)


def source() -> NotebookNode:
    """The instructor's notebook: imports, two exercises, a written answer."""
    single, many = "single_step_gradient_descent", "gradient_descent"
    cells = [
        new_markdown_cell("# A tiny lesson", id="title"),
        _marked(
            new_code_cell("import math\n\nfrom gdhelpers.checks import check"),
            "given_imports",
            locked=True,
        ),
        _solution("step", RIGHT_STEP),
        _graded("step_up", 1, f'check({single}, "{single}", "a positive start")'),
        _graded("step_down", 2, f'check({single}, "{single}", "a negative start")'),
        new_markdown_cell("Now many steps.", id="text"),
        _solution("descend", RIGHT_DESCEND),
        new_code_cell(f"print({many}(1.0, 0.1, 3))", id="try-it"),
        _graded("descend_long", 4, f'check({many}, "{many}")'),
        _marked(
            new_markdown_cell("### BEGIN SOLUTION\nFast.\n### END SOLUTION"),
            "words",
            grade=True,
            solution=True,
            points=3,
        ),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    return notebook


def course_config(root: Path, ours: bool = True) -> Config:
    """A course's configuration; with `ours` false nbgrader's own."""
    config = Config()
    if ours:
        apply(config)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    return config


@cache
def _released() -> tempfile.TemporaryDirectory:
    """The course before anybody handed in: made once, as nbgrader takes seconds."""
    made = tempfile.TemporaryDirectory(prefix="course-")
    folder = Path(made.name) / "source" / LESSON
    folder.mkdir(parents=True)
    nbformat.write(source(), folder / f"{LESSON}.ipynb")
    (folder / "numbers.csv").write_text("x\n1\n2\n")
    done = NbGraderAPI(config=course_config(Path(made.name))).generate_assignment(
        LESSON
    )
    assert done["success"], done
    return made


class Course:
    """A course of one lesson with its gradebook; see the top of this module.

    Args:
        root: an empty folder.
        limits: for each submission.
        isolated: False runs submissions without a sandbox.
    """

    most = 7.0  # what the judge gives at most; the written answer has 3 more

    def __init__(
        self, root: Path, limits: Limits = LIMITS, isolated: bool = True
    ) -> None:
        self.root = root
        shutil.copytree(_released().name, root, dirs_exist_ok=True)
        self.config = course_config(root)
        self.config.GdExecute.limits = limits
        self.config.GdExecute.sandbox = isolated

    @property
    def db_url(self) -> str:
        return f"sqlite:///{self.root / 'gradebook.db'}"

    @property
    def api(self) -> NbGraderAPI:
        return NbGraderAPI(config=self.config)

    def release(self) -> NotebookNode:
        """The student edition."""
        path = self.root / "release" / LESSON / f"{LESSON}.ipynb"
        return nbformat.read(path, as_version=4)

    def answered(self, answers: dict[str, str] | None = None) -> NotebookNode:
        """The student edition with these sources, by grade id, in its cells."""
        notebook = self.release()
        for name, text in (answers or {}).items():
            cell(notebook, name).source = text
        return notebook

    def folder(self, student: str) -> Path:
        """Where a student's work lies, made if need be."""
        folder = self.root / "submitted" / student / LESSON
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def submit(
        self,
        student: str,
        work: NotebookNode | bytes | None,
        name: str = f"{LESSON}.ipynb",
        files: dict[str, bytes] | None = None,
    ) -> None:
        """Put a submission in; None for a folder without a notebook."""
        for path, content in (files or {}).items():
            (self.folder(student) / path).write_bytes(content)
        if isinstance(work, bytes):
            (self.folder(student) / name).write_bytes(work)
        elif work is not None:
            text = nbformat.writes(work)
            (self.folder(student) / name).write_text(text, encoding="utf-8")

    def edited(
        self, student: str, edit: Callable[[NotebookNode], object], right: bool = True
    ) -> None:
        """Submit the right answers (or a blank notebook) after `edit` changed it."""
        notebook = self.answered(RIGHT if right else {})
        changed = edit(notebook)
        self.submit(student, changed if isinstance(changed, bytes) else notebook)

    def autograde(self, student: str = "*", force: bool = True) -> dict:
        """Plain nbgrader, all students in one run; its result and log."""
        return self.api.autograde(LESSON, student, force=force)

    def scores(self, student: str) -> dict[str, float | None]:
        """The automatic score of each graded cell; None where there is none."""
        with Gradebook(self.db_url) as book:
            found = book.find_submission_notebook(LESSON, LESSON, student)
            return {grade.name: grade.auto_score for grade in found.grades}

    def points(self, student: str) -> float:
        """The sum of the judged cells' scores, of `most`."""
        scores = self.scores(student)
        return sum(scores[name] or 0 for name in scores if name != "words")

    def waiting(self, student: str) -> set[str]:
        """The graded cells that wait for a person."""
        with Gradebook(self.db_url) as book:
            found = book.find_submission_notebook(LESSON, LESSON, student)
            return {g.name for g in found.grades if g.needs_manual_grade}

    def state(self, student: str) -> states.State:
        """What became of the submission, and why."""
        with Gradebook(self.db_url) as book:
            return states.state(book, LESSON, student)

    def autograded(self, student: str) -> NotebookNode:
        """The notebook as it was graded."""
        path = self.root / "autograded" / student / LESSON / f"{LESSON}.ipynb"
        return nbformat.read(path, as_version=4)

    def notes(self, student: str) -> str:
        """What was put right or stopped."""
        notes = self.autograded(student).metadata.gdgrader.notes
        return "\n".join(str(Note.from_stored(note)) for note in notes)

    def verdict(self, student: str, grade_id: str) -> str:
        """The message of a graded cell."""
        verdicts = self.autograded(student).metadata.gdgrader.verdicts
        return Verdict.from_stored(verdicts[grade_id]).message

    def feedback(self, student: str) -> str:
        """The HTML that the student gets."""
        done = self.api.generate_feedback(LESSON, student, force=True)
        assert done["success"], done
        path = self.root / "feedback" / student / LESSON / f"{LESSON}.html"
        return path.read_text(encoding="utf-8")

    @cached_property
    def _forms(self) -> HTMLExporter:
        """Formgrader's exporter, one for all pages as there."""
        config = self.config.copy()
        config.HTMLExporter.template_name = "formgrade"
        config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
        return HTMLExporter(config=config)

    def formgrader(self, student: str) -> str:
        """The HTML that the instructor sees when grading by hand."""
        resources = {
            "index": 0,
            "total": 1,
            "base_url": "",
            "notebook_id": LESSON,
            "assignment_id": LESSON,
            "submission_id": 1,
        }
        folder = self.root / "autograded" / student / LESSON
        page, _ = self._forms.from_filename(str(folder / f"{LESSON}.ipynb"), resources)
        return page

    def exported(self) -> dict[str, dict[str, str]]:
        """The rows of grades.csv by student."""
        path = self.root / "grades.csv"
        plugin = StatusExport(to=str(path))
        with Gradebook(self.db_url) as book:
            plugin.export(book)
        with path.open(encoding="utf-8") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}


def judge_of(edition: Edition, seed: str) -> Judge:
    """A judge whose references this process finds for itself."""
    asked = sorted({cell.exercise for cell in edition.graded.values()})
    return Judge(edition, seed, entries(edition.path, asked, seed))


def cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The first cell of that grade id."""
    return next(
        c
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def insert(notebook: NotebookNode, after: str, *sources: str) -> None:
    """Put code cells of the student's own after the cell of that grade id."""
    place = notebook.cells.index(cell(notebook, after)) + 1
    notebook.cells[place:place] = [new_code_cell(text) for text in sources]
