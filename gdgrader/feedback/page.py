"""The page a student gets: the verdict and its hint at each exercise, and no script.

nbgrader's `generate_feedback` runs `ForStudents` and `FeedbackExporter`, which also
makes a page for each submission that failed: why, and what to do.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, PackageLoader
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter

from gdgrader.course.edition import marks
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook import states
from gdgrader.gradebook.scores import RECORD
from gdgrader.gradebook.states import FAILED, State
from gdgrader.shown import for_page
from gdgrader.submission.choose import read_ordinary
from gdgrader.submission.find import TIMESTAMP
from gdgrader.submission.note import Note, bounded
from gdgrader.submission.outputs import keep_small
from gdgrader.submission.read import Unreadable
from gdhelpers.verdicts import Fault, Verdict

PAGE = "gdgrader"  # where cells and resources say what the template shows
MATHS = re.compile(r"\$|\\begin\{|\\\(|\\\[")
# Of those tried the style whose colours all have a contrast of 4.5 : 1 and more.
COLOURS = HtmlFormatter(style="xcode").get_style_defs(".highlight")
NOWHERE = Path(os.devnull)
FAILED_PAGE = '<meta content="not graded" name="gdgrader"/>'  # as nbconvert writes it


class ForStudents(NbGraderPreprocessor):
    """Notes beside each cell what is to be said of it; cuts what is too large."""

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Fill the notebook's metadata and `resources` for the template."""
        record = nb.metadata.get(RECORD, {})
        verdicts, where = record.get("verdicts", {}), resources["nbgrader"]
        notes = map(Note.from_stored, record.get("notes", []))
        nb.metadata = NotebookNode()
        keep_small(nb)
        waiting = _waiting(where)
        exercises = []
        for cell in nb.cells:
            mark = marks(cell)
            name = mark.get("grade_id", "")
            shown = {"name": name, "waiting": name in waiting}
            shown["answer"] = bool(mark.get("solution") or mark.get("task"))
            if mark.get("grade"):
                exercises.append(shown)
                shown |= {"title": name.replace("_", " "), "right": None}
            if name in verdicts:
                shown |= _shown(Verdict.from_stored(verdicts[name]))
            shown |= {key: mark.get(key) for key in ("score", "points", "comment")}
            cell.metadata[PAGE] = shown
        resources[PAGE] = {
            "exercises": exercises,
            "notes": list(map(str, bounded(notes))),
            "waiting": bool(waiting),
            # MathJax is the only script, and comes from the web: where it is needed.
            "maths": any(MATHS.search(text) for text in _texts(nb)),
            "colours": COLOURS,
        }
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """Makes the page; begins with those of failed submissions, which have no grades."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.extra_loaders = [PackageLoader(__package__, "")]
        self.template_file = "page.html.j2"
        if converter := self.parent:
            paths = CoursePaths(converter.coursedir)
            self._add_patterns(paths)
            self._leave_out_the_removed(paths)
            for student, notebook, state in _failed(paths):
                lesson = paths.course.assignment_id
                # Behind a link lies a neighbour's secret, by which the exchange would
                # put this page in place of theirs.
                linked = paths.is_linked(student, lesson)
                submitted = NOWHERE if linked else paths.submitted(student, lesson)
                folder = paths.feedback(student, lesson)
                try:
                    self._tell(submitted, folder, notebook, state)
                except OSError as error:  # one folder is no other's affair
                    self.log.error("%s: no page was made: %s", student, error)

    def _add_patterns(self, paths: CoursePaths) -> None:
        """Put right whose name is a pattern: nbgrader finds none, or another's."""
        course, assignments = paths.course, self.parent.assignments
        lesson = course.assignment_id
        for student, _ in paths.submissions(lesson, course.student_id):
            folder = paths.autograded(student, lesson)
            notebooks = sorted(map(str, folder.glob("*.ipynb")))
            if notebooks and glob.escape(str(folder)) != str(folder):
                assignments[str(folder)] = notebooks

    def _leave_out_the_removed(self, paths: CoursePaths) -> None:
        """Pass over what was graded of someone whom the gradebook knows no more."""
        course, assignments = paths.course, self.parent.assignments
        with Gradebook(course.db_url) as book:
            submissions = book.assignment_submissions(course.assignment_id)
            students = [submission.student_id for submission in submissions]
        known = {paths.autograded(s, course.assignment_id) for s in students}
        for place in [p for p in assignments if Path(p) not in known]:
            del assignments[place]
            self.log.warning("%s: passed over: not in the gradebook", place)

    def _create_environment(self) -> Environment:
        made = super()._create_environment()
        made.autoescape = True
        return made

    def _tell(self, submitted: Path, folder: Path, notebook: str, state: State) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if state.status != FAILED:
            return  # it is graded by now, so that nbgrader makes its page anew
        folder.mkdir(parents=True)
        resources = {
            "nbgrader": {"notebook": notebook},
            PAGE: {"failed": "" if state.fault.ours else state.reason},
        }
        page, _ = self.from_notebook_node(new_notebook(), resources)
        (folder / f"{notebook}.html").write_text(for_page(page), encoding="utf-8")
        # The exchange needs what stands beside the submission to send it back.
        for name in (TIMESTAMP, "submission_secret.txt"):
            try:
                (folder / name).write_bytes(read_ordinary(submitted / name))
            except (Unreadable, OSError):
                continue


def _failed(paths: CoursePaths) -> Iterator[tuple[str, str, State]]:
    """Student, notebook and state of who failed, or whose page says so."""
    course = paths.course
    lesson, wanted = course.assignment_id, course.student_id
    excluded = course.student_id_exclude.split(",")
    with Gradebook(course.db_url) as book:
        students = [s.id for s in book.students if wanted in ("*", s.id)]
        names = [n.name for n in book.find_assignment(lesson).notebooks]
        if not names:
            return
        found = {s: states.state(book, lesson, s) for s in students}
    for student in set(students) - set(excluded):
        page = paths.feedback(student, lesson) / f"{names[0]}.html"
        if found[student].status == FAILED or (
            page.exists() and FAILED_PAGE in page.read_text(encoding="utf-8")
        ):
            yield student, names[0], found[student]


def _texts(nb: NotebookNode) -> Iterator[str]:
    """What is shown as text: cells and comments."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            yield cell.source
        yield cell.metadata[PAGE]["comment"] or ""


def _waiting(where: dict) -> set[str]:
    """The graded cells to which a person has still to give a score."""
    with Gradebook(where["db_url"]) as book:
        found = book.find_submission_notebook(
            where["notebook"], where["assignment"], where["student"]
        )
        return {
            grade.name
            for grade in found.grades
            if grade.needs_manual_grade and grade.manual_score is None
        }


def _shown(verdict: Verdict) -> dict:
    """A verdict as the template shows it: every second part of the hint is code."""
    # What it should give is for those who tried.
    tried = verdict.fault != Fault.UNWRITTEN
    return {
        "right": verdict.right,
        "details": verdict.details if tried else [],
        "hint": verdict.advice.split("`"),
        **({"title": verdict.title} if verdict.title else {}),
    }
