"""A control group around one kernel's processes.

Memory and processes are held by it, and processor time is counted, where one can be
made (as root, or in the part of the tree that systemd gives a user); the watchdog
measures and kills anyway.
"""

import contextlib
import os
import time
from pathlib import Path

from gdgrader.sandbox import proc
from gdgrader.sandbox.limits import Limits

TREE = Path("/sys/fs/cgroup")
OURS = Path("/proc/self/cgroup")  # which groups this process is in
CONTROLLERS = {"memory", "pids", "cpuacct"}
HELD = {"memory", "pids"}


class ControlGroup:
    """A control group (version 1 or 2) around one kernel's processes.

    Attributes:
        folders: of each controller; in version 2 all are one.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self.version, homes = _own_groups()
        self.folders = {name_: home / name for name_, home in homes.items()}
        made = set()
        try:
            for folder in set(self.folders.values()):
                folder.mkdir()
                made.add(folder)
            for controller, folder in self.folders.items():
                self._bound(controller, folder, limits)
        except OSError:
            self.folders = {str(folder): folder for folder in made}
            self.close()

    def _bound(self, controller: str, folder: Path, limits: Limits) -> None:
        memory = str(limits.memory_bytes)
        if controller == "pids":
            (folder / "pids.max").write_text(str(limits.processes))
        elif controller == "memory" and self.version == 1:
            (folder / "memory.limit_in_bytes").write_text(memory)
            with contextlib.suppress(OSError):  # without swap accounting
                (folder / "memory.memsw.limit_in_bytes").write_text(memory)
        elif controller == "memory":
            (folder / "memory.max").write_text(memory)
            (folder / "memory.oom.group").write_text("1")
            with contextlib.suppress(OSError):
                (folder / "memory.swap.max").write_text("0")

    @property
    def kind(self) -> str:
        """Who holds memory and processes: "v2", "v1", or else the "watchdog"."""
        return f"v{self.version}" if self.folders.keys() >= HELD else "watchdog"

    @property
    def holds_all(self) -> bool:
        """Whether it holds memory and processes, and counts processor time."""
        return self.folders.keys() >= CONTROLLERS

    def add(self, pid: int) -> None:
        """Put process `pid`, and all it will start, under the group's limits."""
        try:
            for folder in set(self.folders.values()):
                (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            self.close()

    def hits(self, controller: str) -> int:
        """How often the `memory` or `pids` limit was run into."""
        file, key = {
            ("pids", 1): ("pids.events", "max"),
            ("pids", 2): ("pids.events", "max"),
            ("memory", 1): ("memory.oom_control", "oom_kill"),
            ("memory", 2): ("memory.events", "oom_kill"),
        }[controller, self.version]
        return self._told(controller, file, key)

    def cpu_seconds(self) -> float:
        """The processor time of all that were ever in it; 0 where it is not counted."""
        if self.version == 2:
            return self._told("cpuacct", "cpu.stat", "usage_usec") / 10**6
        with contextlib.suppress(OSError, KeyError, ValueError):
            return int(proc.read(f"{self.folders['cpuacct']}/cpuacct.usage")) / 10**9
        return 0

    def _told(self, controller: str, file: str, key: str) -> int:
        with contextlib.suppress(OSError, KeyError):
            for line in proc.read(f"{self.folders[controller]}/{file}").splitlines():
                name, value = line.split()[:2]
                if name.decode() == key:
                    return int(value)
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
    homes = {}
    try:
        lines = OURS.read_text().splitlines()
    except OSError:
        return 1, {}
    entries = [line.split(":", 2) for line in lines]
    for _, names, path in entries:
        for name in CONTROLLERS & set(names.split(",")):
            homes[name] = TREE / names / path.lstrip("/")
    if HELD & homes.keys():
        return 1, {k: v for k, v in homes.items() if os.access(v, os.W_OK)}
    for _, names, path in entries:
        if names == "":
            own = TREE / path.lstrip("/")
            # Groups hold either processes or groups, so ours stands beside its own;
            # but for the root, which may hold both.
            home = own if path == "/" else own.parent
            if os.access(home / "cgroup.procs", os.W_OK) and os.access(home, os.W_OK):
                given = (home / "cgroup.subtree_control").read_text().split()
                # What was used is counted in every group.
                return 2, dict.fromkeys({"cpuacct", *HELD & set(given)}, home)
    return 2, {}


def group_patterns(tag: str) -> list[str]:
    """Shell patterns for the control groups whose names begin with `tag`-."""
    return [f"{home}/{tag}-*" for home in set(_own_groups()[1].values())]
