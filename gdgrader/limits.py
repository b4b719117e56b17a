"""What one submission may use; `docs/limits.md` explains each bound."""

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds for one submission; sizes in bytes, times in seconds of wall time but for
    `cpu_seconds`, which counts all its processes together."""

    memory_bytes: int = 2048 * MB
    processes: int = 128  # threads count, and a kernel has about ten
    file_bytes: int = 64 * MB
    tmp_bytes: int = 256 * MB
    output_bytes: int = 20 * MB
    cpu_seconds: float = 600
    cell_seconds: float = 60
    submission_seconds: float = 600
