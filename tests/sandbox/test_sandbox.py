"""What one submission can do to the machine and to the next one: nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from light import LIGHT
from sandboxed import children, run

from gdgrader.sandbox import bubblewrap
from gdgrader.sandbox.bubblewrap import COURSE, SandboxUnavailable
from gdgrader.sandbox.control_group import ControlGroup
from gdgrader.sandbox.host import Sandbox, Unconfined
from gdgrader.sandbox.limits import MB, Limits
from gdgrader.sandbox.selftest import SandboxError, verify

LIMITS = Limits(
    memory_bytes=400 * MB,
    processes=60,
    file_bytes=8 * MB,
    tmp_bytes=32 * MB,
    output_bytes=2 * MB,
    cpu_seconds=20,
    submission_seconds=40,
)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(LIMITS) as opened:
        yield opened


@pytest.fixture
def bounded(sandbox, monkeypatch):
    """The module's sandbox with other limits for one test."""

    def change(**limits):
        monkeypatch.setattr(sandbox, "limits", Limits(**{**vars(LIMITS), **limits}))
        return sandbox

    return change


def groups(tag):
    """Control groups that are there under this name."""
    return list(Path("/sys/fs/cgroup").glob(f"**/{tag}-*"))


def test_the_probe_finds_nothing(sandbox):
    verify(sandbox)


def test_the_probe_finds_nothing_in_a_sandbox_for_one():
    with Sandbox(LIMITS, nested=False, extra=LIGHT) as sandbox:
        verify(sandbox)
        assert run(sandbox, "print(__import__('os').getpid())").text != "1"


def test_a_weakened_sandbox_fails_its_test():
    grader = str(Path(bubblewrap.__file__).parents[1])
    with (
        Sandbox(
            LIMITS, extra=[*LIGHT, "--ro-bind", grader, f"{COURSE}/gdgrader"]
        ) as weak,
        pytest.raises(SandboxError, match=r"not tight.*gdgrader can be imported"),
    ):
        verify(weak)


def test_a_sandbox_that_shares_the_network_fails_its_test():
    # Kernels of a shared sandbox have a network namespace of their own all the same.
    with (
        Sandbox(LIMITS, nested=False, extra=[*LIGHT, "--share-net"]) as weak,
        pytest.raises(SandboxError, match="the network is reachable"),
    ):
        verify(weak)


def test_a_socket_that_reaches_itself_is_no_network(monkeypatch):
    """TCP does that where its own port, drawn at random, is the one it calls."""
    from gdgrader.sandbox import selftest

    call = 'socket.create_connection(("127.0.0.1", plan["port"]), timeout=2).close()'
    itself = "s = socket.socket(); s.bind(('127.0.0.1', plan['port']))"
    assert call in selftest.PROBE
    probe = selftest.PROBE.replace(call, f"{itself}; s.connect(s.getsockname())")
    with Sandbox(LIMITS, extra=LIGHT) as tight:
        monkeypatch.setattr(selftest, "PROBE", probe)
        verify(tight)


def test_the_probe_would_see_an_unsandboxed_kernel(monkeypatch, tmp_path):
    from gdgrader.sandbox import selftest

    # Its attempts to write are left out: without a sandbox they would succeed.
    harmless = selftest.PROBE.replace('"x").close()', '"r").close()')
    monkeypatch.setattr(selftest, "PROBE", harmless.replace("/hostname", "/none"))
    with Unconfined(LIMITS) as none:
        found = " ".join(selftest.probe(none))
    assert "network" in found
    assert "environment" in found
    assert "gdgrader can be imported" in found
    assert "can be seen" in found


def test_missing_bubblewrap_says_what_to_do(monkeypatch):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap"):
        Sandbox().open()


def test_forbidden_bubblewrap_says_what_to_do(monkeypatch, tmp_path):
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\necho No permission to create namespace >&2; exit 1")
    refusing.chmod(0o755)
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: str(refusing))
    with pytest.raises(SandboxUnavailable, match=r"No permission(.|\n)*sysctl"):
        Sandbox().open()


def test_files_come_in_and_lead_nowhere_else(sandbox):
    said = run(
        sandbox,
        "import os; print(open('a/b.txt').read(), os.getcwd())",
        files={"a/b.txt": "η".encode()},
    )
    assert said.text == "η /home/student"
    for name in ("../x", "/etc/x", "a/../../x", "."):
        with pytest.raises(Exception, match="leads out"):
            run(sandbox, "1", files={name: b""})


