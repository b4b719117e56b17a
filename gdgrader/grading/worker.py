"""Grade one submission in any process: a task goes in, a result comes out."""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path

import nbformat
from traitlets.config import Config

from gdgrader.course.edition import Edition, edition_from
from gdgrader.gradebook.scores import RECORD
from gdgrader.grading.judge import Judge
from gdgrader.grading.notebook import graded, prepared
from gdgrader.grading.references import References, SharedReferences
from gdgrader.grading.task import Result, Task, Terms
from gdgrader.sandbox.current import CurrentSandbox
from gdgrader.sandbox.host import KernelHost
from gdgrader.submission.files import merged
from gdgrader.submission.note import Note
from gdgrader.submission.read import Unreadable
from gdhelpers.verdicts import Fault


class WorkerKit:
    """What a process grades with; it can be sent to the process before its first task.

    Args:
        sandbox: the process's, opened or not; None for one that it opens itself.
        shared: references that another process asks for; None for none.
    """

    def __init__(
        self,
        sandbox: CurrentSandbox | None = None,
        shared: SharedReferences | None = None,
    ) -> None:
        self.sandbox = sandbox or CurrentSandbox()
        self.references = References(shared)

    def judge(self, edition: Edition, seed: str, sandbox: KernelHost) -> Judge:
        """A judge who knows what the references answer.

        Errors: ReferenceFailed; whatever keeps the sandbox from starting a kernel.
        """
        return Judge(edition, seed, self.references.of(edition, seed, sandbox))


@cache
def own_kit() -> WorkerKit:
    """This process's kit, for all that it grades where it was handed none."""
    return WorkerKit()


def grade_submission(task: Task, kit: WorkerKit | None = None) -> Result:
    """Grade one submission; what it did wrong is in the result, never raised.

    Once more where the sandbox broke under it, which is nobody's fault.
    """
    kit = kit or own_kit()
    result, sound = _tried(task, kit)
    return result if sound else _tried(task, kit)[0]


def _tried(task: Task, kit: WorkerKit) -> tuple[Result, bool]:
    began = time.monotonic()
    try:
        sandbox = kit.sandbox.open(task.terms.isolated, task.terms.limits)
        edition = edition_of(task.terms)
        judge = kit.judge(edition, task.seed, sandbox)
    # So far no student's code was run.
    except (RuntimeError, OSError, ValueError) as error:
        return Result(reason=str(error), unavailable=True), False
    try:
        notebook = prepared(task.content, edition, list(task.notes))
        files = merged(task.files, task.terms.released)
        scores = graded(notebook, judge, sandbox, files)
        if not scores.undecided:  # else the next run shall not call it unchanged
            notebook.metadata[RECORD]["fingerprint"] = task.fingerprint
    except Exception as error:
        plain = isinstance(error, Unreadable)
        reason = str(error) if plain else f"{type(error).__name__}: {error}"
        failed = Result(
            reason=reason[:1000],
            seconds=time.monotonic() - began,
            fault=getattr(error, "fault", Fault.GRADER),
            undecided=isinstance(error, RuntimeError) and not plain,
        )
        return failed, sandbox.alive and not isinstance(error, RuntimeError)
    result = Result(
        nbformat.writes(notebook).encode("utf-8", "replace"),
        scores,
        notes=tuple(
            str(Note.from_stored(note)) for note in notebook.metadata[RECORD]["notes"]
        ),
        seconds=time.monotonic() - began,
        undecided=scores.undecided,
    )
    return result, sandbox.alive  # else cells may have been blamed for its end


def edition_of(terms: Terms) -> Edition:
    """The instructor's version, from the bytes that travelled."""
    path = Path(terms.lesson, f"{terms.notebook}.ipynb")
    config = Config({"ClearSolutions": json.loads(terms.cleared)})
    return edition_from(terms.source, path, config)
