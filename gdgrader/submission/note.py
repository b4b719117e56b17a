"""Remarks on a submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from gdgrader.shown import clipped

MOST, LONGEST = 60, 400  # remarks on one submission, and letters of each


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


def bounded(notes: Iterable[Note]) -> list[Note]:
    """The remarks, each once, not too many, and none too long.

    >>> [str(note) for note in bounded(Note(str(n)) for n in range(70))][-2:]
    ['59', 'There were 10 more remarks.']
    """
    found = list(dict.fromkeys(notes))
    kept = [replace(n, what=clipped(n.what, LONGEST)) for n in found[:MOST]]
    if more := len(found) - len(kept):
        kept.append(Note(f"There were {more} more remarks."))
    return kept
