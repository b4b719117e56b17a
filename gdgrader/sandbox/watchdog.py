"""A thread that measures what forked kernels use, and stops the one that overdoes."""

import contextlib
import math
import os
import re
import threading
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from gdgrader.sandbox import proc
from gdgrader.sandbox.control_group import ControlGroup
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.spent import Over, Spent

INTERVAL = 0.05  # seconds between two measurements
SELDOM = 20  # looks for one at the processes, where a control group holds all limits
SLIGHT = 0.01  # a part of the time that is not worth asking whether it was idle
# Of /proc's words for a process: its resident set, what of it is swapped out, and the
# tables of its pages, which grow where pages are only read.
HELD = re.compile(rb"^Vm(?:RSS|Swap|PTE):\s*(\d+)", re.MULTILINE)
TABLES = re.compile(rb"^VmPTE:\s*(\d+)", re.MULTILINE)
OWN = re.compile(rb"^(?:RssAnon|RssShmem|VmSwap):\s*(\d+)", re.MULTILINE)
PROPORTIONAL = re.compile(rb"^(?:Swap)?Pss:\s*(\d+)", re.MULTILINE)
USED = re.compile(rb"^sockets: used (\d+)", re.MULTILINE)
TICK = os.sysconf("SC_CLK_TCK")


class Stoppable(Protocol):
    """A kernel, as the watchdog needs it.

    Attributes:
        stop_reason: why it was stopped, in words; None where it was not.
        load: whether that may be the machine's doing.
        spent: what it has taken so far.
        heard: grows with whatever it says, when that arrives.
        at_rest: whether nothing is asked of it, so that it waits for us.
        contained: whether processes and network are its own.
    """

    pid: int
    contained: bool
    stop_reason: str | None
    load: bool
    spent: Spent
    heard: int
    at_rest: bool

    def poll(self) -> int | None:
        """None while it runs."""

    def kill(self, reason: str) -> None:
        """End it for `reason`."""


@dataclass(frozen=True)
class Run:
    """One process at one moment: its processor time, and its part of one processor."""

    seconds: float
    share: float


class Ledger:
    """Adds up processor time by looking now and then, where no group counts it.

    Linux adds an ended process's to its parent's, but for one that does not want to
    hear of its children. Of a relay of short-lived ones each look sees one, and takes
    it for all since the last.
    """

    def __init__(self) -> None:
        self._sum, self._looked = 0.0, time.monotonic()
        self._last: dict[tuple[int, int], Run] = {}

    def total(self, runs: dict[tuple[int, int], Run]) -> float:
        """Seconds up to now, by these processes and those that were seen before."""
        now = time.monotonic()
        for key, run in runs.items():
            if key in self._last:
                self._sum += max(0, run.seconds - self._last[key].seconds)
            else:
                self._sum += run.share * (now - self._looked)
        self._last, self._looked = runs, now
        return self._sum


