"""What no control group counts, the watchdog sees."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import astuple, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from busy import one_processor_with
from light import LIGHT
from sandboxed import run

from gdgrader.sandbox import watchdog
from gdgrader.sandbox.control_group import CONTROLLERS
from gdgrader.sandbox.host import Sandbox, Unconfined
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.spent import Over, Spent
from gdgrader.sandbox.watchdog import INTERVAL, NOTHING, SELDOM, Ledger, Run, Watched

LIMITS = Limits(memory_bytes=300 * MB, cpu_seconds=2, submission_seconds=30)


@pytest.fixture(scope="module", params=[True, False], ids=["nested", "outer"])
def sandbox(request):
    with Sandbox(LIMITS, nested=request.param, extra=LIGHT) as opened:
        yield opened


LEADERLESS = """
import ctypes, os, threading, time
libc = ctypes.CDLL(None)
def hold():
    time.sleep(1)  # the first thread ends before
    held = bytearray(b"x") * 600_000_000
    time.sleep(1e6)
def leaderless():
    threading.Thread(target=hold).start()
    time.sleep(0.2)
    libc.pthread_exit(None)
"""
MEMORY = {
    "a child whose first thread has ended": LEADERLESS
    + "if not os.fork(): leaderless()\ntime.sleep(1e6)",
    "an orphan whose first thread has ended": LEADERLESS
    + "if not os.fork():\n    if os.fork(): os._exit(0)\n"
    "    os.setsid(); leaderless()\ntime.sleep(1e6)",
    "a child of another thread": LEADERLESS + "def start():\n"
    "    if not os.fork(): leaderless()\n    time.sleep(1e6)\n"
    "threading.Thread(target=start).start()\ntime.sleep(1e6)",
    "an orphan of a thread's child": LEADERLESS + "def start():\n"
    "    if not os.fork():\n        if os.fork(): os._exit(0)\n        hold()\n"
    "threading.Thread(target=start).start()\ntime.sleep(1e6)",
}
# 600 MB of tables: a page of them for each two megabytes of which one byte is read.
MEMORY["tables of pages that are only read"] = """
import mmap, time
held = mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)
for at in range(0, 300 << 30, 2 << 20): held[at]
time.sleep(1e6)
"""
# As much as Linux takes, unread, of each of forty sockets.
UNREAD = """
import os, socket, sys
held, unread = [], 0
def fill(one):
    global unread
    one.setblocking(False)
    for size in (1 << 15, 1 << 10, 1):
        try:
            while True: unread += one.send(bytes(size))
        except BlockingIOError: pass
door = socket.create_server(("127.0.0.1", 0))
def connected():
    return socket.create_connection(door.getsockname()), door.accept()[0]
pairs = {
    "pairs": socket.socketpair,
    "pairs of letters": lambda: socket.socketpair(type=socket.SOCK_DGRAM),
    "pairs of records": lambda: socket.socketpair(type=socket.SOCK_SEQPACKET),
    "connections": connected,
}
for _ in range(20):
    held += (two := pairs[KIND]())
    fill(two[0]); fill(two[1])
print(len(held), unread)
"""
KINDS = ("pairs", "pairs of letters", "pairs of records", "connections")
SPIN = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def relay(seconds):
    while True:
        spin(seconds)
        if os.fork(): os._exit(0)
"""
RELAYS = {
    "of 5 ms": SPIN + "if not os.fork(): relay(0.005)\ntime.sleep(1e6)",
    "of 30 ms": SPIN + "if not os.fork(): relay(0.03)\ntime.sleep(1e6)",
    "of 200 ms": SPIN + "if not os.fork(): relay(0.2)\ntime.sleep(1e6)",
    "of the kernel's own children": SPIN + "while True:\n"
    "    if not os.fork(): spin(0.02); os._exit(0)\n    time.sleep(0.02)",
}


@pytest.fixture(params=["with a group", "without"])
def grouped(request, monkeypatch):
    if request.param == "without":
        where = "gdgrader.sandbox.control_group._own_groups"
        monkeypatch.setattr(where, lambda: (1, {}))


