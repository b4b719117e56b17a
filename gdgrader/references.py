"""What the reference answers, asked once for a class in a kernel of the sandbox.

That kernel runs the solution cell of `source/`, and no student's code. It is warm
already, so that what grades need not import torch at all.
"""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import Future
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from gdgrader import exercises
from gdgrader.instructor import Edition
from gdgrader.judge import check_known
from gdgrader.manager import said
from gdgrader.sandbox import NoSandbox
from gdhelpers.verdicts import Fault

SOURCE = "source.ipynb"
ASK = """
import json, sys
from pathlib import Path

sys.path.insert(0, ".")
from gdgrader.exercises.reference import entries

print(json.dumps(entries(Path({source!r}), {asked!r}, {seed!r})))
"""


class ReferenceFailed(RuntimeError):
    """The lesson cannot be graded by its source: no submission's fault; says why."""

    fault = Fault.COURSE


_known: dict[tuple[str, str], dict[str, dict]] = {}
_promised: dict[tuple[str, str], Connection] = {}


def references(edition: Edition, seed: str, sandbox: NoSandbox) -> dict[str, dict]:
    """The exercises of a lesson with their cases and answers, by name.

    Errors: ReferenceFailed; whatever keeps the sandbox from starting a kernel.
    """
    key = (edition.fingerprint, seed)
    if key not in _known:
        found = _heard(_promised.pop(key, None)) or _asked(edition, seed, sandbox)
        if isinstance(found, ReferenceFailed):
            raise found
        while len(_known) > 64:
            del _known[next(iter(_known))]
        _known[key] = found
    return _known[key]


class Promise:
    """References that one process finds while others already begin to grade."""

    def __init__(self, edition: Edition, seed: str, sandbox: NoSandbox) -> None:
        self.key = (edition.fingerprint, seed)
        self._found: Future = Future()

        def find() -> None:
            try:
                self._found.set_result(references(edition, seed, sandbox))
            except BaseException as error:
                self._found.set_exception(error)

        if getattr(sandbox, "nested", True):
            Thread(target=find, daemon=True).start()
        else:  # one kernel at a time, and the next sandbox dies with its thread
            find()

    def share(self) -> Connection:
        """What another process hears them from, once they are there."""
        theirs, ours = Pipe(duplex=False)
        Thread(target=self._tell, args=(ours,), daemon=True).start()
        return theirs

    def _tell(self, ours: Connection) -> None:
        try:
            found = self._found.result()
        except ReferenceFailed as error:
            found = error
        except Exception:  # the sandbox's fault: whoever asks shall try for himself
            found = None
        with ours, contextlib.suppress(OSError):  # who asked may be gone
            ours.send(found)


def _heard(promise: Connection | None) -> dict[str, dict] | ReferenceFailed | None:
    if promise is None:
        return None
    with promise, contextlib.suppress(EOFError, OSError):
        return promise.recv()
    return None


def expect(key: tuple[str, str], promise: Connection) -> None:
    """Let another process find the references of that fingerprint and seed."""
    _promised[key] = promise


def _asked(edition: Edition, seed: str, sandbox: NoSandbox) -> dict[str, dict]:
    try:
        check_known(edition)
    except ValueError as error:
        raise ReferenceFailed(f"{edition.path.name}: {error}") from error
    asked = sorted({cell.exercise for cell in edition.graded.values()})
    code = ASK.format(source=SOURCE, asked=asked, seed=seed)
    files = {**_catalogue(), SOURCE: edition.path.read_bytes()}
    status, words = said(sandbox, code, files)
    if status != "ok":
        name = edition.path.name
        raise ReferenceFailed(f"{name}: its own solutions fail: {words[-1000:]}")
    return json.loads(words)


def _catalogue() -> dict[str, bytes]:
    """The grader's modules that know the exercises, for a kernel that has no other."""
    folder = Path(exercises.__file__).parent
    found = {"gdgrader/__init__.py": b""}
    for path in sorted(folder.glob("*.py")):
        found[f"gdgrader/{folder.name}/{path.name}"] = path.read_bytes()
    return found
