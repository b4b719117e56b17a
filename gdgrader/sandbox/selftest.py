"""A hostile probe: what can code in the sandbox reach that it must not?

The probe goes the way of a submission, through a kernel and its messages, and looks for
what was planted on this machine just before.
"""

import json
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from jupyter_core.paths import jupyter_config_path

from gdgrader.sandbox.bubblewrap import HOME, inside
from gdgrader.sandbox.host import KernelHost, Sandbox
from gdgrader.sandbox.manager import run_trusted

# Runs as a student's cell; prints a JSON list of what it found open.
PROBE = """
import ctypes, json, os, socket, subprocess, sys
found = []
plan = json.loads({plan!r})
try:  # the grader will see whether it came: a socket can also reach itself
    socket.create_connection(("127.0.0.1", plan["port"]), timeout=2).close()
except OSError:
    pass
names = [name for _, name in socket.if_nameindex()]
if names != ["lo"]:
    found.append(f"network interfaces {{names}}")
for path in plan["files"]:
    if os.path.lexists(path):
        found.append(f"{{path}} can be seen")
variables = dict(os.environ)
if plan["secret"] in str(variables):
    found.append("the grader's environment can be read")
try:
    import gdgrader
    found.append("gdgrader can be imported")
except ImportError:
    pass
folders = {{"/", "/usr/lib", "/opt", "/etc", sys.prefix, *filter(None, sys.path)}}
for line in open("/proc/self/mountinfo"):
    folders.add(line.split()[4].encode().decode("unicode_escape"))
for folder in sorted(folders - set(plan["own"])):
    name = os.path.join(folder, plan["secret"])
    try:
        open(name, "x").close()
        found.append(f"{{folder}} can be written to")
        os.remove(name)
    except OSError:
        pass
for folder in plan["folders"]:  # some are there, but private: the grader will look
    try:
        open(os.path.join(folder, plan["secret"]), "x").close()
    except OSError:
        pass
for name in filter(str.isdigit, os.listdir("/proc")):
    try:
        command = open(f"/proc/{{name}}/cmdline").read()
        variables = open(f"/proc/{{name}}/environ").read()
    except OSError:
        continue
    if plan["nested"] and int(name) != os.getpid() or plan["secret"] in variables:
        found.append(f"the process {{command[:60]!r}} can be seen")
status = open("/proc/self/status").read()
if int(status.split("CapEff:")[1].split()[0], 16):
    found.append("it has capabilities")
if status.split("NoNewPrivs:")[1].split()[0] != "1":
    found.append("it can gain privileges")
if ctypes.CDLL(None).unshare(0x10000000) == 0:
    found.append("it can make user namespaces")
try:
    open("/proc/sys/kernel/hostname", "w").close()
    found.append("/proc/sys can be written to")
except OSError:
    pass
subprocess.Popen(["sleep", plan["sleep"]], start_new_session=True)
print(json.dumps(found))
"""


class SandboxError(RuntimeError):
    """The sandbox does not hold what it promises."""


def verify(sandbox: KernelHost) -> None:
    """Raise SandboxError, naming what is open, where a sandbox is not tight."""
    if sandbox.isolated and (found := probe(sandbox)):
        raise SandboxError("the sandbox is not tight: " + "; ".join(found))


def weaknesses(sandbox: KernelHost) -> list[str]:
    """What this machine lets a sandbox that has run a kernel hold less well, in words.

    Nothing is open by it: `docs/hosting.md` tells what helps.
    """
    said: list[str] = []
    if not isinstance(sandbox, Sandbox):
        return said
    if sandbox.held_by == "watchdog":
        said.append(
            "No control group can be made here: memory, processes and processor time "
            "are measured 20 times a second, not held."
        )
    if not sandbox.own_ids:
        said.append(
            "Submissions run under your own user id, and share what Linux counts per "
            f"user: {sandbox.why_shared}."
        )
    return said


def probe(sandbox: KernelHost) -> list[str]:
    """Run the probe in `sandbox`; return what is open, in words."""
    with socket.create_server(("127.0.0.1", 0)) as server, planted() as plan:
        plan["port"] = server.getsockname()[1]
        plan["nested"] = bool(getattr(sandbox, "nested", False))
        found = _found(sandbox, PROBE.format(plan=json.dumps(plan)))
        server.setblocking(False)
        with suppress(BlockingIOError):
            server.accept()[0].close()
            found.append("the network is reachable")
        for left in (Path(folder, plan["secret"]) for folder in plan["folders"]):
            if left.exists():
                left.unlink()
                found.append(f"{left.parent} can be written to")
        # Found by what it is told to do: a hostile process would hide its name.
        for process in psutil.process_iter(["cmdline"]):
            if (process.info["cmdline"] or [])[1:] == [plan["sleep"]]:
                process.kill()
                found.append("a process outlives its submission")
    return found


@contextmanager
def planted() -> Iterator[dict[str, Any]]:
    """Things to find: files, an environment variable; gone afterwards."""
    secret = f"GDGRADER_{secrets.token_hex(8)}"
    with ExitStack() as stack:
        places = {Path.home(), Path.cwd(), Path(tempfile.gettempdir())}
        files = [str(Path(__file__).resolve())]
        # Where jupyter and nbgrader are told passwords.
        files += [str(inside(Path(folder))) for folder in jupyter_config_path()]
        for place in places:
            if os.access(place, os.W_OK):
                made = stack.enter_context(
                    tempfile.NamedTemporaryFile(prefix=f".{secret}", dir=place)
                )
                files.append(made.name)
        os.environ[secret] = secret
        stack.callback(os.environ.pop, secret)
        yield {
            "files": files,
            "folders": [str(place) for place in places],
            "own": ["/tmp", "/dev/shm", HOME],
            "secret": secret,
            "sleep": str(secrets.randbelow(10**6) + 10**6),
        }


def _found(sandbox: KernelHost, code: str) -> list[str]:
    status, words = run_trusted(sandbox, code)
    try:
        return json.loads(words)
    except ValueError:
        return [f"the probe failed ({status}): {words[-2000:] or 'no answer'}"]