@dataclass
class Watched:
    """A kernel with its bounds and what it had when it began."""

    kernel: Stoppable
    limits: Limits
    group: ControlGroup
    shared_bytes: int
    ledger: Ledger
    looked: float  # when that was last
    heard: int = 0  # what it had said by then
    looks: int = 0

    def excess(self) -> str | None:
        """The limit that is exceeded, in words."""
        limits, counted = self.limits, self.group.cpu_seconds()
        if "memory" in self.group.folders:
            over = self.group.hits("memory")
            doubtful = limits.memory_bytes * 4  # the group counts, and counts better
        else:
            over, doubtful = 0, limits.memory_bytes
        usage = NOTHING
        if not (self.group.holds_all and counted) or self.looks % SELDOM == 0:
            most = limits.processes
            usage = measure(self.kernel.pid, self.shared_bytes, doubtful, most)
        self.looks += 1
        if over or usage.memory_bytes > doubtful:
            return f"memory limit of {limits.memory_bytes // MB} MB exceeded"
        if self.group.hits("pids") or usage.tasks > limits.processes:
            return f"limit of {limits.processes} processes exceeded"
        if self.kernel.contained and sockets(self.kernel.pid) > limits.sockets:
            return f"limit of {limits.sockets} sockets exceeded"
        counted = counted or self.ledger.total(usage.runs)
        self._count(max(usage.cpu_seconds, counted))
        if self.kernel.spent.cpu > limits.cpu_seconds:
            return f"CPU limit of {limits.cpu_seconds:g} s exceeded"
        over = self.kernel.spent.over(limits.submission_seconds, limits.wall_factor)
        self.kernel.load = over is Over.PERHAPS_LOAD
        if over:
            return f"submission limit of {limits.submission_seconds:g} s exceeded"
        return None

    def _count(self, cpu: float) -> None:
        """Add what passed since the last look to what the kernel has spent.

        A look that came late, as on a busy machine, counts no more than one in time.
        """
        kernel, now = self.kernel, time.monotonic()
        passed, self.looked = now - self.looked, now
        silent, self.heard = kernel.heard == self.heard, kernel.heard
        used = max(0.0, cpu - kernel.spent.cpu)
        most = min(passed, 2 * INTERVAL)
        idle, waited, stalled = most - used, 0.0, 0.0
        if idle > SLIGHT * most and silent and not kernel.at_rest:
            doing = states(kernel.pid)
            if "R" not in doing:
                waited, stalled = (0.0, idle) if "D" in doing else (idle, 0.0)
        kernel.spent += Spent(used, waited, stalled, passed)


