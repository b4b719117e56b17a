"""What no control group counts, the watchdog sees."""

import pytest
from light import LIGHT
from sandboxed import run

from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.watchdog import Ledger, Run

LIMITS = Limits(memory_bytes=300 * MB, cpu_seconds=2, submission_seconds=30)


@pytest.fixture(scope="module", params=[True, False], ids=["nested", "outer"])
def sandbox(request):
    # Outer ones warm up anew for each kernel.
    extra = () if request.param else LIGHT
    with Sandbox(LIMITS, nested=request.param, extra=extra) as opened:
        yield opened


LEADERLESS = """
import ctypes, os, threading, time
libc = ctypes.CDLL(None)
def hold():
    time.sleep(1)  # the first thread ends before
    held = bytearray(b"x") * 600_000_000
    time.sleep(60)
def leaderless():
    threading.Thread(target=hold).start()
    time.sleep(0.2)
    libc.pthread_exit(None)
"""
MEMORY = {
    "a child whose first thread has ended": LEADERLESS
    + "if not os.fork(): leaderless()\ntime.sleep(60)",
    "an orphan whose first thread has ended": LEADERLESS
    + "if not os.fork():\n    if os.fork(): os._exit(0)\n"
    "    os.setsid(); leaderless()\ntime.sleep(60)",
    "a child of another thread": LEADERLESS + "def start():\n"
    "    if not os.fork(): leaderless()\n    time.sleep(60)\n"
    "threading.Thread(target=start).start()\ntime.sleep(60)",
    "an orphan of a thread's child": LEADERLESS + "def start():\n"
    "    if not os.fork():\n        if os.fork(): os._exit(0)\n        hold()\n"
    "threading.Thread(target=start).start()\ntime.sleep(60)",
}
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
    "of 5 ms": SPIN + "if not os.fork(): relay(0.005)\ntime.sleep(60)",
    "of 30 ms": SPIN + "if not os.fork(): relay(0.03)\ntime.sleep(60)",
    "of 200 ms": SPIN + "if not os.fork(): relay(0.2)\ntime.sleep(60)",
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


@pytest.mark.parametrize("name", RELAYS)
def test_a_relay_of_short_lived_processes_is_seen(sandbox, name, grouped):
    assert "CPU limit of 2 s" in (run(sandbox, RELAYS[name]).reason or "")


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