LEAVE = """
import builtins, os, random, socket, subprocess, sys, threading, torch
import numpy as np
for folder in (".", "/tmp", "/dev/shm", os.environ["HOME"]):
    open(f"{folder}/left", "w").write("left")
os.environ["LEFT"] = "1"
torch.manual_seed(1); random.seed(1); np.random.seed(1)
torch.Tensor.sum = torch.ones = builtins.left = "patched"
sys.path.insert(0, "/left"); sys.left = 1
os.umask(0)
server = socket.socket(socket.AF_UNIX); server.bind("\\0left"); server.listen()
tcp = socket.create_server(("127.0.0.1", 4321))
subprocess.Popen(["sleep", "1234.5"], start_new_session=True)
if not os.fork():
    os.setsid()
    if not os.fork():
        import time; time.sleep(1000)
    os._exit(0)
threading.Thread(target=lambda: __import__("time").sleep(1000), daemon=True).start()
print("done")
"""
LOOK = """
import builtins, json, os, random, socket, sys, torch
import numpy as np
def connects(address, family):
    try:
        socket.socket(family).connect(address); return True
    except OSError:
        return False
print(json.dumps({
    "files": os.listdir(".") + os.listdir("/tmp") + os.listdir("/dev/shm"),
    "environment": "LEFT" in os.environ,
    "modules": [str(hasattr(builtins, "left")), str(hasattr(sys, "left")),
                float(torch.ones(2).sum()), "/left" in sys.path],
    "sockets": connects("\\0left", socket.AF_UNIX)
               or connects(("127.0.0.1", 4321), socket.AF_INET),
    "processes": [p for p in os.listdir("/proc") if p.isdigit()],
    "umask": os.umask(0o22),
    "torch": torch.initial_seed(), "torch_draw": float(torch.rand(())),
    "python_draw": random.random(), "numpy_draw": float(np.random.rand()),
}))
"""


def test_nothing_passes_from_one_kernel_to_the_next(sandbox):
    before = json.loads(run(sandbox, LOOK).text)
    assert run(sandbox, LEAVE).text == "done"
    after = json.loads(run(sandbox, LOOK).text)
    draws = {"python_draw", "numpy_draw", "torch_draw", "torch"}
    assert {k: v for k, v in before.items() if k not in draws} == {
        k: v for k, v in after.items() if k not in draws
    }
    assert all(before[name] != after[name] for name in draws)
    assert after["files"] == ["ipython"]  # IPython's own, in /tmp
    assert after["processes"] == ["1"]
    assert after["sockets"] is after["environment"] is False
    assert not [p for p in psutil.process_iter(["cmdline"]) if _sleeps(p)]


def _sleeps(process):
    return (process.info["cmdline"] or [])[1:] == ["1234.5"]


SEARCH = """
needle = ("{}" + " " + "{}").replace(" ", "").encode() * 9
found = 0
for line in open("/proc/self/maps"):
    span, mode = line.split()[:2]
    if mode.startswith("rw"):
        first, last = (int(x, 16) for x in span.split("-"))
        with open("/proc/self/mem", "rb", 0) as memory:
            memory.seek(first)
            for part in range(first, last, 1 << 20):  # not a copy of all that there is
                found += (memory.read(min(1 << 20, last - part)) or b"").count(needle)
print(found)
"""


WARN = """
import warnings
for kind in ("Deprecation", "PendingDeprecation", "Future", "User"):
    category = getattr(__builtins__, kind + "Warning")
    warnings.warn("of " + kind, category)
    exec(compile(f"warnings.warn('deep {kind}', category)", "library", "exec"),
         {"warnings": warnings, "category": category, "__name__": "library"})
import threading, os
thread = threading.Thread(target=threading.Event().wait, args=[1]); thread.start()
if not os.fork(): os._exit(0)  # of which Python warns since 3.12
thread.join()
"""


def test_a_cell_is_not_told_what_newer_versions_will_change(sandbox):
    said = run(sandbox, WARN).text
    assert "UserWarning: of User" in said and "UserWarning: deep User" in said
    assert "FutureWarning: of Future" in said  # of a line of the student's own
    assert said.count("Warning: ") == 3


