"""What nbgrader runs in place of its own steps, so that plain `nbgrader autograde` and
formgrader's button sanitize, sandbox, judge and record as `gdgrader autograde` does."""

from __future__ import annotations

import contextlib
import glob
import secrets
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import rmtree
from traitlets import Bool, Bunch, Dict, Instance, Unicode, Union, default, validate

from gdgrader.autograde.safe_folder import made_safe, unreadable
from gdgrader.course.edition import Edition, instructors_version
from gdgrader.course.paths import CoursePaths
from gdgrader.gradebook import states
from gdgrader.gradebook.scores import RECORD
from gdgrader.grading.judge import Judge
from gdgrader.grading.notebook import graded, prepared
from gdgrader.grading.worker import own_kit
from gdgrader.limited import Delayed
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.limits import Limits
from gdgrader.submission.choose import NOTHING, Chosen, find_notebook, read_ordinary
from gdgrader.submission.files import files_below
from gdgrader.submission.find import LINKED
from gdgrader.submission.read import Unreadable
from gdhelpers.verdicts import Fault

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
        self.remarks: dict[Path, list[str]] = {}  # of a submission's folder
        self.chosen: dict[Path, Chosen] = {}  # by the path it should have
        self.missing: dict[Path, Exception] = {}  # by folder: why there is none
        if isinstance(self.parent, Autograde):
            self.paths = CoursePaths(self.parent.coursedir)
            self.configured_hook = self.parent.pre_convert_hook
            self.parent.pre_convert_hook = self.before_each
            if self.parent.coursedir.assignment_id:
                self._fail_at_once()

    @default("seed")
    def _new_seed(self) -> str:
        return secrets.token_hex(16)

    def edition(self, resources: dict) -> Edition:
        """The instructor's version of the notebook being converted."""
        where = resources["nbgrader"]
        folder = self.paths.source(where["assignment"])
        return instructors_version(folder / f"{where['notebook']}.ipynb", self.config)

    def before_each(self, assignment: str, student: str, notebooks: list[str]) -> None:
        """nbgrader's `pre_convert_hook`, called before it copies a submission.

        Takes back its scores, as it is graded anew, and makes its folder safe. The
        names that nbgrader tells are patterns, such as `*`.
        """
        place = Path(notebooks[0]).parent
        who, lesson = self.paths.submission_at(place)  # nbgrader found it there
        for resources in self._notebooks_of(who, lesson):
            with contextlib.suppress(MissingEntry):
                _fail(resources, INTERRUPTED, new=False)
        folder, source = place.resolve(), self.paths.source(lesson)
        find = partial(self._find, folder, source)
        self.remarks[folder] = made_safe(folder, notebooks, source, find)
        # nbgrader will end these without a word of why: it copies all files.
        why = unreadable(folder)
        if not why and not {Path(n).stem for n in notebooks} & set(self._names(lesson)):
            why = self.missing.get(folder, NOTHING)
        if why:
            reason = "; ".join([str(why), *self.remarks[folder]])
            for resources in self._notebooks_of(who, lesson):
                with contextlib.suppress(MissingEntry):
                    _fail(resources, reason, _fault(why))
        if self.configured_hook:
            self.configured_hook(
                assignment=assignment, student=student, notebooks=notebooks
            )

    def _find(self, folder: Path, source: Path, name: str) -> Chosen | None:
        """The notebook of a name in a student's folder, found once; None for none."""
        path = folder / f"{name}.ipynb"
        if path not in self.chosen:
            try:
                edition = instructors_version(source / path.name, self.config)
                self.chosen[path] = find_notebook(folder, name, edition)
            except (Unreadable, Delayed, OSError, ValueError) as error:
                self.missing[folder] = error
        return self.chosen.get(path)

    def _names(self, lesson: str) -> list[str]:
        return [path.stem for path in self.paths.source(lesson).glob("*.ipynb")]

    def _notebooks_of(self, student: str, lesson: str) -> Iterator[dict]:
        """What names each notebook that a submission should hold."""
        for notebook in self._names(lesson):
            names = {"assignment": lesson, "student": student, "notebook": notebook}
            yield {"nbgrader": {**names, "db_url": self.parent.coursedir.db_url}}

    def _fail_at_once(self) -> None:
        """Say of links and of folders without a notebook that they failed.

        nbgrader would grade what a link leads to; the empty it leaves out before it
        calls a hook, and would keep an older score. So it does with notebooks that have
        another name or place, and in a folder whose name is a pattern to it, it finds
        another's: these are put right.

        Errors: NbGraderException where nothing else is to be graded.
        """
        course = self.parent.coursedir
        excluded = course.student_id_exclude.split(",")
        lesson = course.assignment_id
        source = self.paths.source(lesson)
        for student, folder in self.paths.submissions(lesson, course.student_id):
            linked = self.paths.is_linked(student, lesson)
            plain = glob.escape(str(folder)) == str(folder)
            known = self.parent.assignments.pop(str(folder), None)
            if known and plain and not linked:
                self.parent.assignments[str(folder)] = known
            if student in excluded or (known and plain and not linked):
                continue
            if linked:
                found = []
            else:
                names, place = self._names(lesson), folder.resolve()
                found = [name for name in names if self._find(place, source, name)]
            if found:
                paths = [str(folder / f"{name}.ipynb") for name in found]
                self.parent.assignments[str(folder)] = paths
                continue
            reason = LINKED if linked else self.missing.get(folder.resolve(), NOTHING)
            for resources in self._notebooks_of(student, lesson):
                with contextlib.suppress(MissingEntry):
                    _fail(resources, str(reason), _fault(reason))
                    self.log.error("%s: not graded: %s", student, reason)
            older = self.paths.autograded(student, lesson)
            if older.exists():
                rmtree(str(older))
        if not self.parent.assignments:
            raise NbGraderException("nothing was graded: see above")

    def from_filename(self, filename: str, resources: dict | None = None, **kwargs):
        """Convert one notebook; nothing it holds ends the run for the others."""
        try:
            if self._rescuing:
                # What is not finished has failed, and no older score outlives it.
                _fail(resources, INTERRUPTED)
                if Path(filename).resolve() not in self.chosen:
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
        chosen = self.chosen.pop(path, None)
        notebook = prepared(
            chosen.content if chosen else file_stream.buffer.read(),
            self.edition(resources),
            self.remarks.pop(path.parent, []),
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
    limits = Union(
        [Instance(Limits), Dict()],
        help="What one submission may use: those that differ, by name, such as "
        "{'cell_seconds': 120}. `gdgrader autograde` heeds them too.",
    ).tag(config=True)

    @default("limits")
    def _default_limits(self) -> Limits:
        return Limits()

    @validate("limits")
    def _by_name(self, proposal: Bunch) -> Limits:
        limits = proposal["value"]
        return limits if isinstance(limits, Limits) else Limits.of(limits)

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Execute and judge; leave the scores for `SaveVerdicts`.

        Once more where load, or trouble of our own, may have had a part in it.
        """
        exporter = self.parent
        edition = exporter.edition(resources)
        files, notes = files_below(
            Path(resources["metadata"]["path"]),
            edition.path.parent,
            exporter.paths.release(resources["nbgrader"]["assignment"]),
        )
        nb.metadata[RECORD]["notes"] += notes
        untouched = deepcopy(nb)
        judge, sandbox = self._equipped(edition)
        try:
            scores = graded(nb, judge, sandbox, files)
        except RuntimeError:  # nothing that a student's code does
            scores = None
        if scores is None or scores.undecided:
            nb = untouched
            judge, sandbox = self._equipped(edition)
            scores = graded(nb, judge, sandbox, files)
        state = states.State(states.GRADED, seed=exporter.seed)
        resources[RECORD] = (scores, state)
        return nb, resources

    def _equipped(self, edition: Edition) -> tuple[Judge, KernelHost]:
        kit = own_kit()
        sandbox = kit.sandbox.open(self.sandbox, self.limits)
        return kit.judge(edition, self.parent.seed, sandbox), sandbox


class SaveVerdicts(NbGraderPreprocessor):
    """Writes the judge's verdicts, and nothing a cell's output says."""

    def preprocess(self, nb: NotebookNode, resources: dict):
        """Replace the scores of the notebook."""
        scores, state = resources[RECORD]
        where = resources["nbgrader"]
        place = _place(resources)

        def write() -> None:
            with Gradebook(states.with_timeout(where["db_url"])) as book:
                states.save(book, place, scores, state)

        states.retried(write)
        return nb, resources


def _fault(why: str | Exception) -> Fault:
    """Whose fault it is that there is no notebook."""
    return Fault.GRADER if isinstance(why, Delayed) else Fault.UNREADABLE


def _place(resources: dict) -> states.NotebookKey:
    where = resources["nbgrader"]
    return states.NotebookKey(where["assignment"], where["student"], where["notebook"])


def _fail(
    resources: dict, reason: str, fault: Fault = Fault.GRADER, new: bool = True
) -> None:
    """Note a failure; without `new` only for a submission the gradebook knows."""

    def write() -> None:
        with Gradebook(states.with_timeout(resources["nbgrader"]["db_url"])) as book:
            place = _place(resources)
            if not new:
                book.find_submission(place.assignment, place.student)
            states.save_failure(book, place, reason, fault)

    states.retried(write)


def _reason(error: Exception) -> str:
    if isinstance(error, Unreadable | states.DatabaseBusy):
        return str(error)
    return f"{type(error).__name__}: {error}".strip()[:1000]
