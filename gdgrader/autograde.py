"""What nbgrader runs in place of its own steps, so that plain `nbgrader autograde` and
formgrader's button sanitize, sandbox, judge and record as `gdgrader autograde` does."""

from __future__ import annotations

import atexit
import contextlib
import html
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Instance, Unicode, default

from gdgrader import gradebook, grading
from gdgrader.handin import TIMESTAMP, likeness, read_ordinary, timestamp
from gdgrader.instructor import Edition, instructors_version
from gdgrader.limits import Limits
from gdgrader.sandbox import NoSandbox, Sandbox
from gdgrader.submission import Unreadable

INTERRUPTED = "its grading was interrupted; grade it again"
_remarks: dict[Path, list[str]] = {}  # of `prepare`, for the notebook's rescue


class GradingFailed(RuntimeError):
    """A submission was not graded; nbgrader reports it and goes on with the next."""


def prepare(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's `pre_convert_hook`: find the notebook; leave no links to follow.

    Called for each submission. nbgrader copies what links point at, and waits for ever
    for a pipe's content, so they are removed: they hold no work. A notebook of another
    name is copied to the name it should have.
    """
    folder = Path(notebooks[0]).resolve().parent
    remarks = []
    if _Current.exporter:
        _Current.exporter.take_back(folder)
    for path in list(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            try:
                path.unlink()
            except OSError:
                notebooks.clear()  # better nothing of it than what a link leads to
                return
            remarks.append(f"{path.name} was a link or no file; it was removed.")
    for path in _in_the_way(folder):
        path.rename(path.with_name(f"{path.name}.submitted"))
        remarks.append(f"{path.name} took the place of a given file; it was renamed.")
    stamp = folder / TIMESTAMP
    # nbgrader gives a submission up for a time that it cannot read.
    if stamp.exists() and not timestamp({TIMESTAMP: stamp.read_bytes()[:200]}):
        stamp.unlink()
        remarks.append(f"{TIMESTAMP} said no time that can be read; it was removed.")
    names = sorted(p.name for p in Path("source", folder.name).glob("*.ipynb"))
    here = {p.name for p in folder.glob("*.ipynb")}
    for name in names:
        others = sorted(here - set(names), key=lambda n: likeness(n, name))
        if name not in here and others:
            shutil.copyfile(folder / others[-1], folder / name)
            remarks.append(f"The notebook was called {others[-1]!r}, not {name!r}.")
    found = [str(Path(notebooks[0]).parent / p.name) for p in folder.glob("*.ipynb")]
    notebooks[:] = sorted(n for n in found if Path(n).name in names) or notebooks
    for name in names:
        _remarks[folder / name] = remarks


def _in_the_way(folder: Path) -> Iterator[Path]:
    """Folders where the instructor has a file, and files where there is a folder."""
    source = Path("source", folder.name)
    for given in source.rglob("*"):
        path = folder / given.relative_to(source)
        if path.exists() and path.is_dir() != given.is_dir():
            yield path


class _Current:
    """The exporter of the run, which alone knows the course `prepare` is called for."""

    exporter: ClassVar[SubmissionExporter | None] = None


class SubmissionExporter(NotebookExporter):
    """Reads odd submissions, and turns every failure into a state in the gradebook."""

    seed = Unicode(
        help="Decides the inputs of the judge; drawn anew for each run if not set."
    ).tag(config=True)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _Current.exporter = self

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
        course = self.parent.coursedir
        names = {"student_id": "(?P<student>.+)", "assignment_id": "(?P<lesson>.+)"}
        step = course.submitted_directory
        pattern = course.format_path(step, **names, escape=True)
        if not (found := re.fullmatch(pattern, str(folder))):
            return
        for path in Path("source", found["lesson"]).glob("*.ipynb"):
            names = {"assignment": found["lesson"], "student": found["student"]}
            names |= {"notebook": path.stem, "db_url": course.db_url}
            with contextlib.suppress(MissingEntry):
                _fail({"nbgrader": names}, INTERRUPTED, new=False)

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
            _fail(resources, reason)
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
            _remarks.pop(path, []),
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
        files, notes = grading.files_below(
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


class ShowNotes(NbGraderPreprocessor):
    """Tells the student, on top of the feedback, what was put right or stopped."""

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Add a cell with the notes, and nothing that an old widget could run."""
        notes = nb.metadata.get(grading.RECORD, {}).get("notes", [])
        nb.metadata.pop("widgets", None)
        if notes:
            lines = [f"- {html.escape(note)}" for note in notes]
            text = "**When this was graded:**\n\n" + "\n".join(lines)
            nb.cells.insert(0, new_markdown_cell(text))
        return nb, resources


class _Open:
    """This process's sandbox, opened and tested once."""

    key: ClassVar[tuple | None] = None
    sandbox: ClassVar[NoSandbox | None] = None


def open_sandbox(isolated: bool, limits: Limits) -> NoSandbox:
    """This process's sandbox, self-tested when it is opened.

    Errors: SandboxUnavailable, SandboxError: then no stranger's code is run.
    """
    if _Open.key != (isolated, limits) or not _alive(_Open.sandbox):
        close_sandbox()
        sandbox = (Sandbox if isolated else NoSandbox)(limits)
        try:
            sandbox.open().self_test()
        except BaseException:
            sandbox.close()
            raise
        _Open.key, _Open.sandbox = (isolated, limits), sandbox
    return _Open.sandbox


@atexit.register
def close_sandbox() -> None:
    """End this process's sandbox, if it has one."""
    sandbox, _Open.sandbox, _Open.key = _Open.sandbox, None, None
    if sandbox:
        sandbox.close()


def _alive(sandbox: NoSandbox | None) -> bool:
    return bool(sandbox and sandbox.server and sandbox.server.process.poll() is None)


def _place(resources: dict) -> gradebook.Where:
    where = resources["nbgrader"]
    return gradebook.Where(where["assignment"], where["student"], where["notebook"])


def _fail(resources: dict, reason: str, new: bool = True) -> None:
    """Note a failure; without `new` only for a submission the gradebook knows."""

    def write() -> None:
        with Gradebook(gradebook.patient(resources["nbgrader"]["db_url"])) as book:
            place = _place(resources)
            if not new:
                book.find_submission(place.assignment, place.student)
            gradebook.save_failure(book, place, reason)

    gradebook.patiently(write)


def _reason(error: Exception) -> str:
    if isinstance(error, Unreadable | gradebook.DatabaseBusy):
        return str(error)
    return f"{type(error).__name__}: {error}".strip()[:1000]