def test_the_files_of_one_are_not_in_the_memory_of_the_next(sandbox):
    secret = os.urandom(16).hex()
    search = SEARCH.format(secret[:16], secret[16:])
    files = {"secret": (secret * 50_000).encode()}
    holds = "held = open('secret').read()\n" + search
    assert int(run(sandbox, holds, files=files).text) > 1000
    # What it still finds is the needle, and copies of that.
    assert int(run(sandbox, search).text) < 20


def test_keyrings_and_namespaces_are_out_of_reach(sandbox):
    code = """
    import ctypes, os, platform
    libc = ctypes.CDLL(None, use_errno=True)
    add_key = {"x86_64": 248, "aarch64": 217}[platform.machine()]
    answers = [libc.syscall(add_key, b"user", b"left", b"x", 1, -4),
               libc.unshare(0x10000000), libc.setns(0, 0),
               libc.mount(b"x", b"/tmp", b"tmpfs", 0, None)]
    try:
        os.memfd_create("x"); answers.append(0)
    except OSError:
        answers.append(-1)
    print(answers)
    """
    assert run(sandbox, code).text == "[-1, -1, -1, -1, -1]"


def test_only_its_own_descriptors_are_open(sandbox):
    code = """
    import os, socket, stat
    kinds = set()
    for name in os.listdir("/proc/self/fd"):
        try: kinds.add(os.readlink(f"/proc/self/fd/{name}").split(":")[0])
        except OSError: pass
    print(sorted(kinds))
    """
    own = {"/dev/null", "socket", "pipe", "anon_inode"}
    assert set(eval(run(sandbox, code).text)) <= own


HOGS = {
    "memory": ("x = []\nwhile True: x.append(bytearray(10_000_000))", "memory limit"),
    "memory of a child": (
        "import subprocess, sys, time\n"
        "subprocess.run([sys.executable, '-c',"
        " 'import time; x = bytearray(b\\'x\\') * 800_000_000; time.sleep(1e6)'])\n"
        "time.sleep(1e6)",  # Linux may have ended the child before the kernel is
        "memory limit",
    ),
    "fork bomb": (
        "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
        "processes",
    ),
    "threads": (
        "import threading, time\n"
        "while True:\n"
        "  try: threading.Thread(target=time.sleep, args=[99]).start()\n"
        "  except RuntimeError: time.sleep(0.1)",
        "processes",
    ),
    "time": ("import time; time.sleep(1e6)", "submission limit of 3 s"),
    "ignored signals": (
        "import signal, time\n"
        "for n in (2, 15): signal.signal(n, signal.SIG_IGN)\n"
        "while True:\n  try: time.sleep(60)\n  except BaseException: pass",
        "submission limit of 3 s",
    ),
    "stopped": (
        "import os; os.kill(0, 19)\nimport ctypes\n"
        "while True: ctypes.CDLL(None).sleep(100)",
        "submission limit of 3 s",
    ),
    "processor": ("while True: pass", "CPU limit"),
    "processor, under a name that is no text": (
        "import ctypes; ctypes.CDLL(None).prctl(15, b'\\xff\\xfe', 0, 0, 0)\n"
        "while True: pass",
        "CPU limit",
    ),
    "output": ("while True: print('x' * 10_000, flush=True)", "output limit of 2 MB"),
    # Said faster than it is heard: what waits is not to fill the memory meanwhile.
    "endless output": ("while True: print('x' * 10_000)", "output limit of 2 MB"),
    "one huge output": (
        "print('x' * 30_000_000)\nimport time; time.sleep(30)",
        "output limit of 2 MB",
    ),
}


@pytest.mark.parametrize("name", HOGS)
def test_a_hog_is_stopped_with_a_reason(bounded, name):
    code, reason = HOGS[name]
    limits = {"time": 3, "ignored signals": 3, "stopped": 3}
    sandbox = bounded(
        submission_seconds=limits.get(name, 40),
        cpu_seconds=1 if "processor" in name else 20,
    )
    outcome = run(sandbox, code)
    assert outcome.reason and reason in outcome.reason
    assert outcome.status == -signal.SIGKILL
    assert run(sandbox, "print(6 * 7)").text == "42"


@pytest.mark.parametrize("name", ["memory", "memory of a child", "fork bomb"])
def test_a_hog_is_stopped_without_a_control_group(bounded, name, monkeypatch):
    monkeypatch.setattr("gdgrader.sandbox.control_group._own_groups", lambda: (1, {}))
    outcome = run(bounded(), HOGS[name][0])
    assert outcome.reason and HOGS[name][1] in outcome.reason


