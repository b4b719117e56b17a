"""One submission graded anywhere: bytes go in, bytes come out.

A worker knows neither the gradebook nor the course's folders, so that it may stand on
another machine. Light to import: what grades is imported by the process that does.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gdgrader.files import merged
from gdgrader.limits import Limits
from gdgrader.scores import RECORD, Note, Scores
from gdhelpers.verdicts import Fault

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from gdgrader.instructor import Edition
    from gdgrader.sandbox import Lent
    from gdgrader.sockets import RemovedFolder

# Imported once before the workers are forked, where they are.
HEAVY = ["gdgrader.lean", "gdgrader.grading", "gdgrader.session"]


@dataclass(frozen=True)
class Terms:
    """What a worker has to know of a lesson, whatever machine it stands on."""

    lesson: str
    notebook: str
    source: bytes
    released: Mapping[str, bytes]
    cleared: str  # the configuration of ClearSolutions, in JSON
    isolated: bool
    limits: Limits

    def edition(self) -> Edition:
        """The instructor's version, from the bytes that travelled."""
        return _edition(self.lesson, self.notebook, self.source, self.cleared)


@dataclass(frozen=True)
class Task:
    """One submission on its way to a worker."""

    student: str
    terms: Terms
    content: bytes
    files: Mapping[str, bytes]
    notes: tuple[str, ...]
    seed: str
    fingerprint: str


@dataclass(frozen=True)
class Result:
    """One submission on its way back: notebook and scores, or why there are none.

    Attributes:
        fault: whose it is that there are none.
        unavailable: nobody can be graded, as the worker has no sandbox or the lesson's
            own solutions fail: not the submission's fault, and it is left as it was.
    """

    notebook: bytes = b""
    scores: Scores | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    unavailable: bool = False
    fault: Fault = Fault.GRADER


@dataclass(frozen=True)
class Given:
    """What a worker of this machine begins with.

    Attributes:
        lent: a sandbox; None where each worker has to open its own.
        key: which references will be told (fingerprint and seed), and
        references: from where.
    """

    lent: Lent | None
    key: tuple[str, str]
    references: Connection


def begin(given: Given) -> None:
    """Take what was given, so that no worker has to find it for itself."""
    from gdgrader.references import expect
    from gdgrader.session import borrow_sandbox

    borrow_sandbox(given.lent)
    expect(given.key, given.references)


def work(task: Task) -> Result:
    """Grade one submission; what it did wrong is in the result, never raised.

    Once more where the sandbox broke under it, which is nobody's fault.
    """
    result, sound = _tried(task)
    return result if sound else _tried(task)[0]


def _tried(task: Task) -> tuple[Result, bool]:
    import nbformat

    from gdgrader.references import references
    from gdgrader.session import open_sandbox

    began = time.monotonic()
    try:
        sandbox = open_sandbox(task.terms.isolated, task.terms.limits)
        edition = task.terms.edition()
        references(edition, task.seed, sandbox)
    # So far no student's code was run.
    except (RuntimeError, OSError, ValueError) as error:
        return Result(reason=str(error), unavailable=True), False
    from gdgrader import grading
    from gdgrader.submission import Unreadable

    try:
        notebook = grading.prepared(task.content, edition, list(task.notes))
        notebook.metadata[RECORD]["fingerprint"] = task.fingerprint
        scores = grading.graded(
            notebook,
            edition,
            task.seed,
            sandbox,
            merged(task.files, task.terms.released),
        )
    except Exception as error:
        plain = isinstance(error, Unreadable)
        reason = str(error) if plain else f"{type(error).__name__}: {error}"
        failed = Result(
            reason=reason[:1000],
            seconds=time.monotonic() - began,
            fault=getattr(error, "fault", Fault.GRADER),
        )
        return failed, sandbox.alive and not isinstance(error, RuntimeError)
    result = Result(
        nbformat.writes(notebook).encode("utf-8", "replace"),
        scores,
        notes=tuple(
            str(Note.from_stored(note)) for note in notebook.metadata[RECORD]["notes"]
        ),
        seconds=time.monotonic() - began,
    )
    return result, sandbox.alive  # else cells may have been blamed for its end


@lru_cache(maxsize=8)
def _edition(lesson: str, notebook: str, source: bytes, cleared: str) -> Edition:
    from traitlets.config import Config

    from gdgrader.instructor import instructors_version

    name = hashlib.sha256(source + cleared.encode()).hexdigest()
    path = Path(_scratch().path, name, lesson, f"{notebook}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source)
    return instructors_version(path, Config({"ClearSolutions": json.loads(cleared)}))


@cache
def _scratch() -> RemovedFolder:
    """Where sources that travelled lie; removed however this process ends."""
    from gdgrader.sockets import RemovedFolder

    return RemovedFolder()
