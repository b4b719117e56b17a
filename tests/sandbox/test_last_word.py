"""What is said in the warmed process's name ends a kernel all the same."""

import contextlib
import os
import socket
import subprocess
from pathlib import Path

import psutil
import pytest
from light import LIGHT
from sandboxed import children, run

from gdgrader.sandbox.forkserver import ForkedKernel
from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.limits import Limits

FORGED = {
    "infinity": b'{"exit": Infinity}',
    "not a number": b'{"exit": NaN}',
    "a large number": b'{"exit": 1e999}',
    "many digits": b'{"exit": ' + b"9" * 4000 + b"}",
    "a text": b'{"exit": "0"}',
    "true": b'{"exit": true}',
    "deep": b"[" * 4000,
    "deeper": b'{"exit":' * 500,
    "no text": b"\xff\xfe",
    "nothing": b"{}",
    "more than asked": b'{"exit": 0, "exit": 1}',
    "a list": b"[0]",
    "silence": b" ",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_last_word_ends_the_kernel(name):
    sleeper = subprocess.Popen(["sleep", "100"])
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kernel = ForkedKernel(ours, sleeper.pid, contained=True)
    done = []

    def fails() -> None:
        done.append("first")
        raise RuntimeError("of the first")

    kernel.on_end += [fails, lambda: done.append("second")]
    theirs.send(FORGED[name])
    with theirs, contextlib.suppress(RuntimeError):
        kernel.poll()
    assert kernel.returncode == kernel.poll() == -9
    assert done == ["first", "second"]
    assert sleeper.wait(600) == -9


@pytest.mark.parametrize("status", [0, 7, -11])
def test_a_true_one_is_believed(status):
    sleeper = subprocess.Popen(["sleep", "100"])
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kernel = ForkedKernel(ours, sleeper.pid, contained=True)
    with theirs:
        theirs.send(b'{"exit": %d}' % status)
        assert kernel.wait(600) == status
    sleeper.wait()


# Takes whatever socket another process has open, and says in its name that it ended.
STEAL = """
import ctypes, os, platform, socket
libc = ctypes.CDLL(None)
taken = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid(): continue
    try: process = os.pidfd_open(int(pid))
    except OSError: continue
    for number in range(100):
        one = libc.syscall(438, process, number, 0)
        if one >= 0:
            taken.append(one)
            try: socket.socket(fileno=one).send(WORD)
            except OSError: pass
    try:  # the first is bubblewrap's, which has none of these sockets
        if pid != "1" or OWN: taken.append(open(f"/proc/{pid}/mem", "r+b"))
    except OSError: pass
    buffer = ctypes.create_string_buffer(8)
    if libc.ptrace(16, int(pid), None, None) == 0: taken.append("traced")
print(len(taken))
"""


@pytest.mark.parametrize("own_ids", [True, False])
@pytest.mark.parametrize("word", ["infinity", "deep", "a large number"])
def test_no_word_can_be_said_in_its_name(own_ids, word):
    before = children()
    with Sandbox(
        Limits(submission_seconds=60), nested=False, own_ids=own_ids, extra=LIGHT
    ) as sandbox:
        steal = STEAL.replace("WORD", repr(FORGED[word])).replace("OWN", str(own_ids))
        assert run(sandbox, steal).text == "0"
        assert run(sandbox, "print(1)").text == "1"
    assert children() == before


def _score(pid: int) -> int:
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


@pytest.mark.parametrize("nested", [True, False])
def test_kernels_are_what_linux_ends_first(nested):
    with Sandbox(Limits(submission_seconds=60), nested, extra=LIGHT) as sandbox:
        seen = []

        def look(kernel) -> None:
            seen.append(_score(kernel.pid))

        code = """
        for value in ("0", "-1000", "-1"):
            try:
                with open("/proc/self/oom_score_adj", "w") as file: file.write(value)
                print("changed")
            except OSError: pass
        import time; time.sleep(2)
        """
        assert run(sandbox, code, meanwhile=look).text == ""
        assert seen == [1000]
        server = psutil.Process(sandbox.server.process.pid)
        for process in (psutil.Process(os.getpid()), server):
            assert _score(process.pid) < 1000
