"""What a kernel says is weighed as it comes, whatever libzmq makes of it."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from itertools import cycle, pairwise
from pathlib import Path

import pytest
from fuzzed import tried
from hypothesis import given
from hypothesis import strategies as st
from light import LIGHT
from sandboxed import run

from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.relay import GREETING, KEEPING, Frames, NoMessages, Relay

LIMITS = Limits(output_bytes=4 * MB, submission_seconds=200)
HELLO = b"\xff" + bytes(8) + b"\x7f\x03\x01" + bytes(GREETING - 12)


# In the kernel: its ends of the grader's connections, and what sends on one of them.
ENDS = """
import os, select, socket, struct, threading, time, zmq
kernel = get_ipython().kernel
def ends():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            one = socket.socket(fileno=os.dup(int(name)))
            if one.family == socket.AF_UNIX and one.getpeername() == "":
                if one.getsockname(): found.append(one)
        except (OSError, TypeError): pass
    return found
def listening():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            one = socket.socket(fileno=os.dup(int(name)))
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found.append(one)
        except OSError: pass
    return found
def frame(flags, body): return bytes([flags, len(body)]) + body
def say(data, channels="-1 -2"):
    for one in ends():
        try:
            one.setblocking(True)
            while one.getsockname()[-2:] in channels: one.sendall(data)
        except OSError: pass
"""
FLOODS = {
    "more to come, on shell": ENDS + "say(frame(1, b'x' * 200) * 512, '-1')",
    "more to come, on iopub": ENDS + "say(frame(1, b'x' * 200) * 512, '-2')",
    "empty frames": ENDS + "say(frame(1, b'') * 4096)",
    "frames of one byte": ENDS + "say(frame(1, b'x') * 4096)",
    "long frames": ENDS
    + "say(b'\\x03' + (1 << 20).to_bytes(8, 'big') + b'x' * (1 << 20))",
    "a frame of a terabyte": ENDS
    + "say(b'\\x03' + (1 << 40).to_bytes(8, 'big') + b'x' * (1 << 20))",
    "commands": ENDS + "say(frame(4, b'\\x04PING' + bytes(9)) * 512)",
    "whole messages of many frames": ENDS
    + "say((frame(1, b'') * 200_000 + frame(0, b'')))",
    "an older protocol": ENDS
    + """
def flood(one):
    try:
        one.setblocking(True)
        one.sendall(b"\\x01\\x00")
        while True: one.sendall(b"\\x02\\x01x" * 4096)
    except OSError: pass
ears = listening()
for ear in ears: ear.setblocking(False)
while True:  # libzmq accepts too: until one of the grader's connections is ours
    for one in ends(): one.shutdown(socket.SHUT_RDWR)
    soon = time.monotonic() + 0.5
    while time.monotonic() < soon:
        for ear in ears:
            try: threading.Thread(target=flood, args=[ear.accept()[0]]).start()
            except OSError: pass
""",
}


# In a process of its own, so that all it has is for these kernels: what became of each
# flood, what it added to the peak, and what a kernel says after it.
FLOODED = """
import json, sys
import peaks
from light import LIGHT
from sandboxed import run
from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.limits import Limits
limits, floods = json.load(sys.stdin)
with Sandbox(Limits(**limits), extra=LIGHT) as sandbox:
    run(sandbox, "1")
    for name, flood in floods.items():
        before = peaks.begin_anew()
        flood += "\\nimport time; time.sleep(30)"
        for _ in range(9):  # on a busy machine a flood may find no way to begin
            reason = run(sandbox, flood, timeout=60).reason
            if reason:
                break
        grown = peaks.of()["VmHWM"] - before
        print(json.dumps([name, reason, grown, run(sandbox, "print(6 * 7)").text]))
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def flooded():
    done = subprocess.run(
        [sys.executable, "-c", FLOODED],
        input=json.dumps([asdict(LIMITS), FLOODS]),
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = map(json.loads, done.stdout.splitlines())
    return {name: told for name, *told in found}


@pytest.mark.parametrize("name", FLOODS)
def test_what_is_no_whole_message_does_not_pile_up_here(flooded, name):
    reason, grown, after = flooded[name]
    assert "output limit of 4 MB" in (reason or "nothing")
    assert grown < 24 * MB, grown / MB
    assert after == "42"


def test_the_grader_hears_a_kernel_through_the_relay_alone():
    """What came on another connection, unweighed, took 1.6 GB here in four seconds."""
    with Sandbox(LIMITS, extra=LIGHT) as sandbox:
        code = f"{ENDS}print(sorted(one.getsockname()[-2:] for one in ends()))"
        assert run(sandbox, code).text == "['-1', '-2']"


@tried(100)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=300)), max_size=20),
    st.lists(st.integers(0, 3000), max_size=8),
)
def test_a_frame_weighs_the_same_in_one_piece_and_in_many(frames, cuts):
    said = HELLO
    for flags, body in frames:
        long = flags & 2 or len(body) > 255
        flags = flags | 2 if long else flags
        said += bytes([flags]) + len(body).to_bytes(8 if long else 1, "big") + body
    edges = [0, *sorted(min(cut, len(said)) for cut in cuts), len(said)]
    pieces = Frames()
    weight = sum(pieces.weigh(said[a:b]) for a, b in pairwise(edges))
    assert weight == sum(len(body) + KEEPING for _, body in frames)


@pytest.mark.parametrize(
    "greeting",
    [
        b"\x01\x00" + bytes(20),
        b"\xff" + bytes(8) + b"\x7f\x00" + bytes(60),
        b"\xff" + bytes(8) + b"\x7f\x01" + bytes(60),
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(64),
    ],
)
def test_other_protocols_are_not_carried(greeting):
    with pytest.raises(NoMessages):
        Frames().weigh(greeting)
    Frames().weigh(HELLO)


def test_kernels_that_are_heard_late_are_ready_all_the_same(monkeypatch):
    """On a busy machine each answer comes when the next question is under way."""
    begin, within, lates = Relay.__init__, Relay._within, cycle([1.2, 1.5, 2.0])

    def begins(self, *arguments):
        self.late = next(lates)
        begin(self, *arguments)

    def slowly(self, frames, data):
        time.sleep(self.late)
        return within(self, frames, data)

    monkeypatch.setattr(Relay, "__init__", begins)
    monkeypatch.setattr(Relay, "_within", slowly)
    with Sandbox(LIMITS, extra=LIGHT) as sandbox, ThreadPoolExecutor(3) as crew:
        said = list(crew.map(partial(run, sandbox), ["print(6 * 7)"] * 3))
    assert [outcome.text for outcome in said] == ["42"] * 3
