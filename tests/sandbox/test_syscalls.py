"""Which system calls a student's code may make."""

import json
import struct

import pytest
from light import LIGHT
from sandboxed import run

from gdgrader.sandbox.host import Sandbox
from gdgrader.sandbox.inside.syscalls import (
    ARCHITECTURE,
    LOOKED_AT,
    REFUSED,
    filter_program,
)
from gdgrader.sandbox.limits import Limits

REFUSE, ALLOW = 0x50000 | 38, 0x7FFF0000


@pytest.fixture(scope="module", params=[True, False], ids=["nested", "outer"])
def sandbox(request):
    # Outer ones warm up anew for each kernel.
    extra = () if request.param else LIGHT
    limits = Limits(submission_seconds=60)
    with Sandbox(limits, nested=request.param, extra=extra) as opened:
        yield opened


def answer(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the filter says, as Linux reads it."""
    arch = ARCHITECTURE[machine] if arch is None else arch
    rest = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("IIQ6Q", number, arch, 0, *rest)
    at, loaded, program = 0, 0, filter_program(machine)
    while True:
        operation, if_so, if_not, operand = program[at]
        at += 1
        if operation == 0x20:
            (loaded,) = struct.unpack_from("I", data, operand)
        elif operation == 0x06:
            return operand
        else:
            so = {
                0x15: loaded == operand,
                0x35: loaded >= operand,
                0x45: bool(loaded & operand),
            }[operation]
            at += if_so if so else if_not


@pytest.mark.parametrize("machine", ARCHITECTURE)
def test_the_filter_decides_as_it_is_told(machine):
    number = LOOKED_AT[machine]
    refused = set(REFUSED[machine].values())
    for one in range(600):
        if one not in number.values():
            expected = REFUSE if one in refused else ALLOW
            assert answer(machine, one) == expected, one
    assert REFUSED["x86_64"].keys() == REFUSED["aarch64"].keys()
    assert answer(machine, 0, arch=3) == REFUSE
    assert answer(machine, 0x40000000) == answer(machine, 0x40000029) == REFUSE
    for call in ("socket", "socketpair"):
        for family in range(64):
            for protocol in (0, 1, 2, 6, 12, 17, 58, 132, 262):
                usual = family in (1, 2, 10) and protocol in (0, 6, 17)
                routes = family == 16 and protocol == 0
                said = answer(machine, number[call], family, 1, protocol)
                assert said == (ALLOW if usual or routes else REFUSE)
    for flags, expected in (
        (0x01200011, ALLOW),  # fork
        (0x003D0F00, ALLOW),  # a thread
        (0x4111, ALLOW),  # vfork
        (0x10000011, REFUSE),
        (0x20000011, REFUSE),
        (0x8011, REFUSE),  # a sibling
    ):
        assert answer(machine, number["clone"], flags) == expected
    for flags, expected in ((0x21, REFUSE), (0x23, REFUSE), (0x22, ALLOW), (1, ALLOW)):
        assert answer(machine, number["mmap"], 0, 1, 3, flags) == expected
    for command, expected in (
        (1024, REFUSE),
        (1026, REFUSE),
        (1031, ALLOW),
        (6, ALLOW),
    ):
        assert answer(machine, number["fcntl"], 3, command) == expected
    for level, option, expected in (
        (1, 7, REFUSE),
        (1, 8, REFUSE),
        (1, 32, REFUSE),
        (1, 33, REFUSE),
        (1, 2, ALLOW),
        (6, 7, ALLOW),
        (6, 1, ALLOW),
    ):
        said = answer(machine, number["setsockopt"], 3, level, option)
        assert said == expected
    assert answer(machine, number["prctl"], 36) == REFUSE
    assert answer(machine, number["prctl"], 15) == ALLOW


CLOSED = """
import ctypes, fcntl, json, mmap, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
numbers = json.loads('NUMBERS')
opened = []
for name, number in numbers.items():
    if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 38:
        opened.append(name)
for family in range(1, 50):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW,
                 socket.SOCK_SEQPACKET):
        for protocol in (0, 1, 132, 262):
            try:
                socket.socket(family, kind, protocol).close()
                opened.append((family, int(kind), protocol))
            except OSError: pass
            try:
                socket.socketpair(family, kind, protocol)
                if family != 1: opened.append((family, int(kind), protocol))
            except OSError: pass
