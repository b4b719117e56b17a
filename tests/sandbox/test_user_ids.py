"""Kernels under user ids of their own: what Linux counts per user is nobody else's."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from course import LESSON, RIGHT, Course
from light import LIGHT
from sandboxed import run
from typer.testing import CliRunner

from gdgrader.cli import app
from gdgrader.sandbox import host, user_ids, watchdog
from gdgrader.sandbox.host import BorrowedSandbox, Sandbox
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.manager import run_trusted
from gdgrader.sandbox.selftest import verify, weaknesses

LIMITS = Limits(memory_bytes=400 * MB, submission_seconds=60)
WHO = "import os; print(os.getuid(), os.getgid(), os.getgroups())"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(LIMITS, extra=LIGHT) as opened:
        yield opened


def beside(sandbox, code: str, neighbours: str, look=lambda kernel: None) -> str:
    """What `neighbours` says in a kernel while one that has run `code` is there, and
    is looked at."""
    said = []

    def ask(kernel) -> None:
        look(kernel)
        thread = threading.Thread(
            target=lambda: said.append(run_trusted(sandbox, neighbours))
        )
        thread.start()
        thread.join()

    run(sandbox, code, "import time; time.sleep(0.1)", meanwhile=ask)
    return said[0][1].strip()


def test_kernels_at_one_time_have_different_ids(sandbox):
    assert sandbox.own_ids, sandbox.why_shared
    neighbour = beside(sandbox, WHO, WHO)
    me = run(sandbox, WHO).text
    for words in (neighbour, me):
        uid, gid, groups = words.split(maxsplit=2)
        assert uid == gid and int(uid) >= user_ids.FIRST and groups == "[]"
    assert len({neighbour, me, run(sandbox, WHO).text}) == 3


def test_the_host_has_these_ids_for_nobody_else(sandbox):
    seen = []
    for _ in range(2):
        with Sandbox(LIMITS, extra=LIGHT) as other:
            for one in (sandbox, other):
                _, kernel = one.fork(b"key")
                seen.append(Path(f"/proc/{kernel.pid}").stat().st_uid)
    assert os.geteuid() not in seen
    assert len({seen[0], seen[1], seen[2]}) == 3  # the last may have the second's


def test_all_ids_are_given_back(monkeypatch):
    monkeypatch.setattr(user_ids, "COUNT", 2)
    with Sandbox(LIMITS, extra=LIGHT) as few:
        _, first = few.fork(b"key")
        few.fork(b"key")
        with pytest.raises(host.ForkServerError):
            few.fork(b"key")
        first.kill()
        assert run(few, "print(1)").text == "1"
        assert run(few, "print(2)").text == "2"


def test_what_a_kernel_needs_is_its_own(sandbox, monkeypatch):
    # A torch of its own may be a build for GPUs.
    monkeypatch.setattr(sandbox, "limits", replace(LIMITS, memory_bytes=2000 * MB))
    code = """
    import os, subprocess, sys
    for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~")):
        assert os.stat(folder).st_uid == os.getuid(), folder
    assert os.stat("a/b.txt").st_uid == os.stat("/proc/self/fd").st_uid == os.getuid()
    open("/proc/self/mem").close()
    os.remove("a/b.txt")
    new = "import torch, numpy, matplotlib.pyplot, IPython, gdhelpers; print('new')"
    print(subprocess.run([sys.executable, "-c", new], capture_output=True).stdout)
    """
    said = run(sandbox, code, files={"a/b.txt": b"x"})
    assert said.reason is None
    assert said.text == r"b'new\n'"


def test_borrowers_share_the_ids(sandbox):
    with BorrowedSandbox(sandbox.handle()) as one:
        assert one.own_ids
        words = {run(one, WHO).text, run(sandbox, WHO).text, run(one, WHO).text}
    assert len(words) == 3


def test_a_kernel_is_stopped_and_interrupted(sandbox):
    hog = "held = []\nwhile True: held.append(bytearray(10_000_000))"
    assert "memory limit" in run(sandbox, hog).reason
    bounded = run(sandbox, "import time; time.sleep(60)", meanwhile=lambda k: k.kill())
    assert bounded.status == -9
    code = "import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: print('heard')"
    assert run(sandbox, code, meanwhile=lambda k: k.send_signal(2)).text == "heard"


# Each uses up what it may have, and what a neighbour says that has what it needs.
COUNTED = {
    "descriptors under way": (
        "import socket\nheld = []\n"
        "try:\n"
        "    while True:\n"
        "        held.append(socket.socketpair())\n"
        "        socket.send_fds(held[-1][0], [b'x'], [0] * 250)\n"
        "except OSError: pass",
        "import socket\na, b = socket.socketpair()\n"
        "for _ in range(100): socket.send_fds(a, [b'x'], [0])\nprint('fine')",
    ),
    "timers": (
        "import ctypes\nlibc, one = ctypes.CDLL(None), ctypes.c_void_p()\n"
        "while not libc.timer_create(0, None, ctypes.byref(one)): pass",
        "import ctypes\none = ctypes.c_void_p()\n"
        "if not ctypes.CDLL(None).timer_create(0, None, ctypes.byref(one)):"
        " print('fine')",
    ),
    "pending signals": (
        # A child has one thread; the kernel's others would take signals off the queue.
        "import ctypes, os, signal, time\n"
        "ours, theirs = os.pipe()\n"
        "if not os.fork():\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, [40])\n"
        "    while not ctypes.CDLL(None).sigqueue(os.getpid(), 40, None): pass\n"
        "    os.write(theirs, b'x')\n"
        "    time.sleep(1e6)\n"
        "os.read(ours, 1)",
        "import ctypes, os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [40])\n"
        "if not ctypes.CDLL(None).sigqueue(os.getpid(), 40, None): print('fine')",
    ),
    "inotify": (
        "import ctypes\nwhile ctypes.CDLL(None).inotify_init() >= 0: pass",
        "import ctypes\nif ctypes.CDLL(None).inotify_init() >= 0: print('fine')",
    ),
    "pages of pipes": (
        "import fcntl, os\nheld = []\n"
        "try:\n"
        "    while True:\n"
        "        held.append(os.pipe())\n"
        "        fcntl.fcntl(held[-1][1], 1031, 1 << 20)\n"
        "except OSError: pass",
        "import fcntl, os\nif fcntl.fcntl(os.pipe()[1], 1032) == 65536: print('fine')",
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_counted_per_user_is_not_a_neighbours(sandbox, name):
    greedy, neighbours = COUNTED[name]
    assert beside(sandbox, greedy, neighbours) == "fine"


BOMBS = {
    "children": "if not os.fork(): time.sleep(1e6)",
    "threads": "threading.Thread(target=time.sleep, args=[1e6], daemon=True).start()",
    "orphans": "if not os.fork(): os.fork() or time.sleep(1e6); os._exit(0)",
    "a line of them": "if os.fork(): time.sleep(1e6)",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_bounded_before_it_is_seen(sandbox, name, monkeypatch):
    """Nobody may look for long on a busy machine, and there is not always a group."""
    monkeypatch.setattr("gdgrader.sandbox.control_group._own_groups", lambda: (1, {}))
    monkeypatch.setattr(watchdog.Watched, "excess", lambda self: None)
    most, counted = 40, []
    limits = Limits(**{**vars(LIMITS), "processes": most})
    monkeypatch.setattr(sandbox, "limits", limits)
    code = f"""
    import os, threading, time
    ours, theirs = os.pipe()
    if not os.fork():
        for _ in range({3 * most}):
            try:
                {BOMBS[name]}
            except (OSError, RuntimeError): break
        os.write(theirs, b"x"); time.sleep(1e6)
    os.read(ours, 1)
    """

    def look(kernel) -> None:
        counted.append(watchdog.measure(kernel.pid, 0, 10**12).tasks)

    neighbours = "import os\nif os.fork(): print('fine')\nelse: os._exit(0)"
    assert beside(sandbox, code, neighbours, look) == "fine"
    assert most < counted[0] < 1.5 * most


@pytest.mark.parametrize("name", ["descriptors under way", "timers", "inotify"])
def test_the_grader_can_go_on_beside_it(sandbox, name):
    """Also where it may have few descriptors."""
    assert beside(sandbox, COUNTED[name][0], "print('fine')") == "fine"


def test_a_sandbox_for_one_has_them_too():
    with Sandbox(LIMITS, nested=False, extra=LIGHT) as sandbox:
        verify(sandbox)
        assert sandbox.own_ids
        assert int(run(sandbox, WHO).text.split()[0]) >= user_ids.FIRST
        code = "open('x', 'w').close(); open('/tmp/x', 'w').close(); print(1)"
        assert run(sandbox, code, files={"a/b": b""}).text == "1"
        hog = "held = []\nwhile True: held.append(bytearray(10_000_000))"
        assert "memory limit" in run(sandbox, hog).reason


def test_without_them_all_have_the_graders():
    with Sandbox(LIMITS, own_ids=False, extra=LIGHT) as sandbox:
        verify(sandbox)
        assert run(sandbox, WHO).text == run(sandbox, WHO).text
        _, kernel = sandbox.fork(b"key")
        assert Path(f"/proc/{kernel.pid}").stat().st_uid == os.geteuid()


@pytest.mark.parametrize("mode", [0o600, 0o750])
def test_what_only_its_owner_may_read_keeps_the_graders_id(mode, tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "package"
    package.mkdir(parents=True)
    private = package / "__init__.py" if mode == 0o600 else package
    (package / "__init__.py").touch()
    monkeypatch.setattr(host, "readable", lambda: [package.parent])
    private.chmod(mode)
    with Sandbox(LIMITS, extra=LIGHT) as sandbox:
        assert not sandbox.own_ids
        assert f"may not read {private}" in sandbox.why_shared
        assert run(sandbox, "print(6 * 7)").text == "42"


def test_where_linux_gives_none_the_reason_is_told(monkeypatch):
    for name, problem in (("_namespace", "no"), ("_block", "none is free")):
        with monkeypatch.context() as patch:

            def fails(*_, problem=problem):
                raise user_ids.NoUserIds(problem)

            patch.setattr(user_ids, name, fails)
            with Sandbox(LIMITS, extra=LIGHT) as sandbox:
                assert (sandbox.own_ids, sandbox.why_shared) == (False, problem)


@pytest.mark.parametrize("nested", [True, False])
def test_what_is_held_less_well_is_told(nested, monkeypatch):
    with Sandbox(LIMITS, nested=nested, extra=LIGHT) as sandbox:
        verify(sandbox)
        first = weaknesses(sandbox)
        assert all("user id" not in line for line in first)
        assert bool(first) == (sandbox.held_by == "watchdog")
    where = "gdgrader.sandbox.control_group._own_groups"
    monkeypatch.setattr(where, lambda: (2, {}))
    with Sandbox(LIMITS, nested, LIGHT, own_ids=False) as sandbox:
        verify(sandbox)
        group, ids = weaknesses(sandbox)
        assert "No control group" in group and "your own user id" in ids


def test_the_command_tells_it_once(monkeypatch, tmp_path):
    course = Course(tmp_path / "course")
    for student in ("ann", "bob"):
        course.submit(student, course.answered(RIGHT))
    monkeypatch.setattr(user_ids, "_block", _none)
    said = CliRunner().invoke(
        app, ["autograde", LESSON, "--root", str(course.root), "--workers", "1"]
    )
    assert said.stdout.count("! Submissions run under your own user id") == 1
    assert "no more ids" in said.stdout


def _none(*_: object) -> None:
    raise user_ids.NoUserIds("no more ids")
