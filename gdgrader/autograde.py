"""What nbgrader runs in place of its own steps, so that plain `nbgrader autograde` and
formgrader's button sanitize, sandbox, judge and record as `gdgrader autograde` does."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import rmtree
from traitlets import Bool, Instance, Unicode, default

from gdgrader import gradebook, grading
from gdgrader.files import files_below
from gdgrader.handin import read_ordinary
from gdgrader.instructor import Edition, instructors_version
from gdgrader.limits import Limits
from gdgrader.prepare import Current, remarks_on
from gdgrader.session import open_sandbox
from gdgrader.submission import Unreadable
from gdhelpers.verdicts import Fault

NOTHING = "no notebook was handed in"
INTERRUPTED = "its grading was interrupted; grade it again"


class GradingFailed(RuntimeError):
    """A submission was not graded; nbgrader reports it and goes on with the next."""


class SubmissionExporter(NotebookExporter):
    """Reads odd submissions, and turns every failure into a state in the gradebook."""

    seed = Unicode(
        help="Decides the inputs of the judge; drawn anew for each run if not set."
    ).tag(config=True)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        Current.take_back = self.take_back
        if isinstance(self.parent, Autograde) and self.parent.coursedir.assignment_id:
            self._fail_the_empty()

    @default("seed")
    def _new_seed(self) -> str:
        return secrets.token_hex(16)

    def edition(self, resources: dict) -> Edition:
        """The instructor's version of the notebook being converted."""
        where, course = resources["nbgrader"], self.parent.coursedir
        folder = course.format_path(course.source_directory, ".", where["assignment"])
        path = Path(course.root, folder, f"{where['notebook']}.ipynb")
        return instructors_version(path, self.config)

    def take_back(self, folder: Path) -> None:
        """Take back the scores of the submission in `folder`: it is graded anew."""
        for resources in self._notebooks_of(folder):
            with contextlib.suppress(MissingEntry):
                _fail(resources, INTERRUPTED, new=False)

    def _notebooks_of(self, folder: Path) -> Iterator[dict]:
        """What names each notebook that the submission in `folder` should hold."""
        course = self.parent.coursedir
        names = {"student_id": "(?P<student>.+)", "assignment_id": "(?P<lesson>.+)"}
        step = course.submitted_directory
        pattern = course.format_path(step, **names, escape=True)
        if not (found := re.fullmatch(pattern, str(folder))):
            return
        source = course.format_path(course.source_directory, ".", found["lesson"])
        for path in Path(source).glob("*.ipynb"):
            names = {"assignment": found["lesson"], "student": found["student"]}
            names |= {"notebook": path.stem, "db_url": course.db_url}
            yield {"nbgrader": names}

    def _fail_the_empty(self) -> None:
        """Say of folders without a notebook that they failed.

        nbgrader leaves them out before it calls a hook, and would keep an older score.
        """
        course = self.parent.coursedir
        excluded = course.student_id_exclude.split(",")
        step, lesson = course.submitted_directory, course.assignment_id
        wanted = Path(course.format_path(step, course.student_id, lesson))
        for folder in Path(wanted.anchor).glob(str(wanted.relative_to(wanted.anchor))):
            if not folder.is_dir() or any(folder.glob("*.ipynb")):
                continue
            for resources in self._notebooks_of(folder):
                student = resources["nbgrader"]["student"]
                if student in excluded:
                    continue
                with contextlib.suppress(MissingEntry):
                    _fail(resources, NOTHING, Fault.UNREADABLE)
                    self.log.error("%s: not graded: %s", student, NOTHING)
                graded = course.autograded_directory
                older = course.format_path(graded, student, lesson)
                if Path(older).exists():
                    rmtree(older)

    def from_filename(self, filename: str, resources: dict | None = None, **kwargs):
        """Convert one notebook; nothing it holds ends the run for the others."""
        try:
            if self._rescuing:
                # What is not finished has failed, and no older score outlives it.
                _fail(resources, INTERRUPTED)
                read_ordinary(Path(filename))
            return super().from_filename(filename, resources=resources, **kwargs)
        except Exception as error:
            reason = _reason(error)
            _fail(resources, reason, getattr(error, "fault", Fault.GRADER))
            where = resources["nbgrader"]
            raise GradingFailed(f"{where['student']}: not graded: {reason}") from error

    def from_file(self, file_stream, resources: dict | None = None, **kwargs):
        """Convert what a file holds: as submitted, or as we sanitized it."""
        if not self._rescuing:
            return super().from_file(file_stream, resources=resources, **kwargs)
        path = Path(file_stream.name).resolve()
        notebook = grading.prepared(
            file_stream.buffer.read(),
            self.edition(resources),
            remarks_on.pop(path, []),
        )
        return self.from_notebook_node(notebook, resources=resources, **kwargs)

    @property
    def _rescuing(self) -> bool:
        return any(isinstance(step, Rescue) for step in self._preprocessors)


class Rescue(NbGraderPreprocessor):
    """Stands first among the sanitizing steps: tells the exporter to rescue."""

    def preprocess(self, nb: NotebookNode, resources: dict):
        """The exporter rescued on reading, so there is nothing left to do."""
        return nb, resources


class GdExecute(NbGraderPreprocessor):
    """Runs a student's cells in the sandbox and has the judge rule on graded ones."""

    sandbox = Bool(
        True,
        help="False runs strangers' code with your own rights: files, network, all.",
    ).tag(config=True)
    limits = Instance(Limits, help="What one submission may use.").tag(config=True)

    @default("limits")
    def _default_limits(self) -> Limits:
        return Limits()

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Execute and judge; leave the scores for `SaveVerdicts`."""
        exporter = self.parent
        edition = exporter.edition(resources)
        course, lesson = exporter.parent.coursedir, resources["nbgrader"]["assignment"]
        released = course.format_path(course.release_directory, ".", lesson)
        files, notes = files_below(
            Path(resources["metadata"]["path"]),
            edition.path.parent,
            Path(course.root, released),
        )
        nb.metadata[grading.RECORD]["notes"] += notes
        scores = grading.graded(
            nb, edition, exporter.seed, open_sandbox(self.sandbox, self.limits), files
        )
        state = gradebook.State(gradebook.GRADED, seed=exporter.seed)
        resources[grading.RECORD] = (scores, state)
        return nb, resources


class SaveVerdicts(NbGraderPreprocessor):
    """Writes the judge's verdicts, and nothing a cell's output says."""

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Replace the scores of the notebook."""
        scores, state = resources[grading.RECORD]
        where = resources["nbgrader"]
        place = _place(resources)

        def write() -> None:
            with Gradebook(gradebook.patient(where["db_url"])) as book:
                gradebook.save(book, place, scores, state)

        gradebook.patiently(write)
        return nb, resources


def _place(resources: dict) -> gradebook.Where:
    where = resources["nbgrader"]
    return gradebook.Where(where["assignment"], where["student"], where["notebook"])


def _fail(
    resources: dict, reason: str, fault: Fault = Fault.GRADER, new: bool = True
) -> None:
    """Note a failure; without `new` only for a submission the gradebook knows."""

    def write() -> None:
        with Gradebook(gradebook.patient(resources["nbgrader"]["db_url"])) as book:
            place = _place(resources)
            if not new:
                book.find_submission(place.assignment, place.student)
            gradebook.save_failure(book, place, reason, fault)

    gradebook.patiently(write)


def _reason(error: Exception) -> str:
    if isinstance(error, Unreadable | gradebook.DatabaseBusy):
        return str(error)
    return f"{type(error).__name__}: {error}".strip()[:1000]
