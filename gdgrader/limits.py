"""What one submission may use, and how its use is measured from outside.

Memory and processes are held by a control group where one can be made (as root, or in
the part of the tree that systemd gives a user); a watchdog measures and kills anyway.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


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


class ControlGroup:
    """A control group (version 1 or 2) around one kernel's processes."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.folders: dict[str, Path] = {}
        self.version, homes = _own_groups()
        for controller, home in homes.items():
            folder = home / name
            try:
                folder.mkdir()
                self.folders[controller] = folder
                self._bound(controller, folder, limits)
            except OSError:
                self.close()
                return

    def _bound(self, controller: str, folder: Path, limits: Limits) -> None:
        memory = str(limits.memory_bytes)
        if controller == "pids":
            (folder / "pids.max").write_text(str(limits.processes))
        elif self.version == 1:
            (folder / "memory.limit_in_bytes").write_text(memory)
            with contextlib.suppress(OSError):  # without swap accounting
                (folder / "memory.memsw.limit_in_bytes").write_text(memory)
        else:
            (folder / "memory.max").write_text(memory)
            (folder / "memory.oom.group").write_text("1")
            with contextlib.suppress(OSError):
                (folder / "memory.swap.max").write_text("0")

    def add(self, pid: int) -> None:
        """Put process `pid`, and all it will start, under the group's limits."""
        try:
            for folder in set(self.folders.values()):
                (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            self.close()

    def hits(self, controller: str) -> int:
        """How often the `memory` or `pids` limit was run into."""
        if controller not in self.folders:
            return 0
        file, key = {
            ("pids", 1): ("pids.events", "max"),
            ("pids", 2): ("pids.events", "max"),
            ("memory", 1): ("memory.oom_control", "oom_kill"),
            ("memory", 2): ("memory.events", "oom_kill"),
        }[controller, self.version]
        with contextlib.suppress(OSError):
            for line in (self.folders[controller] / file).read_text().splitlines():
                if line.split()[0] == key:
                    return int(line.split()[1])
        return 0

    def close(self) -> None:
        """Remove the group; its processes are gone, or about to be."""
        folders, self.folders = set(self.folders.values()), {}
        for _ in range(50):
            for folder in list(folders):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    folders.remove(folder)
            if not folders:
                return
            time.sleep(0.02)


def _own_groups() -> tuple[int, dict[str, Path]]:
    """The version, and for each controller the folder in which groups can be made."""
    root, homes = Path("/sys/fs/cgroup"), {}
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return 1, {}
    entries = [line.split(":", 2) for line in lines]
    for _, names, path in entries:
        for name in {"memory", "pids"} & set(names.split(",")):
            homes[name] = root / names / path.lstrip("/")
    if homes:
        return 1, {k: v for k, v in homes.items() if os.access(v, os.W_OK)}
    for _, names, path in entries:
        if names == "" and path != "/":
            # Groups hold either processes or groups, so ours stands beside its own.
            home = (root / path.lstrip("/")).parent
            given = home / "cgroup.subtree_control"
            if os.access(home / "cgroup.procs", os.W_OK) and given.exists():
                have = set(given.read_text().split()) & {"memory", "pids"}
                return 2, dict.fromkeys(have, home)
    return 2, {}


def group_patterns(tag: str) -> list[str]:
    """Shell patterns for the control groups whose names begin with `tag`-."""
    return [f"{home}/{tag}-*" for home in set(_own_groups()[1].values())]


@dataclass(frozen=True)
class Usage:
    """What a kernel's processes use together, measured from the host."""

    memory_bytes: int
    tasks: int
    cpu_seconds: float


def tree(pid: int) -> list[int]:
    """`pid` and its descendants; orphans go to a pid namespace's first process."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                children = (task / "children").read_text()
                found += map(int, children.split())
    return found


def measure(pid: int, shared_bytes: int, doubtful_bytes: int) -> Usage:
    """Measure the processes below `pid`.

    `shared_bytes` is what each got from the warmed process by being forked. The sum of
    resident sets counts other shared pages twice, so above `doubtful_bytes` the exact
    and slower proportional sizes are read instead.
    """
    memory, tasks, ticks = 0, 0, 0
    pids = tree(pid)
    for one in pids:
        with contextlib.suppress(OSError, IndexError):
            # A process may call itself whatever bytes it likes.
            stat = Path(f"/proc/{one}/stat").read_text("latin-1")
            fields = stat.rpartition(")")[2].split()
            # Of proc(5)'s numbered fields 14 to 17, 20 and 24; here the third is first.
            ticks += sum(map(int, fields[11:15]))
            tasks += int(fields[17])
            memory += max(0, int(fields[21]) * PAGE - shared_bytes)
    if memory > doubtful_bytes:
        memory = sum(map(_proportional, pids))
    return Usage(memory, tasks, ticks / TICK)


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def resident(pid: int) -> int:
    """The resident set of process `pid`, in bytes; 0 if it has ended."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return 0