def test_what_nobody_hears_does_not_pile_up_here(sandbox):
    flood = """
kernel = get_ipython().kernel
who = kernel._parent_ident["shell"]
who = who[0] if isinstance(who, list) else who
for _ in range(40):
    kernel.stdin_socket.send_multipart([who, b"x" * (18 << 20)])
import time; time.sleep(1)
"""
    before = psutil.Process().memory_info().rss
    run(sandbox, flood)
    assert psutil.Process().memory_info().rss - before < 200 << 20


def test_kernels_do_not_share_one_bound_of_processes():
    """A student's processes must not be what keeps another's kernel from starting."""
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    with Sandbox(LIMITS, extra=LIGHT, own_ids=False) as sandbox:
        assert int(run(sandbox, code).text) >= 20 * sandbox.limits.processes


def test_the_disk_cannot_be_filled(sandbox):
    code = """
    import os
    written = 0
    for number in range(20):
        try:
            with open(f"{number % 2 * '/dev/shm/'}{number}", "wb") as file:
                for _ in range(16):
                    written += file.write(bytes(1_000_000)); file.flush()
        except OSError: pass
    print(written < 40_000_000, written > 8_000_000)
    """
    assert run(sandbox, code).text == "True True"


def test_an_exit_is_seen_at_once_and_truly(sandbox):
    assert run(sandbox, "import os; os._exit(7)").status == 7
    assert run(sandbox, "import ctypes; ctypes.string_at(0)").status == -signal.SIGSEGV
    assert run(sandbox, "import os; os._exit(7)").reason is None


def test_twenty_kernels_leave_nothing(sandbox):
    run(sandbox, "1")
    processes, files = children(), sorted(sandbox.sockets.path.iterdir())
    descriptors = psutil.Process().num_fds()
    for number in range(20):
        assert run(sandbox, f"print({number})").text == str(number)
    assert children() == processes
    assert sorted(sandbox.sockets.path.iterdir()) == files == []
    assert groups(sandbox.sockets.path.name) == []
    assert psutil.Process().num_fds() <= descriptors + 2


def test_closing_leaves_nothing():
    before = children()
    with Sandbox(LIMITS, extra=LIGHT) as sandbox:
        folder = sandbox.sockets.path
        assert run(sandbox, "print(1)").text == "1"
    assert children() == before
    assert not folder.exists()


SCRIPT = """
import asyncio, signal
# Tests that run in the background have none.
signal.signal(signal.SIGINT, signal.default_int_handler)
from gdgrader.sandbox.manager import SandboxedKernelManager
from gdgrader.sandbox.host import Sandbox
async def main(sandbox):
    manager = SandboxedKernelManager(sandbox)
    await manager.start_kernel()
    client = manager.client(); client.start_channels()
    await client.wait_for_ready()
    client.execute("import subprocess; subprocess.run(['sleep', '4321.5'])")
    await asyncio.sleep(1)
    print(sandbox.sockets.path, flush=True)
    await asyncio.sleep(1000)
with Sandbox(extra=LIGHT) as sandbox:
    asyncio.run(main(sandbox))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_the_end_of_the_grader_is_the_end_of_all(number):
    grader = subprocess.Popen(
        [sys.executable, "-c", f"LIGHT = {LIGHT}{SCRIPT}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    folder = Path(grader.stdout.readline().strip())
    assert folder.is_dir()
    family = psutil.Process(grader.pid).children(recursive=True)
    assert len(family) > 4
    grader.send_signal(number)
    grader.wait(300)  # however busy the machine; it would go on for longer
    grader.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=3600)
    assert not alive
    assert not folder.exists()
    assert groups(folder.name) == []


def test_a_control_group_counts_what_it_holds():
    group = ControlGroup("gdgrader-of-a-test-1", LIMITS)
    if not group.folders:  # nothing to hold, and nothing left behind
        assert groups("gdgrader-of-a-test") == []
        return
    sleeper = subprocess.Popen(["sleep", "100"])
    group.add(sleeper.pid)
    folder = next(iter(group.folders.values()))
    assert str(sleeper.pid) in (folder / "cgroup.procs").read_text().split()
    sleeper.kill()
    sleeper.wait()
    group.close()
    assert groups("gdgrader-of-a-test") == []
