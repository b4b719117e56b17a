"""What the grader's own processes take of memory, each at its highest."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

MB = 1 << 20
INTERVAL = 0.02  # seconds between two looks; Linux keeps the peak of what still lives


def of(pid: int | str = "self") -> dict[str, int]:
    """Its peak and what it has now, in bytes; nothing of one that has ended.

    >>> of()["VmHWM"] >= of()["VmRSS"] > MB
    True
    """
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text("latin-1")
        found = re.findall(r"^(VmHWM|VmRSS):\s*(\d+)", status, re.MULTILINE)
        return {name: int(kilobytes) << 10 for name, kilobytes in found}
    return {}


def begin_anew() -> int:
    """Let this process's peak be what it has now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return of()["VmRSS"]


class Peaks:
    """Watches all that descends from this process, but for what runs in a sandbox.

    Attributes:
        bytes: by process id and name; of this process, and of its forks, only what was
            added since, as a test's process may have imported anything.
    """

    def __init__(self) -> None:
        self.bytes: dict[tuple[int, str], int] = {}
        self._before = begin_anew()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look once more, and no longer."""
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL):
            self._look()

    def _look(self) -> None:
        me = os.getpid()
        own = _command(me)
        for pid in _outside(me):
            name = _command(pid)
            peak = of(pid).get("VmHWM", 0) - self._before * (name == own)
            key = pid, name
            self.bytes[key] = max(peak, self.bytes.get(key, 0))


def _outside(pid: int) -> Iterator[int]:
    """`pid` and its descendants in its own namespace of processes."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status").read_text("latin-1")
        if len(re.search(r"^NSpid:(.*)", status, re.MULTILINE)[1].split()) != _depth():
            return
        yield pid
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _outside(int(child))


def _depth() -> int:
    status = Path("/proc/self/status").read_text("latin-1")
    return len(re.search(r"^NSpid:(.*)", status, re.MULTILINE)[1].split())


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""