file = open("mine", "w")
for what, attempt in {
    "a lease": lambda: fcntl.fcntl(file, 1024, fcntl.F_WRLCK),
    "word of changes": lambda: fcntl.fcntl(os.open(".", os.O_RDONLY), 1026, 1),
    "more room": lambda: socket.socket().setsockopt(1, socket.SO_SNDBUF, 1 << 20),
    "more room to hear": lambda: socket.socket().setsockopt(1, socket.SO_RCVBUF, 9999),
    "shared memory": lambda: mmap.mmap(-1, 1 << 20),
    "memory of /dev/zero": lambda: mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 20),
    "memory of /dev/full": lambda: mmap.mmap(os.open("/dev/full", os.O_RDWR), 1 << 20),
}.items():
    try: attempt(); opened.append(what)
    except OSError: pass
if libc.prctl(36, 1, 0, 0, 0) == 0: opened.append("orphans of others")
print(json.dumps(sorted(map(str, opened))))
"""


def test_what_is_refused_is_refused(sandbox):
    import platform

    numbers = json.dumps(REFUSED[platform.machine()])
    said = json.loads(run(sandbox, CLOSED.replace("NUMBERS", numbers)).text)
    usual = {str((family, kind, 0)) for family in (1, 2, 10) for kind in (1, 2)}
    usual |= {"(1, 3, 0)", "(1, 5, 0)", "(16, 2, 0)", "(16, 3, 0)"}
    assert set(said) <= usual


USUAL = {
    "a loader with workers": "import torch\nfrom torch.utils.data import DataLoader\n"
    "x = torch.arange(8)\n"
    "print(sum(int(b.sum()) for b in DataLoader(x, num_workers=2, batch_size=2)))",
    "shared tensors": "import torch, torch.multiprocessing as m\n"
    "x = torch.zeros(3).share_memory_()\n"
    "p = m.get_context('fork').Process(target=lambda: x.fill_(28 / 3))\n"
    "p.start(); p.join(); print(round(float(x.sum())))",
    "values and pools": "import multiprocessing as m\nc = m.get_context('fork')\n"
    "v = c.Value('i', 0)\n"
    "def add(n):\n    with v.get_lock(): v.value += n\n"
    "with c.Pool(2) as pool: pool.map(add, range(8))\nprint(v.value)",
    "asyncio": "import asyncio\n"
    "p = await asyncio.create_subprocess_exec('echo', '28', stdout=-1)\n"
    "print((await p.communicate())[0].decode())",
    "a server of one's own": "import socket, threading\n"
    "s = socket.create_server(('127.0.0.1', 0))\n"
    "t = threading.Thread(target=lambda: s.accept()[0].sendall(b'28')); t.start()\n"
    "print(socket.create_connection(s.getsockname()).recv(9).decode())",
    "names of interfaces": "import socket\n"
    "print(28 if socket.getaddrinfo('127.0.0.1', 1) and socket.if_nameindex() else 0)",
    "sqlite": "import sqlite3\ndb = sqlite3.connect('x.db')\n"
    "db.execute('create table t (n)'); db.execute('insert into t values (28)')\n"
    "db.commit(); print(*db.execute('select n from t').fetchone())",
    "zeros": "print(len(open('/dev/zero', 'rb').read(28)))",
}


@pytest.mark.parametrize("name", USUAL)
def test_what_is_usual_works(sandbox, name):
    assert run(sandbox, USUAL[name]).text.strip().split("\n")[-1] == "28"
