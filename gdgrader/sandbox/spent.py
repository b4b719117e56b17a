"""What a submission takes of its time, told apart from what a busy machine takes.

The clock alone cannot tell a loop without an end from one that others leave no
processor to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self


class Over(Enum):
    """Why more was taken than may be."""

    ITSELF = auto()  # it ran so long, or waited
    PERHAPS_LOAD = auto()  # it would have needed a processor, a disk, or the grader


@dataclass(frozen=True)
class Spent:
    """Seconds; of the first two nobody else's work is the cause.

    Attributes:
        cpu: processor time of all its processes together.
        waited: in which none of them ran, or wanted to, or was still being heard.
        stalled: the same, but that one waited for what cannot be interrupted, as a
            disk.
        clock: all that passed.
    """

    cpu: float = 0.0
    waited: float = 0.0
    stalled: float = 0.0
    clock: float = 0.0

    @property
    def itself(self) -> float:
        """What it took by its own doing."""
        return self.cpu + self.waited

    def over(self, seconds: float, wall_factor: float) -> Over | None:
        """Whether this is more than `seconds`, or by the clock `wall_factor` times as
        many.

        >>> Spent(cpu=61, clock=61).over(60, 20)
        <Over.ITSELF: 1>
        >>> Spent(cpu=2, clock=900).over(60, 20)
        >>> Spent(cpu=2, clock=1300).over(60, 20)
        <Over.PERHAPS_LOAD: 2>
        """
        if self.itself > seconds:
            return Over.ITSELF
        late = self.clock > seconds * wall_factor
        return (
            Over.PERHAPS_LOAD if late or self.itself + self.stalled > seconds else None
        )

    def __add__(self, other: Self) -> Self:
        return self._each(other, 1)

    def __sub__(self, other: Self) -> Self:
        return self._each(other, -1)

    def _each(self, other: Self, sign: int) -> Self:
        return type(self)(
            self.cpu + sign * other.cpu,
            self.waited + sign * other.waited,
            self.stalled + sign * other.stalled,
            self.clock + sign * other.clock,
        )