@pytest.mark.parametrize("name", MEMORY)
def test_memory_is_seen(sandbox, name, monkeypatch):
    where = "gdgrader.sandbox.control_group._own_groups"
    monkeypatch.setattr(where, lambda: (1, {}))
    assert "memory limit of 300 MB" in (run(sandbox, MEMORY[name]).reason or "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_waits_unread_is_little(sandbox, kind):
    """Of a network's sockets no control group of version 1 counts it."""
    most = 2 * int(Path("/proc/sys/net/core/wmem_default").read_text())
    if kind == "connections" and not sandbox.nested:  # what Linux has for the machine
        sizes = (
            Path(f"/proc/sys/net/ipv4/{name}") for name in ("tcp_rmem", "tcp_wmem")
        )
        most = sum(int(size.read_text().split()[-1]) for size in sizes)
    said = run(sandbox, f"KIND = {kind!r}\n{UNREAD}")
    count, unread = map(int, said.text.split())
    assert 0 < unread / count < most


SOCKETS = {
    "open ones": "for _ in range(300): held += socket.socketpair()",
    "on their way": "one, other = socket.socketpair()\n"
    "for _ in range(3):\n"
    "    many = [x for _ in range(125) for x in socket.socketpair()]\n"
    "    socket.send_fds(one, [b'x'], [x.fileno() for x in many])\n"
    "    for x in many: x.close()",
    "closed before all was read": "for _ in range(300):\n"
    "    one, other = socket.socketpair(type=socket.SOCK_DGRAM)\n"
    "    one.send(b'x'); one.close(); held.append(other)",
    "of children": "for _ in range(3):\n"
    "    if not os.fork():\n"
    "        for _ in range(100): held += socket.socketpair()\n"
    "        time.sleep(1e6)",
}


@pytest.mark.parametrize("name", SOCKETS)
def test_no_more_sockets_than_the_limit(sandbox, name, grouped):
    code = f"import os, socket, time\nheld = []\n{SOCKETS[name]}\ntime.sleep(1e6)"
    assert run(sandbox, code).reason == "limit of 512 sockets exceeded"


def test_of_the_machines_own_sockets_none_are_counted():
    held = [one for _ in range(300) for one in socket.socketpair()]
    try:
        with Unconfined(LIMITS) as plain:
            out = run(plain, "import time; time.sleep(1); print('fine')")
        assert (out.text, out.reason) == ("fine", None)
    finally:
        for one in held:
            one.close()


@pytest.mark.parametrize("name", RELAYS)
def test_a_relay_of_short_lived_processes_is_seen(sandbox, name, grouped, monkeypatch):
    monkeypatch.setattr(sandbox, "limits", replace(LIMITS, cpu_seconds=1))
    assert "CPU limit of 1 s" in (run(sandbox, RELAYS[name]).reason or "")


def test_processes_that_wait_use_no_processor(sandbox, grouped):
    code = SPIN + (
        "for _ in range(60):\n    if not os.fork(): time.sleep(0.1); os._exit(0)\n"
        "    time.sleep(0.05)\nprint('fine')"
    )
    assert run(sandbox, code).text == "fine"


def test_a_ledger_counts_what_it_has_seen_once(monkeypatch):
    clock = iter([0.0, 0.1, 0.2, 0.3])
    where = "gdgrader.sandbox.watchdog.time.monotonic"
    ledger = Ledger.__new__(Ledger)
    monkeypatch.setattr(where, lambda: next(clock))
    ledger.__init__()
    a, b = (7, 100), (7, 200)  # the same id, begun at another time
    assert ledger.total({a: Run(0.02, 0.5)}) == pytest.approx(0.05)
    assert ledger.total({a: Run(0.06, 0.5)}) == pytest.approx(0.09)
    assert ledger.total({b: Run(0.01, 1.0)}) == pytest.approx(0.19)


class Group:
    """A control group that holds and counts what it is told to."""

    def __init__(self, folders, seconds, hit="") -> None:
        self.folders = dict.fromkeys(folders)
        self.holds_all = self.folders.keys() >= CONTROLLERS
        self.hit, self.cpu_seconds = hit, lambda: seconds

    def hits(self, controller):
        return controller == self.hit


def test_of_too_many_nothing_but_their_number_is_measured(monkeypatch):
    """To look at a bomb takes no longer, the larger it is."""
    looked = []
    monkeypatch.setattr(watchdog, "held", looked.append)
    limits = Limits(processes=3, memory_bytes=1)
    none = Group((), 0)
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            one = stack.enter_context(subprocess.Popen(["sleep", "600"]))
            stack.callback(one.kill)
        me = SimpleNamespace(pid=os.getpid(), contained=False)
        watched = Watched(me, limits, none, 0, Ledger(), 0.0)
        assert watched.excess() == "limit of 3 processes exceeded"
    assert looked == []


# What three processes hold between them, in hundreds of megabytes: at the least, as the
# watchdog can tell at once, and truly.
BETWEEN_THEM = {
    "tables of one": ("read(200)", "wait()", 4, 4),
    "tables of each": ("", "read(100); wait()", 6, 6),
    "one's own": ("held = bytearray(b'x') * (400 << 20)", "wait()", 4, 4),
    "shared since the fork": ("held = bytearray(b'x') * (200 << 20)", "wait()", 2, 2),
    "shared on purpose": (
        "held = mmap.mmap(-1, 200 << 20); held.write(b'x' * len(held))",
        "held[::4096]; wait()",
        2,
        2,
    ),
    "a little of each": ("", "held = bytearray(b'x') * (150 << 20); wait()", 1.5, 4.5),
}
TOGETHER = """
import mmap, os, time
def read(gigabytes):
    global table
    table = mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 1)
    for at in range(0, gigabytes << 30, 2 << 20): table[at]
def wait():
    os.write(1, b"x"); time.sleep(600)
{}
for _ in range(2):
    if not os.fork(): exec({!r})
{}
"""


@pytest.mark.parametrize("name", BETWEEN_THEM)
def test_what_is_told_at_once_is_no_more_than_there_is(name, monkeypatch):
    first, each, least, truly = BETWEEN_THEM[name]
    code, hundred = TOGETHER.format(first, each, each), 100 * MB
    with subprocess.Popen([sys.executable, "-c", code], stdout=-1) as process:
        pids = []
        try:
            assert process.stdout.read(3) == b"xxx"
            pids = watchdog.tree(process.pid)
            assert len(pids) == 3
            told = watchdog._at_least(pids, 0)
            exact = sum(map(watchdog._proportional, pids))
            assert told == pytest.approx(least * hundred, abs=0.4 * hundred)
            assert exact == pytest.approx(truly * hundred, abs=0.4 * hundred)
            assert told <= exact
            # The slow way is gone only where this does not settle it.
            looked = []
            monkeypatch.setattr(watchdog, "_pss", lambda task: looked.append(task) or 0)
            watchdog.measure(process.pid, 0, told - 1)
            assert looked == []
            watchdog.measure(process.pid, 0, told)
            assert looked
        finally:
            for pid in pids or [process.pid]:
                os.kill(pid, signal.SIGKILL)


# Who is asked at a look. ----------------------------------------------------------


ALL = ("memory", "pids", "cpuacct")


@pytest.mark.parametrize(
    ("folders", "seconds", "measured"),
    [
        (ALL, 0.1, 100 // SELDOM),
        (ALL, 0, 100),  # it does not count after all
        ((), 0, 100),
        (("memory", "cpuacct"), 0.1, 100),
        (("pids", "cpuacct"), 0.1, 100),
        (("memory", "pids"), 0, 100),
        (("cpuacct",), 0.1, 100),
    ],
)
def test_processes_are_measured_where_no_group_holds_all(
    folders, seconds, measured, monkeypatch
):
    seen = []

    def measure(*_):
        seen.append(1)
        return NOTHING

    monkeypatch.setattr(watchdog, "measure", measure)
    kernel = SimpleNamespace(
        spent=Spent(), heard=0, at_rest=True, pid=0, contained=False
    )
    group = Group(folders, seconds)
    watched = Watched(kernel, LIMITS, group, 0, Ledger(), time.monotonic())
    for _ in range(100):
        assert watched.excess() is None
    assert len(seen) == measured


@pytest.mark.parametrize(
    ("hit", "seconds", "words"),
    [
        ("memory", 1, "memory limit"),
        ("pids", 1, "processes"),
        ("", 3, "CPU limit of 2 s"),
    ],
)
def test_what_the_group_says_counts_at_each_look(hit, seconds, words, monkeypatch):
    kernel = SimpleNamespace(
        spent=Spent(), heard=0, at_rest=True, pid=0, contained=False
    )
    watched = Watched(kernel, LIMITS, Group(ALL, seconds, hit), 0, Ledger(), 0.0, 0, 1)
    monkeypatch.setattr(watchdog, "measure", lambda *_: pytest.fail("was measured"))
    assert words in watched.excess()


MANY = 900  # whose numbers are longer than what Linux tells at once
FAMILY = f"""
import os, time
for _ in range({MANY}):
    if not os.fork():
        time.sleep(99)
        os._exit(0)
print(flush=True)
time.sleep(99)
"""


def test_all_children_are_found():
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=-1) as process:
        process.stdout.readline()
        found = watchdog.tree(process.pid)
        for pid in found:
            os.kill(pid, signal.SIGKILL)
    assert len(found) == 1 + MANY


# What counts as waiting, and whose doing it is. ---------------------------------------


class Looks:
    """A kernel that is looked at by a clock of our own."""

    def __init__(self, monkeypatch) -> None:
        self.kernel = SimpleNamespace(spent=Spent(), heard=0, at_rest=False, pid=0)
        self.watched = Watched(self.kernel, LIMITS, None, 0, Ledger(), 0.0)
        self.now, self.doing = 0.0, {"S"}
        monkeypatch.setattr(watchdog.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(watchdog, "states", lambda pid: self.doing)

    def look(self, after: float = INTERVAL, cpu: float = 0.0) -> tuple[float, ...]:
        """Look `after` seconds, in which it had so much processor time; what is added
        as cpu, waited, stalled and clock."""
        before = self.kernel.spent
        self.now += after
        self.watched._count(before.cpu + cpu)
        return astuple(self.kernel.spent - before)


@pytest.fixture
def looks(monkeypatch) -> Looks:
    return Looks(monkeypatch)


def test_who_sleeps_waits(looks):
    assert looks.look() == pytest.approx((0, INTERVAL, 0, INTERVAL))
    assert looks.look(cpu=0.02)[1] == pytest.approx(INTERVAL - 0.02)


def test_who_runs_does_not_wait(looks):
    assert looks.look(cpu=INTERVAL) == pytest.approx((INTERVAL, 0, 0, INTERVAL))
    assert looks.look(cpu=3 * INTERVAL)[1] == 0  # of three children, say


@pytest.mark.parametrize("doing", [{"R"}, {"R", "S"}, {"S", "D", "R"}])
def test_who_would_run_does_not_wait(looks, doing):
    looks.doing = doing
    assert looks.look(5.0) == pytest.approx((0, 0, 0, 5.0))


@pytest.mark.parametrize("doing", [{"D"}, {"S", "D"}, {"D", "Z"}])
def test_who_is_kept_waiting_by_a_disk_is_not_to_blame(looks, doing):
    looks.doing = doing
    assert looks.look() == pytest.approx((0, 0, INTERVAL, INTERVAL))


@pytest.mark.parametrize("late", [1.0, 60.0, 3600.0])
def test_a_look_that_comes_late_counts_no_more_than_another(looks, late):
    assert looks.look(late)[1] <= 2 * INTERVAL


def test_who_waits_to_be_heard_or_asked_does_not_wait(looks):
    looks.kernel.heard += 1
    assert looks.look()[1] == 0
    assert looks.look()[1] == pytest.approx(INTERVAL)
    looks.kernel.at_rest = True
    assert looks.look()[1] == 0


@pytest.mark.parametrize(
    ("spent", "over"),
    [
        (Spent(cpu=9.9, clock=199), None),
        (Spent(cpu=10.1), Over.ITSELF),
        (Spent(waited=10.1), Over.ITSELF),
        (Spent(cpu=5.1, waited=5.1, clock=999), Over.ITSELF),
        (Spent(cpu=1, stalled=9.1), Over.PERHAPS_LOAD),
        (Spent(cpu=1, clock=201), Over.PERHAPS_LOAD),
    ],
)
def test_by_what_a_limit_is_reached(spent, over):
    assert spent.over(10, wall_factor=20) is over


SPENDS = "while time.process_time() < begin + 0.25: pass"
STARVED = {
    "a loop": SPENDS,
    "a child": "child = os.fork()\n"
    "if not child:\n"
    "    begin = time.process_time()\n"
    f"    {SPENDS}\n"
    "    os._exit(0)\n"
    "os.waitpid(child, 0)",
    "threads": f"def spend():\n    {SPENDS}\n"
    "crew = [threading.Thread(target=spend) for _ in range(3)]\n"
    "for one in crew: one.start()\n"
    "for one in crew: one.join()",
}


@pytest.fixture(scope="module")
def warmed():
    limits = Limits(submission_seconds=1, wall_factor=10_000)
    with Sandbox(limits, extra=LIGHT) as opened:
        yield opened


@pytest.mark.parametrize("name", STARVED)
def test_who_gets_no_processor_is_not_stopped(warmed, name, grouped):
    """A quarter of a second's work takes 1.5 by the clock, and the limit is one."""
    code = f"import os, threading, time\nbegin = time.process_time()\n{STARVED[name]}"
    with one_processor_with(5, warmed):
        assert run(warmed, f"{code}\nprint('done')").text == "done"
