"""Control groups of version 2: Linux's own where it is mounted, and a copy of it."""

import errno
import os
import subprocess
import time
from pathlib import Path

import pytest
from light import LIGHT
from sandboxed import run

from gdgrader.sandbox import control_group
from gdgrader.sandbox.control_group import ControlGroup, group_patterns
from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.limits import MB, Limits

LIMITS = Limits(memory_bytes=300 * MB, processes=50, submission_seconds=40)
FILES = {
    "": {
        "cgroup.procs": "",
        "cgroup.subtree_control": "",
        "cpu.stat": "usage_usec 2500000\nuser_usec 2000000\n",
    },
    "memory": {
        "memory.max": "max\n",
        "memory.oom.group": "0\n",
        "memory.swap.max": "max\n",
        "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
    },
    "pids": {"pids.max": "max\n", "pids.events": "max 0\n"},
}


class Tree:
    """A folder that is as the files of version 2 are: a new group has what the one
    above gives, and cannot be removed while there is a process in it."""

    def __init__(self, root: Path, monkeypatch, own: str, given: str) -> None:
        self.root, (self._mkdir, self._rmdir) = root, (Path.mkdir, Path.rmdir)
        self.own = root / own.lstrip("/")
        (self.own).mkdir(parents=True, exist_ok=True)
        self.above = root if own == "/" else self.own.parent
        for name, text in FILES[""].items():
            (self.above / name).write_text(text)
        (self.above / "cgroup.subtree_control").write_text(given)
        monkeypatch.setattr(Path, "mkdir", lambda p, *a, **k: self.mkdir(p, *a, **k))
        monkeypatch.setattr(Path, "rmdir", lambda path: self.rmdir(path))
        ours = root.parent / "proc-self-cgroup"
        ours.write_text(f"0::{own}\n")
        monkeypatch.setattr(control_group, "OURS", ours)
        monkeypatch.setattr(control_group, "TREE", root)

    def mkdir(self, path: Path, *args: object, **more: object) -> None:
        self._mkdir(path, *args, **more)
        if path.is_relative_to(self.root):
            given = (path.parent / "cgroup.subtree_control").read_text().split()
            for name in ("", *given):
                for file, text in FILES.get(name, {}).items():
                    (path / file).write_text(text)

    def rmdir(self, path: Path) -> None:
        if path.is_relative_to(self.root):
            inside = (path / "cgroup.procs").read_text().split()
            if any(Path("/proc", process).exists() for process in inside):
                raise OSError(errno.EBUSY, "busy")
            for file in path.iterdir():
                file.unlink()
        self._rmdir(path)

    def groups(self) -> list[str]:
        return [p.name for p in self.above.iterdir() if p.is_dir() and p != self.own]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    def make(own: str = "/app.slice/grader.scope", given: str = "cpu memory pids"):
        (tmp_path / "cgroup").mkdir(exist_ok=True)
        return Tree(tmp_path / "cgroup", monkeypatch, own, given)

    return make


@pytest.mark.parametrize("own", ["/app.slice/grader.scope", "/a/b/c/d", "/"])
def test_a_group_of_version_2_holds_and_counts(tree, own):
    made = tree(own)
    group = ControlGroup("gdgrader-x-1", LIMITS)
    assert (group.version, group.kind) == (2, "v2")
    (folder,) = set(group.folders.values())
    assert folder == made.above / "gdgrader-x-1"
    told = {file.name: file.read_text() for file in folder.iterdir()}
    assert told["memory.max"] == str(300 * MB) and told["memory.oom.group"] == "1"
    assert (told["memory.swap.max"], told["pids.max"]) == ("0", "50")
    assert group.cpu_seconds() == 2.5
    group.add(os.getpid())
    assert (folder / "cgroup.procs").read_text() == str(os.getpid())
    assert group.hits("memory") == group.hits("pids") == 0
    (folder / "memory.events").write_text("max 9\noom 2\noom_kill 1\n")
    (folder / "pids.events").write_text("max 3\n")
    assert (group.hits("memory"), group.hits("pids")) == (1, 3)
    assert group_patterns("gdgrader-x") == [f"{made.above}/gdgrader-x-*"]
    (folder / "cgroup.procs").write_text("")
    group.close()
    assert made.groups() == []


@pytest.mark.parametrize("given", ["", "cpu io", "memory", "pids"])
def test_what_is_not_given_is_the_watchdogs(tree, given):
    made = tree(given=given)
    group = ControlGroup("gdgrader-x-1", LIMITS)
    assert group.kind == "watchdog"
    assert group.folders.keys() == {"cpuacct", *{"memory", "pids"} & {given}}
    assert group.cpu_seconds() == 2.5  # which every group counts
    group.close()
    assert made.groups() == []


def test_where_nothing_can_be_made_nothing_is_left(tree, monkeypatch):
    made = tree()

    def refused(*_):
        raise OSError(errno.EACCES, "no")

    with monkeypatch.context() as patch:
        patch.setattr(ControlGroup, "_bound", refused)
        group = ControlGroup("gdgrader-x-1", LIMITS)
    assert (group.folders, group.kind, made.groups()) == ({}, "watchdog", [])
    with monkeypatch.context() as patch:
        patch.setattr(control_group.os, "access", lambda *_: False)
        group = ControlGroup("gdgrader-x-1", LIMITS)
    assert (group.folders, group.kind, made.groups()) == ({}, "watchdog", [])
    (made.above / "gdgrader-x-1").mkdir()  # another's
    assert ControlGroup("gdgrader-x-1", LIMITS).folders == {}
    assert made.groups() == ["gdgrader-x-1"]


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("memory.events", "oom_kill 1\n", "memory limit of 300 MB"),
        ("pids.events", "max 1\n", "limit of 50 processes"),
        ("cpu.stat", "usage_usec 999000000\n", "CPU limit of 600 s"),
    ],
)
def test_what_a_group_says_ends_its_kernel(tree, file, text, reason):
    made = tree()

    def say(_kernel) -> None:
        (folder,) = [made.above / name for name in made.groups()]
        assert (folder / "cgroup.procs").read_text().isdigit()
        (folder / file).write_text(text)

    with Sandbox(LIMITS, nested=True, own_ids=False, extra=LIGHT) as sandbox:
        said = run(sandbox, "import time; time.sleep(30)", meanwhile=say)
        assert sandbox.server.watchdog.kind == "v2"
    assert reason in said.reason
    assert made.groups() == []


def _mounted() -> list[Path]:
    """Where this machine shows version 2, and lets us make groups."""
    lines = Path("/proc/mounts").read_text().splitlines()
    found = [Path(line.split()[1]) for line in lines if line.split()[2] == "cgroup2"]
    return [path for path in found if os.access(path / "cgroup.procs", os.W_OK)]


@pytest.mark.parametrize("mount", _mounted(), ids=str)
def test_linuxs_own_version_2_counts_processor_time(mount, monkeypatch, tmp_path):
    ours = tmp_path / "cgroup"
    ours.write_text("0::/\n")
    monkeypatch.setattr(control_group, "OURS", ours)
    monkeypatch.setattr(control_group, "TREE", mount)
    group = ControlGroup("gdgrader-of-a-test-2", LIMITS)
    busy = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    try:
        group.add(busy.pid)
        procs = group.folders["cpuacct"] / "cgroup.procs"
        assert str(busy.pid) in procs.read_text().split()
        end = time.monotonic() + 600
        while group.cpu_seconds() < 0.1:
            assert time.monotonic() < end
    finally:
        busy.kill()
        busy.wait()
    group.close()
    assert not list(mount.glob("gdgrader-of-a-test-2"))
