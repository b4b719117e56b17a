"""What one submission may use; `docs/limits.md` explains each bound."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds for one submission; sizes in bytes, times in seconds.

    `cpu_seconds` counts the processor time of all its processes together. The others
    count that, and what they all slept, but not what one waited for its turn: by the
    clock each may take `wall_factor` times as long.
    """

    memory_bytes: int = 2048 * MB
    processes: int = 128  # threads count, and a kernel has about ten
    sockets: int = 512  # a kernel has about thirty
    file_bytes: int = 64 * MB
    tmp_bytes: int = 256 * MB
    output_bytes: int = 20 * MB
    cpu_seconds: float = 600
    cell_seconds: float = 60
    answer_seconds: float = 20  # of a graded cell, for all its inputs
    submission_seconds: float = 600
    wall_factor: float = 60

    @classmethod
    def of(cls, changed: Mapping[str, float]) -> Self:
        """The defaults but for these.

        Errors: ValueError for a limit that is not known, or is not above 0.

        >>> Limits.of({"cell_seconds": 120}).cell_seconds
        120
        """
        known = [field.name for field in fields(cls)]
        for name, value in changed.items():
            if name not in known:
                raise ValueError(f"no limit is called {name!r}; there are {known}")
            if not isinstance(value, int | float) or not value > 0:
                raise ValueError(f"{name} must be a number above 0, not {value!r}")
        return cls(**changed)