class Watchdog:
    """Watches kernels from one thread, which lives while there are any."""

    def __init__(self, tag: str) -> None:
        self.kind = ""  # who holds the limits: see ControlGroup
        self._names = (f"{tag}-{number}" for number in count(1))
        self._watched: list[Watched] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, kernel: Stoppable, limits: Limits) -> None:
        """Hold `kernel`, which has not begun yet, to `limits` from now on."""
        group = ControlGroup(next(self._names), limits)
        group.add(kernel.pid)
        shared, now = held(kernel.pid), time.monotonic()
        watched = Watched(kernel, limits, group, shared, Ledger(), now)
        self.kind = group.kind
        kernel.on_end.append(lambda: self._ended(watched))
        with self._lock:
            self._watched.append(watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(INTERVAL)
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return
                current = list(self._watched)
            for watched in current:
                # Gone between two looks, or whatever else: all others stay watched.
                with contextlib.suppress(Exception):
                    if watched.kernel.poll() is None and (reason := watched.excess()):
                        watched.kernel.kill(reason)

    def _ended(self, watched: Watched) -> None:
        if watched.kernel.stop_reason is None and watched.group.hits("memory"):
            megabytes = watched.limits.memory_bytes // MB
            watched.kernel.stop_reason = f"memory limit of {megabytes} MB exceeded"
        watched.group.close()
        with self._lock, contextlib.suppress(ValueError):
            self._watched.remove(watched)


@dataclass(frozen=True)
class Usage:
    """What a kernel's processes use together, measured from the host."""

    memory_bytes: int
    tasks: int
    cpu_seconds: float
    runs: dict[tuple[int, int], Run]  # by process id and when it began


NOTHING = Usage(0, 0, 0.0, {})


def tree(pid: int, most: float = math.inf) -> list[int]:
    """`pid` and its descendants; orphans go to a pid namespace's first process.

    It looks no further once these are more than `most`.
    """
    found = [pid]
    for parent in found:
        if len(found) > most:
            break
        with contextlib.suppress(OSError):
            for task in proc.tasks(parent):
                with contextlib.suppress(OSError):  # one that ends hides no other's
                    found += map(int, proc.read(f"{task}/children").split())
    return found


def states(pid: int) -> set[str]:
    """What the threads of `pid` and its descendants do, in the letters of proc(5): of
    those that run, or wait for a processor, "R", and then no others."""
    found = set()
    for one in tree(pid):
        with contextlib.suppress(OSError):  # it may end meanwhile
            for task in proc.tasks(one):
                with contextlib.suppress(OSError):
                    stat = proc.read(f"{task}/stat")
                    found.add(chr(stat[stat.rindex(b")") + 2]))
                if "R" in found:
                    return found
    return found


def first_to_go(pid: int) -> None:
    """Let `pid` and its descendants be what Linux ends when memory runs out."""
    for one in tree(pid):
        with contextlib.suppress(OSError):
            Path(f"/proc/{one}/oom_score_adj").write_text("1000")


def measure(
    pid: int, shared_bytes: int, doubtful_bytes: int, most: float = math.inf
) -> Usage:
    """Measure the processes below `pid`; of more than `most` only their number, which
    is all that matters then, and soon told.

    `shared_bytes` is what each got from the warmed process by being forked. The sum of
    what they have counts other shared pages twice, so above `doubtful_bytes` a sum is
    taken that counts none twice, and if that is not above it, the proportional sizes
    are read. For these Linux looks through all tables of pages, which takes the longer
    the larger they are, and longer still on a busy machine.
    """
    memory, tasks, ticks, runs = 0, 0, 0, {}
    pids = tree(pid, most)
    if len(pids) > most:
        return Usage(0, len(pids), 0.0, {})
    for one in pids:
        with contextlib.suppress(OSError, IndexError):
            # A process may call itself whatever bytes it likes.
            stat = proc.read(f"/proc/{one}/stat").decode("latin-1")
            fields = stat.rpartition(")")[2].split()
            # Of proc(5)'s numbered fields 14 to 17, 20 and 24; here the third is first.
            ticks += sum(map(int, fields[11:15]))
            tasks += int(fields[17])
            memory += max(0, held(one) - shared_bytes)
            runs[one, int(fields[19])] = _run(one, fields)
    if memory > doubtful_bytes:
        memory = _at_least(pids, shared_bytes)
        if memory <= doubtful_bytes:
            memory = sum(map(_proportional, pids))
    return Usage(memory, tasks, ticks / TICK, runs)


def _run(pid: int, fields: list[str]) -> Run:
    ran, waited, _ = map(int, proc.read(f"/proc/{pid}/schedstat").split())
    seconds = max(sum(map(int, fields[11:13])) / TICK, ran / 10**9)
    if fields[0] == "R":
        age = seconds + waited / 10**9
    else:
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / TICK
    return Run(seconds, seconds / max(age, seconds, 1e-9))


def _at_least(pids: list[int], shared_bytes: int) -> int:
    """What these processes have together at the least, in bytes: each its tables, and
    one of them what is no file's."""
    living = [task for pid in pids for task in _threads(pid)]
    tables = sum(1024 * _sum(f"/proc/{task}/status", TABLES) for task in living)
    owned = (1024 * _sum(f"/proc/{task}/status", OWN) for task in living)
    return tables + max(0, max(owned, default=0) - shared_bytes)


def _proportional(pid: int) -> int:
    return max(map(_pss, _threads(pid)), default=0)


def _pss(task: int) -> int:
    own = _sum(f"/proc/{task}/smaps_rollup", PROPORTIONAL)
    return 1024 * (own + _sum(f"/proc/{task}/status", TABLES))


def sockets(pid: int) -> int:
    """How many sockets the network namespace of `pid` has, those on their way included,
    and those that are closed but not yet read to their end."""
    return _sum(f"/proc/{pid}/net/sockstat", USED)


def _threads(pid: int) -> list[int]:
    """One that lives of the process's threads: the first one's end is not the others',
    but /proc no longer tells of its memory."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            if _held(int(task.name)):
                return [int(task.name)]
    return []


def held(pid: int) -> int:
    """What process `pid` has of memory, its pages' tables and what is swapped out
    included, in bytes; 0 if it has ended."""
    return _held(pid) or max(map(_held, _threads(pid)), default=0)


def _held(task: int) -> int:
    return 1024 * _sum(f"/proc/{task}/status", HELD)


def _sum(path: str, numbers: re.Pattern[bytes]) -> int:
    """Of all numbers that are found in one of Linux's files; 0 where it is gone."""
    with contextlib.suppress(OSError):
        return sum(map(int, numbers.findall(proc.read(path))))
    return 0
