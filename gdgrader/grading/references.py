"""What the reference answers, asked once for a class in a kernel of the sandbox.

That kernel runs the solution cell of `source/`, and no student's code. It is warm
already, so that what grades need not import torch at all.
"""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from gdgrader import exercises
from gdgrader.course.edition import Edition
from gdgrader.sandbox.host import KernelHost
from gdgrader.sandbox.manager import run_trusted
from gdhelpers.verdicts import Fault

SOURCE = "source.ipynb"
MOST_KNOWN = 8  # lessons and seeds; a worker of a cluster may live for a term
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


class References:
    """What the references of lessons answer, each asked for once.

    Args:
        shared: those that another process asks for meanwhile; None for none.
    """

    def __init__(self, shared: SharedReferences | None = None) -> None:
        self.shared = shared
        self._known: dict[tuple[str, str], dict[str, dict]] = {}

    def of(self, edition: Edition, seed: str, sandbox: KernelHost) -> dict[str, dict]:
        """The exercises of a lesson with their cases and answers, by name.

        Errors: ReferenceFailed; whatever keeps the sandbox from starting a kernel.
        """
        key = (edition.fingerprint, seed)
        if key not in self._known:
            found = None
            if self.shared and self.shared.key == key:
                found = self.shared.heard()
            found = found or _asked(edition, seed, sandbox)
            if isinstance(found, ReferenceFailed):
                raise found
            while len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[key] = found
        return self._known[key]


@dataclass(frozen=True)
class SharedReferences:
    """References on their way from the process that asks for them to another.

    Attributes:
        key: which they are: a source's fingerprint and a seed.
        channel: tells them once they are there.
    """

    key: tuple[str, str]
    channel: Connection

    def heard(self) -> dict[str, dict] | ReferenceFailed | None:
        """What they are, or why there are none; None to ask for oneself."""
        with contextlib.suppress(EOFError, OSError), self.channel:
            return self.channel.recv()
        return None


class PendingReferences:
    """References that one process asks for while others already begin to grade."""

    def __init__(
        self, known: References, edition: Edition, seed: str, sandbox: KernelHost
    ) -> None:
        self.key = (edition.fingerprint, seed)
        self._found: Future = Future()

        def find() -> None:
            try:
                self._found.set_result(known.of(edition, seed, sandbox))
            except BaseException as error:
                self._found.set_exception(error)

        if getattr(sandbox, "nested", True):
            Thread(target=find, daemon=True).start()
        else:  # one kernel at a time, and the next sandbox dies with its thread
            find()

    def share(self) -> SharedReferences:
        """What another process hears them from."""
        theirs, ours = Pipe(duplex=False)
        Thread(target=self._tell, args=(ours,), daemon=True).start()
        return SharedReferences(self.key, theirs)

    def _tell(self, ours: Connection) -> None:
        try:
            found = self._found.result()
        except ReferenceFailed as error:
            found = error
        except Exception:  # the sandbox's fault: whoever asks shall try for himself
            found = None
        with ours, contextlib.suppress(OSError):  # who asked may be gone
            ours.send(found)


def check_known(edition: Edition) -> None:
    """Raise ValueError where a graded cell asks what the catalogue does not know."""
    catalogue = exercises.exercises()
    for grade_id, asked in edition.graded.items():
        exercise = catalogue.get(asked.exercise)
        if exercise is None:
            raise ValueError(
                f"cell {grade_id}: no exercise {asked.exercise!r} is known"
            )
        if exercise.function != asked.function or (
            asked.property_name not in (None, *exercise.properties)
        ):
            raise ValueError(
                f"cell {grade_id}: exercise {asked.exercise!r} grades "
                f"{exercise.function} for {sorted(exercise.properties)}, not "
                f"{asked.function} for {asked.property_name!r}"
            )


def _asked(edition: Edition, seed: str, sandbox: KernelHost) -> dict[str, dict]:
    try:
        check_known(edition)
    except ValueError as error:
        raise ReferenceFailed(f"{edition.path.name}: {error}") from error
    asked = sorted({cell.exercise for cell in edition.graded.values()})
    code = ASK.format(source=SOURCE, asked=asked, seed=seed)
    files = {**_catalogue(), SOURCE: edition.source}
    status, words = run_trusted(sandbox, code, files)
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
