"""What the grader's own processes take of memory, each at its highest."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

from gdgrader.sandbox import proc

MB = 1 << 20
# Seconds between two looks. Linux keeps the peak of what still lives, and what takes
# hundreds of megabytes lives longer.
INTERVAL = 0.05
# Of /proc's words: the peak, what it has now, its ids from here down to its own.
WORDS = re.compile(rb"^(VmHWM|VmRSS|NSpid):\s*([\d\t]*\d)", re.MULTILINE)


def of(pid: int | str = "self") -> dict[str, int]:
    """Its peak and what it has now, in bytes; nothing of one that has ended.

    >>> of()["VmHWM"] >= of()["VmRSS"] > MB
    True
    """
    said = _status(pid)
    return {
        name.decode(): int(said[name]) << 10
        for name in (b"VmHWM", b"VmRSS")
        if name in said
    }


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
        for pid, peak in _outside(me):
            name = _command(pid)
            key = pid, name
            peak -= self._before * (name == own)
            self.bytes[key] = max(peak, self.bytes.get(key, 0))


def _outside(me: int) -> Iterator[tuple[int, int]]:
    """`me` and its descendants in its own namespace of processes, with their peaks."""
    depth, found = len(_status(me)[b"NSpid"].split()), [me]
    for pid in found:
        said = _status(pid)
        if len(said.get(b"NSpid", b"").split()) != depth:
            continue
        yield pid, int(said.get(b"VmHWM", 0)) << 10
        with contextlib.suppress(OSError):
            for task in proc.tasks(pid):
                found += map(int, proc.read(f"{task}/children").split())


def _status(pid: int | str) -> dict[bytes, bytes]:
    with contextlib.suppress(OSError):
        return dict(WORDS.findall(proc.read(f"/proc/{pid}/status")))
    return {}


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return proc.read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode()
    return ""
