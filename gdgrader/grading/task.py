"""One submission on its way to a worker and back, as bytes.

A worker knows neither the gradebook nor the course's folders, so that it may stand on
another machine. What grades is in `gdgrader.grading.worker`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdgrader.gradebook.scores import Scores
from gdgrader.sandbox.limits import Limits
from gdhelpers.verdicts import Fault


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
        undecided: whether the machine's load may be why it has no better one; then it
            is to be tried once more, alone.
    """

    notebook: bytes = b""
    scores: Scores | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    unavailable: bool = False
    fault: Fault = Fault.GRADER
    undecided: bool = False


def is_undecided(result: object) -> bool:
    """Whether what came of a task, if anything, is to be tried once more, alone."""
    return isinstance(result, Result) and result.undecided
