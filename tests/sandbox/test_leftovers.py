"""When a kernel is said to have ended, so has all that it started: no process is left
that was killed and still waits for a processor to end on.

Without a control group, as an ordinary user has none: its removal waits, too. The
processes are of the lowest priority, on a machine whose processors are all taken.
"""

import os
import secrets
import time
from contextlib import ExitStack

import psutil
import pytest
from busy import loops
from light import LIGHT
from sandboxed import PATIENCE, run

from gdgrader.sandbox.host import Sandbox, Unconfined

START = """
import os, subprocess
for _ in range(20):
    subprocess.Popen(["sleep", "{}"], preexec_fn=lambda: os.nice(19),
                     start_new_session=True)
print(6 * 7)
"""
HOSTS = {
    "in a sandbox": lambda: Sandbox(nested=True, extra=LIGHT),
    "in one for it alone": lambda: Sandbox(nested=False, extra=LIGHT),
    "the same, without ids": lambda: Sandbox(nested=False, extra=LIGHT, own_ids=False),
    "in none": Unconfined,
}


@pytest.fixture(autouse=True)
def no_control_group(monkeypatch):
    monkeypatch.setattr("gdgrader.sandbox.control_group._own_groups", lambda: (1, {}))


@pytest.fixture
def take_all_processors():
    """Call it to have them taken until the test ends."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(loops(2 * os.cpu_count()))


@pytest.fixture
def seconds():
    """How long this test's processes would sleep: tells them from all others."""
    return str(10**6 + secrets.randbelow(10**6))


def sleeping(seconds):
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[1:] == [seconds]:
            found.append(process)
    return found


def all_sleep(seconds):
    soon = time.monotonic() + PATIENCE
    while len(sleeping(seconds)) < 20:
        assert time.monotonic() < soon
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("host", HOSTS)
def test_what_was_killed_is_gone(host, seconds, take_all_processors):
    seen = []

    def look(kernel):
        seen.append(all_sleep(seconds))
        take_all_processors()

    with HOSTS[host]() as opened:
        outcome = run(opened, START.format(seconds), meanwhile=look)
        left = sleeping(seconds)
    assert outcome.text == "42" and seen
    assert left == []


@pytest.mark.parametrize("host", [host for host in HOSTS if host != "in none"])
def test_what_a_kernel_leaves_at_its_own_end_is_gone(
    host, seconds, take_all_processors
):
    with HOSTS[host]() as opened:
        take_all_processors()
        outcome = run(opened, START.format(seconds) + "os._exit(7)")
        left = sleeping(seconds)
    assert outcome.status == 7
    assert left == []


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_there_at_the_close_is_gone(host, seconds, take_all_processors):
    opened, left = HOSTS[host](), []

    def close(kernel):
        all_sleep(seconds)
        take_all_processors()
        opened.close()
        left.append(sleeping(seconds))

    run(opened, START.format(seconds), meanwhile=close)
    assert left == [[]]
