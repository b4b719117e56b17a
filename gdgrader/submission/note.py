"""Remarks on a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass


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
