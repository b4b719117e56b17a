"""What one grading found; light to import, as it travels between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RECORD = "gdgrader"  # where the notebook's metadata says how it was graded


@dataclass(frozen=True)
class Scores:
    """What one grading found, by grade id.

    Attributes:
        points: share of the points, 0 to 1, of the cells that were judged; a written
            answer left as it was has 0; what is not named waits for a person.
        unanswered: solution cells left as they were.
        undecided: whether some wait because the machine was too busy to tell.
    """

    points: Mapping[str, float]
    unanswered: frozenset[str] = frozenset()
    undecided: bool = False
