"""What the reference answers, asked once for a class in a kernel of the sandbox.

That kernel runs the solution cell of `source/`, and no student's code. It is warm
already, so that what grades need not import torch at all.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from gdgrader import exercises
from gdgrader.instructor import Edition
from gdgrader.judge import check_known
from gdgrader.kernel import said
from gdgrader.sandbox import NoSandbox

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


def references(edition: Edition, seed: str, sandbox: NoSandbox) -> dict[str, dict]:
    """The exercises of a lesson with their cases and answers, by name.

    Errors: ReferenceFailed; whatever keeps the sandbox from starting a kernel.
    """
    return _references(_Key(edition, seed, sandbox))


class _Key:
    """What the answers depend on; the sandbox is only where they are found."""

    def __init__(self, edition: Edition, seed: str, sandbox: NoSandbox) -> None:
        self.edition, self.seed, self.sandbox = edition, seed, sandbox
        self.key = (edition.path, edition.fingerprint, seed)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.key == other.key


@lru_cache(maxsize=64)
def _references(key: _Key) -> dict[str, dict]:
    try:
        check_known(key.edition)
    except ValueError as error:
        raise ReferenceFailed(f"{key.edition.path.name}: {error}") from error
    asked = sorted({cell.exercise for cell in key.edition.graded.values()})
    code = ASK.format(source=SOURCE, asked=asked, seed=key.seed)
    files = {**_catalogue(), SOURCE: key.edition.path.read_bytes()}
    status, words = said(key.sandbox, code, files)
    if status != "ok":
        name = key.edition.path.name
        raise ReferenceFailed(f"{name}: its own solutions fail: {words[-1000:]}")
    return json.loads(words)


def _catalogue() -> dict[str, bytes]:
    """The grader's modules that know the exercises, for a kernel that has no other."""
    folder = Path(exercises.__file__).parent
    found = {"gdgrader/__init__.py": b""}
    for path in sorted(folder.glob("*.py")):
        found[f"gdgrader/{folder.name}/{path.name}"] = path.read_bytes()
    return found
