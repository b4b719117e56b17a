"""A control group around one kernel's processes.

Memory and processes are held by it where one can be made (as root, or in the part of
the tree that systemd gives a user); the watchdog measures and kills anyway.
"""

import contextlib
import os
import time
from pathlib import Path

from gdgrader.sandbox.limits import Limits


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
