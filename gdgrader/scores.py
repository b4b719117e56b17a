"""What one grading found; light to import, as it travels between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

RECORD = "gdgrader"  # where the notebook's metadata says how it was graded


@dataclass(frozen=True)
class Note:
    """A remark on a submission: what was put right or stopped, and at which cell.

    >>> str(Note("was missing; it was put back.", "step_up"))
    'Cell step_up was missing; it was put back.'
    """

    what: str
    cell: str = ""

    def __str__(self) -> str:
        return f"Cell {self.cell} {self.what}" if self.cell else self.what

    def stored(self) -> str | dict:
        """For the notebook's metadata: text where there is no cell to name."""
        return asdict(self) if self.cell else self.what

    @classmethod
    def from_stored(cls, stored: str | Mapping) -> Note:
        """What `stored` gave, or the text of an older version."""
        if isinstance(stored, str):
            return cls(stored)
        return cls(str(stored["what"]), str(stored["cell"]))


@dataclass(frozen=True)
class Scores:
    """What one grading found, by grade id.

    Attributes:
        points: share of the points, 0 to 1, of the cells that were judged; a written
            answer left as it was has 0; what is not named waits for a person.
        unanswered: solution cells left as they were.
    """

    points: Mapping[str, float]
    unanswered: frozenset[str] = frozenset()
